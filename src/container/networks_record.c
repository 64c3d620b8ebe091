/* SPDX-License-Identifier: Apache-2.0 */
/* A container's networks in its record, in Docker's members. */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "container/networks.h"
#include "network/network.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD     "record.json"
#define SIZE_LIMIT (4 << 20)
#define KEY_MAX    16 /* "65535/sctp" */

static const char *port_key(const struct publish *p, char text[KEY_MAX])
{
	snprintf(text, KEY_MAX, "%u/%s", p->port, publish_protocol(p->protocol));
	return text;
}

static void put_exposed(struct json_writer *w, const struct publishes *list, const struct publishes *but)
{
	char key[KEY_MAX];

	for (size_t i = 0; i < list->count; i++) {
		bool known = false;

		for (size_t k = 0; k < i; k++)
			known |= list->items[k].port == list->items[i].port && list->items[k].protocol == list->items[i].protocol;
		for (size_t k = 0; but && k < but->count; k++)
			known |= but->items[k].port == list->items[i].port && but->items[k].protocol == list->items[i].protocol;
		if (known)
			continue;
		json_begin_object(w, port_key(&list->items[i], key));
		json_end_object(w);
	}
}

void networks_write_config(const struct networks *n, struct json_writer *w)
{
	char mac[MAC_TEXT_MAX];

	if (n->exposed.count || n->published.count) {
		json_begin_object(w, "ExposedPorts");
		put_exposed(w, &n->exposed, NULL);
		put_exposed(w, &n->published, &n->exposed);
		json_end_object(w);
	}
	if (n->count && n->items[0].mac_given)
		json_put_str(w, "MacAddress", mac_text(n->items[0].mac, mac));
}

static void put_binding(struct json_writer *w, const struct publish *p)
{
	char address[ADDRESS_TEXT_MAX], port[KEY_MAX] = "";

	json_begin_object(w, NULL);
	json_put_str(w, "HostIp", address_text(&p->host, address));
	if (p->first)
		snprintf(port, sizeof port, p->last > p->first ? "%u-%u" : "%u", p->first, p->last);
	json_put_str(w, "HostPort", port);
	json_end_object(w);
}

/* Ports of one key stand together, whatever was typed between them. */
static void put_bindings(struct json_writer *w, const char *name, const struct publishes *list)
{
	char key[KEY_MAX];

	json_begin_object(w, name);
	for (size_t i = 0; i < list->count; i++) {
		bool first = true;

		for (size_t k = 0; k < i; k++)
			first &= list->items[k].port != list->items[i].port || list->items[k].protocol != list->items[i].protocol;
		if (!first)
			continue;
		json_begin_array(w, port_key(&list->items[i], key));
		for (size_t k = i; k < list->count; k++)
			if (list->items[k].port == list->items[i].port && list->items[k].protocol == list->items[i].protocol)
				put_binding(w, &list->items[k]);
		json_end_array(w);
	}
	json_end_object(w);
}

void networks_write_host_config(const struct networks *n, struct json_writer *w)
{
	autofree char *container = n->container ? xasprintf("container:%s", n->container) : NULL;

	json_put_str(w, "NetworkMode",
		     n->mode == NETWORKS_NONE        ? "none"
		     : n->mode == NETWORKS_HOST      ? "host"
		     : n->mode == NETWORKS_CONTAINER ? container
						     : n->items[0].network);
	put_bindings(w, "PortBindings", &n->published);
	json_put_bool(w, "PublishAllPorts", n->publish_all);
}

/* ALIAS=NAME, as NAME:ALIAS. */
static void put_link(struct json_writer *w, const char *link)
{
	size_t len = strcspn(link, "=");
	autofree char *text = xasprintf("%s:%.*s", link + len + 1, (int)len, link);

	json_put_str(w, NULL, text);
}

static void put_option(struct json_writer *w, const struct network_use *u, const char *key)
{
	const char *value = strv_env_get(&u->driver_options, key);

	if (value)
		json_put_str(w, key, value);
}

