/* SPDX-License-Identifier: Apache-2.0 */
#include "network/network_json.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static int read_address(struct json_object *o, const char *where, const char *key, struct address *ret)
{
	const char *text = NULL;
	int r = json_get_str(o, where, key, &text);

	if (r <= 0 || !*text)
		return r < 0 ? r : 0;
	return address_parse(text, ret) < 0 ? fail(-EINVAL, "%s: %s is no address", where, text) : 0;
}

static int read_subnet(struct json_object *o, const char *where, const char *key, struct subnet *ret)
{
	const char *text = NULL;
	int r = json_get_str(o, where, key, &text);

	if (r <= 0 || !*text)
		return r < 0 ? r : 0;
	return subnet_parse(text, ret) < 0 ? fail(-EINVAL, "%s: %s is no subnet", where, text) : 0;
}

static int read_pairs(struct json_object *o, const char *where, const char *key, struct strv *ret)
{
	struct json_object *pairs = NULL;
	int r = json_get_object(o, where, key, &pairs);

	if (r <= 0)
		return r;
	json_object_object_foreach (pairs, name, value)
		strv_add_format(ret, "%s=%s", name, value ? json_object_get_string(value) : "");
	return 0;
}

static int read_pool(struct json_object *o, const char *where, struct network *n)
{
	struct network_pool pool = { 0 };
	int r = read_subnet(o, where, "Subnet", &pool.subnet);

	if (r == 0)
		r = read_address(o, where, "Gateway", &pool.gateway);
	if (r == 0)
		r = read_subnet(o, where, "IPRange", &pool.range);
	if (r == 0)
		r = read_pairs(o, where, "AuxiliaryAddresses", &n->auxiliary);
	if (r == 0 && pool.subnet.address.family)
		n->pools[pool.subnet.address.family == AF_INET6 ? NETWORK_IPV6 : NETWORK_IPV4] = pool;
	return r;
}

static int read_pools(struct json_object *o, const char *where, struct network *n)
{
	struct json_object *ipam = NULL, *config = NULL;
	const char *driver = "";
	int r = json_get_object(o, where, "IPAM", &ipam);

	if (r > 0 && (r = json_get_str(ipam, where, "Driver", &driver)) >= 0) {
		n->addressless = strcmp(driver, "null") == 0;
		r = json_get_array(ipam, where, "Config", &config);
	}
	for (size_t i = 0; r > 0 && i < json_object_array_length(config); i++) {
		int one = read_pool(json_object_array_get_idx(config, i), where, n);

		if (one < 0)
			return one;
	}
	return r < 0 ? r : 0;
}

int network_from_json(struct json_object *o, const char *name, struct network *ret)
{
	autonetwork n = { 0 };
	const char *full = NULL, *id = NULL, *driver = NULL, *created = NULL, *from = NULL;
	int r;

	if ((r = json_get_str(o, name, "Name", &full)) < 0 || (r = json_get_str(o, name, "Id", &id)) < 0 ||
	    (r = json_get_str(o, name, "Driver", &driver)) < 0 || (r = json_get_str(o, name, "Created", &created)) < 0 ||
	    (r = json_get_bool(o, name, "Internal", &n.internal)) < 0 ||
	    (r = json_get_bool(o, name, "ConfigOnly", &n.config_only)) < 0 ||
	    (r = json_get_bool(o, name, "EnableIPv4", &n.wants[NETWORK_IPV4])) < 0 ||
	    (r = json_get_bool(o, name, "EnableIPv6", &n.wants[NETWORK_IPV6])) < 0 ||
	    (r = json_get_str(json_get(o, "ConfigFrom"), name, "Network", &from)) < 0 ||
	    (r = json_get_bool(o, name, "Attachable", &n.attachable)) < 0 || (r = read_pairs(o, name, "Options", &n.options)) < 0 ||
	    (r = read_pairs(o, name, "Labels", &n.labels)) < 0 || (r = read_pools(o, name, &n)) < 0)
		return r;
	if (!full || !id || strlen(id) != NETWORK_ID_MAX - 1 || !driver)
		return fail(-EINVAL, "networks/%s: it is no network", name);
	r = network_driver_parse(driver, &n.driver);
	if (r < 0)
		return r;
	n.name = xstrdup(full);
	n.config_from = from && *from ? xstrdup(from) : NULL;
	memcpy(n.id, id, sizeof n.id);
	if (created)
		(void)clock_parse(created, &n.created);
	*ret = n;
	n = (struct network){ 0 };
	return 0;
}

