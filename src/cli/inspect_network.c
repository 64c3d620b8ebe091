/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/inspect_network.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "cli/ports.h"
#include "container/endpoints.h"

#include <string.h>

/* Of one network, or of none: what is not known is empty, as Docker shows it. */
static void put_addresses(const struct endpoint *e, const struct network *n, struct json_writer *w)
{
	static const char *const keys[NETWORK_FAMILIES][3] = { { "Gateway", "IPAddress", "IPPrefixLen" },
							       { "IPv6Gateway", "GlobalIPv6Address", "GlobalIPv6PrefixLen" } };
	static const struct address none;
	char text[ADDRESS_TEXT_MAX];

	for (int i = 0; i < NETWORK_FAMILIES; i++) {
		bool has = e && e->addresses[i].family;

		json_put_str(w, keys[i][0], address_text(has && n ? &n->pools[i].gateway : &none, text));
		json_put_str(w, keys[i][1], address_text(has ? &e->addresses[i] : &none, text));
		json_put_u64(w, keys[i][2], has ? e->prefixes[i] : 0);
	}
}

static void put_mac(const struct endpoint *e, struct json_writer *w)
{
	char text[MAC_TEXT_MAX];

	json_put_str(w, "MacAddress", e && memcmp(e->mac, "\0\0\0\0\0", MAC_SIZE) != 0 ? mac_text(e->mac, text) : "");
}

static void put_names(const struct endpoint *e, struct json_writer *w)
{
	json_begin_array(w, "DNSNames");
	if (e && e->name)
		json_put_str(w, NULL, e->name);
	for (size_t i = 0; e && i < e->aliases.count; i++)
		json_put_str(w, NULL, e->aliases.items[i]);
	if (e)
		json_put_strn(w, NULL, e->id, 12);
	json_end_array(w);
}

/* What was asked for. */
static const struct network_use *find_use(const struct handle *h, const char *name)
{
	static const struct network_use none;

	for (size_t i = 0; i < h->record.networks.count; i++)
		if (strcmp(h->record.networks.items[i].network, name) == 0)
			return &h->record.networks.items[i];
	return &none;
}

static void put_network(const struct handle *h, const char *name, const struct endpoint *e, struct json_writer *w)
{
	struct network_home where = endpoints_home(h->home);
	autonetwork network = { 0 };
	bool known = network_read(&where, name, &network) == 0;

	if (!known)
		error_clear();
	json_begin_object(w, name);
	networks_write_wanted(find_use(h, name), w);
	if (e && e->aliases.count)
		json_put_strv(w, "Aliases", &e->aliases);
	else
		json_put_null(w, "Aliases");
	put_mac(e, w);
	json_put_str(w, "NetworkID", known ? network.id : "");
	json_put_str(w, "EndpointID", e ? e->id : "");
	put_addresses(e, known ? &network : NULL, w);
	put_names(e, w);
	json_end_object(w);
}

/* "80/tcp" of Config.ExposedPorts. */
static void exposed_ports(struct json_object *record, struct strv *ret)
{
	struct json_object *ports = json_get(json_get(record, "Config"), "ExposedPorts");

	if (!ports || !json_object_is_type(ports, json_type_object))
		return;
	json_object_object_foreach (ports, name, unused) {
		(void)unused;
		strv_add(ret, name);
	}
}

static void put_networks(const struct handle *h, struct json_object *record, const struct endpoints *all, struct json_writer *w)
{
	const char *mode = "none";

	(void)json_get_str(json_get(record, "HostConfig"), "record.json", "NetworkMode", &mode);
	if (strcmp(mode, "default") == 0)
		mode = NETWORK_DEFAULT;
	json_begin_object(w, "Networks");
	for (size_t i = 0; i < all->count; i++)
		put_network(h, all->items[i].network, &all->items[i].endpoint, w);
	/* one that does not run is in none, and neither is one in the host's: it shows which it wants to be in */
	if (!all->count && strncmp(mode, "container:", 10) != 0)
		put_network(h, mode, NULL, w);
	json_end_object(w);
}

void inspect_network(const struct handle *h, struct json_object *record, struct json_writer *w)
{
	const struct endpoint *bridge = NULL;
	struct network_home where = endpoints_home(h->home);
	autonetwork network = { 0 };
	autoendpoints all = { 0 };
	autostrv exposed = { 0 };
	autofree char *sandbox = NULL;

	if (handle_runs(h)) {
		endpoints_read(h->home, h->record.id, &all);
		exposed_ports(record, &exposed);
		sandbox = xasprintf("/proc/%d/ns/net", (int)h->state.pid);
	}
	for (size_t i = 0; i < all.count; i++)
		if (strcmp(all.items[i].network, NETWORK_DEFAULT) == 0 && network_read(&where, NETWORK_DEFAULT, &network) == 0)
			bridge = &all.items[i].endpoint;
	json_begin_object(w, "NetworkSettings");
	json_put_str(w, "Bridge", "");
	json_put_str(w, "SandboxID", handle_runs(h) ? h->record.id : "");
	json_put_str(w, "SandboxKey", sandbox ? sandbox : "");
	ports_put(&all, &exposed, w);
	/* old members, of the default network alone */
	json_put_str(w, "EndpointID", bridge ? bridge->id : "");
	put_addresses(bridge, bridge ? &network : NULL, w);
	put_mac(bridge, w);
	put_networks(h, record, &all, w);
	json_end_object(w);
}