void networks_write_wanted(const struct network_use *u, struct json_writer *w)
{
	char text[ADDRESS_TEXT_MAX];

	json_begin_object(w, "IPAMConfig");
	if (u->ip[NETWORK_IPV4].family)
		json_put_str(w, "IPv4Address", address_text(&u->ip[NETWORK_IPV4], text));
	if (u->ip[NETWORK_IPV6].family)
		json_put_str(w, "IPv6Address", address_text(&u->ip[NETWORK_IPV6], text));
	if (u->link_local.count)
		json_put_strv(w, "LinkLocalIPs", &u->link_local);
	json_end_object(w);
	if (u->links.count) {
		json_begin_array(w, "Links");
		for (size_t i = 0; i < u->links.count; i++)
			put_link(w, u->links.items[i]);
		json_end_array(w);
	} else {
		json_put_null(w, "Links");
	}
	if (u->driver_options.count) {
		json_begin_object(w, "DriverOpts");
		put_option(w, u, NETWORKS_IFNAME);
		put_option(w, u, NETWORKS_SYSCTLS);
		json_end_object(w);
	} else {
		json_put_null(w, "DriverOpts");
	}
	json_put_i64(w, "GwPriority", u->priority);
}

static void put_use(struct json_writer *w, const struct network_use *u)
{
	char mac[MAC_TEXT_MAX] = "";

	json_begin_object(w, u->network);
	networks_write_wanted(u, w);
	json_put_strv(w, "Aliases", &u->aliases);
	json_put_str(w, "MacAddress", u->mac_given ? mac_text(u->mac, mac) : mac);
	json_end_object(w);
}

void networks_write_settings(const struct networks *n, struct json_writer *w)
{
	json_begin_object(w, "NetworkSettings");
	json_begin_object(w, "Networks");
	for (size_t i = 0; i < n->count; i++)
		put_use(w, &n->items[i]);
	json_end_object(w);
	json_end_object(w);
}

/* ---- and back */

static int read_address(struct json_object *o, const char *key, struct address *ret)
{
	const char *text = NULL;
	int r = json_get_str(o, RECORD, key, &text);

	if (r <= 0 || !*text)
		return r < 0 ? r : 0;
	return address_parse(text, ret) < 0 ? fail(-EINVAL, RECORD ": %s is no address", text) : 0;
}

static int read_use(const char *name, struct json_object *o, struct networks *n)
{
	struct json_object *ipam = json_get(o, "IPAMConfig");
	struct network_use *u;
	autostrv links = { 0 };
	const char *mac = NULL, *interface = NULL, *sysctls = NULL;
	int r;

	n->items = xrealloc(n->items, (n->count + 1) * sizeof *n->items);
	u = &n->items[n->count++];
	*u = (struct network_use){ .network = xstrdup(name) };
	if ((r = read_address(ipam, "IPv4Address", &u->ip[NETWORK_IPV4])) < 0 ||
	    (r = read_address(ipam, "IPv6Address", &u->ip[NETWORK_IPV6])) < 0 ||
	    (r = json_get_strv(ipam, RECORD, "LinkLocalIPs", &u->link_local)) < 0 ||
	    (r = json_get_strv(o, RECORD, "Links", &links)) < 0 || (r = json_get_i64(o, RECORD, "GwPriority", &u->priority)) < 0 ||
	    (r = json_get_str(json_get(o, "DriverOpts"), RECORD, NETWORKS_IFNAME, &interface)) < 0 ||
	    (r = json_get_str(json_get(o, "DriverOpts"), RECORD, NETWORKS_SYSCTLS, &sysctls)) < 0 ||
	    (r = json_get_strv(o, RECORD, "Aliases", &u->aliases)) < 0 || (r = json_get_str(o, RECORD, "MacAddress", &mac)) < 0)
		return r;
	if (interface)
		strv_add_format(&u->driver_options, NETWORKS_IFNAME "=%s", interface);
	if (sysctls)
		strv_add_format(&u->driver_options, NETWORKS_SYSCTLS "=%s", sysctls);
	for (size_t i = 0; i < links.count; i++)
		strv_add_format(&u->links, "%s=%.*s",
				links.items[i] + strcspn(links.items[i], ":") + (strchr(links.items[i], ':') != NULL),
				(int)strcspn(links.items[i], ":"), links.items[i]);
	u->mac_given = mac && mac_parse(mac, u->mac) == 0;
	return 0;
}