static void put_pairs(struct json_writer *w, const char *key, const struct strv *pairs)
{
	json_begin_object(w, key);
	for (size_t i = 0; i < pairs->count; i++) {
		const char *pair = pairs->items[i], *equals = strchr(pair, '=');
		autofree char *name = xstrndup(pair, equals ? (size_t)(equals - pair) : strlen(pair));

		json_put_str(w, name, equals ? equals + 1 : "");
	}
	json_end_object(w);
}

static void put_auxiliary(struct json_writer *w, const struct network *n, int family)
{
	autostrv own = { 0 };

	for (size_t i = 0; i < n->auxiliary.count; i++) {
		const char *value = strchr(n->auxiliary.items[i], '=');

		if (value && (strchr(value, ':') != NULL) == (family == NETWORK_IPV6))
			strv_add(&own, n->auxiliary.items[i]);
	}
	if (own.count > 0)
		put_pairs(w, "AuxiliaryAddresses", &own);
}

static void put_pool(struct json_writer *w, const struct network *n, int family)
{
	const struct network_pool *p = &n->pools[family];
	char text[ADDRESS_TEXT_MAX];

	json_begin_object(w, NULL);
	json_put_str(w, "Subnet", subnet_text(&p->subnet, text));
	if (p->range.address.family)
		json_put_str(w, "IPRange", subnet_text(&p->range, text));
	if (p->gateway.family)
		json_put_str(w, "Gateway", address_text(&p->gateway, text));
	put_auxiliary(w, n, family);
	json_end_object(w);
}

void network_put_members(struct json_writer *w, const struct network *n)
{
	char created[CLOCK_TEXT_MAX];

	json_put_str(w, "Name", n->name);
	json_put_str(w, "Id", n->id);
	json_put_str(w, "Created", clock_format(n->created, created));
	json_put_str(w, "Scope", "local");
	json_put_str(w, "Driver", network_driver_name(n->driver));
	json_put_bool(w, "EnableIPv4",
		      n->config_only ? n->wants[NETWORK_IPV4]
				     : network_has(n, NETWORK_IPV4) || n->driver == NETWORK_HOST || n->driver == NETWORK_NULL);
	json_put_bool(w, "EnableIPv6", n->config_only ? n->wants[NETWORK_IPV6] : network_has(n, NETWORK_IPV6));
	json_begin_object(w, "IPAM");
	json_put_str(w, "Driver", n->addressless ? "null" : "default");
	json_begin_object(w, "Options");
	json_end_object(w);
	json_begin_array(w, "Config");
	for (int i = 0; i < NETWORK_FAMILIES; i++)
		if (network_has(n, i))
			put_pool(w, n, i);
	json_end_array(w);
	json_end_object(w);
	json_put_bool(w, "Internal", n->internal);
	json_put_bool(w, "Attachable", n->attachable);
	json_put_bool(w, "Ingress", false);
	json_begin_object(w, "ConfigFrom");
	json_put_str(w, "Network", n->config_from ? n->config_from : "");
	json_end_object(w);
	json_put_bool(w, "ConfigOnly", n->config_only);
	put_pairs(w, "Options", &n->options);
	put_pairs(w, "Labels", &n->labels);
}

void network_to_json(const struct network *n, struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, false);
	json_begin_object(&w, NULL);
	network_put_members(&w, n);
	json_end_object(&w);
	buf_add_char(out, '\n');
}