static int read_uses(struct json_object *record, struct networks *n)
{
	struct json_object *uses = json_get(json_get(record, "NetworkSettings"), "Networks");
	int r = 0;

	if (!uses || !json_object_is_type(uses, json_type_object))
		return 0;
	json_object_object_foreach (uses, name, use)
		if (r == 0)
			r = read_use(name, use, n);
	return r;
}

/* "80/tcp" and {"HostIp": …, "HostPort": …} are what -p ADDRESS:PORT:80/tcp was. */
static int read_binding(const char *key, struct json_object *o, struct publishes *ret)
{
	const char *ip = "", *port = "";
	autofree char *option = NULL;

	if (json_get_str(o, RECORD, "HostIp", &ip) < 0 || json_get_str(o, RECORD, "HostPort", &port) < 0)
		return -EINVAL;
	option = *ip ? xasprintf(strchr(ip, ':') ? "[%s]:%s:%s" : "%s:%s:%s", ip, port, key) : xasprintf("%s:%s", port, key);
	return publish_parse(option, ret);
}

static int read_bindings(struct json_object *host, struct publishes *ret)
{
	struct json_object *bindings = json_get(host, "PortBindings");
	int r = 0;

	if (!bindings || !json_object_is_type(bindings, json_type_object))
		return 0;
	json_object_object_foreach (bindings, key, list)
		for (size_t i = 0; r == 0 && json_object_is_type(list, json_type_array) && i < json_object_array_length(list); i++)
			r = read_binding(key, json_object_array_get_idx(list, i), ret);
	return r;
}

static int read_exposed(struct json_object *config, struct publishes *ret)
{
	struct json_object *exposed = json_get(config, "ExposedPorts");
	int r = 0;

	if (!exposed || !json_object_is_type(exposed, json_type_object))
		return 0;
	json_object_object_foreach (exposed, key, unused) {
		(void)unused;
		if (r == 0)
			r = publish_parse_exposed(key, ret);
	}
	return r;
}

static int read_mode(struct json_object *host, struct networks *n)
{
	const char *mode = "none";
	int r = json_get_str(host, RECORD, "NetworkMode", &mode);

	if (r < 0)
		return r;
	if (strncmp(mode, "container:", 10) == 0) {
		n->mode = NETWORKS_CONTAINER;
		n->container = xstrdup(mode + 10);
	} else {
		n->mode = strcmp(mode, "none") == 0 ? NETWORKS_NONE : strcmp(mode, "host") == 0 ? NETWORKS_HOST : NETWORKS_OWN;
	}
	return 0;
}

int networks_read(struct json_object *record, struct networks *ret)
{
	struct json_object *config = json_get(record, "Config"), *host = json_get(record, "HostConfig");
	autonetworks n = { 0 };
	int r = read_mode(host, &n);

	if (r == 0)
		r = read_uses(record, &n);
	if (r == 0)
		r = read_bindings(host, &n.published);
	if (r == 0)
		r = read_exposed(config, &n.exposed);
	if (r == 0 && json_get_bool(host, RECORD, "PublishAllPorts", &n.publish_all) < 0)
		r = -EINVAL;
	if (r == 0 && json_get_strv(host, RECORD, "Dns", &n.servers) < 0)
		r = -EINVAL;
	if (r < 0)
		return r;
	*ret = n;
	n = (struct networks){ 0 };
	return 0;
}

int networks_rewrite(int dirfd, const struct networks *n)
{
	autojson struct json_object *record = NULL, *settings = NULL;
	struct json_object *host;
	autobuf text = BUF_INIT;
	struct json_writer w;
	const char *out;
	int r = json_read(dirfd, RECORD, SIZE_LIMIT, &record);

	if (r < 0)
		return r;
	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	networks_write_settings(n, &w);
	json_end_object(&w);
	r = json_parse(text.data, text.len, RECORD, &settings);
	if (r < 0)
		return r;
	json_object_object_add(record, "NetworkSettings", json_object_get(json_get(settings, "NetworkSettings")));
	host = json_get(record, "HostConfig");
	if (host && n->mode == NETWORKS_OWN)
		json_object_object_add(host, "NetworkMode",
				       json_object_new_string(n->count ? n->items[0].network : NETWORK_DEFAULT));
	out = json_object_to_json_string_ext(record, JSON_C_TO_STRING_PLAIN);
	return file_write(dirfd, RECORD, out, strlen(out), 0600, FILE_VOLATILE);
}
