/* SPDX-License-Identifier: Apache-2.0 */
#include "container/networks.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "network/create.h"
#include "network/interface_sysctl.h"
#include "network/network.h"
#include "network/network_option.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

void network_use_release(struct network_use *u)
{
	free(u->network);
	strv_release(&u->link_local);
	strv_release(&u->aliases);
	strv_release(&u->links);
	strv_release(&u->driver_options);
	*u = (struct network_use){ 0 };
}

void networks_release(struct networks *n)
{
	for (size_t i = 0; i < n->count; i++)
		network_use_release(&n->items[i]);
	free(n->items);
	free(n->container);
	strv_release(&n->servers);
	publishes_release(&n->published);
	publishes_release(&n->exposed);
	*n = (struct networks){ 0 };
}

static struct network_use *add_use(struct networks *n)
{
	n->items = xrealloc(n->items, (n->count + 1) * sizeof *n->items);
	n->items[n->count] = (struct network_use){ 0 };
	return &n->items[n->count++];
}

void networks_add(struct networks *n, struct network_use *use)
{
	*add_use(n) = *use;
	*use = (struct network_use){ 0 };
}

void networks_remove(struct networks *n, size_t index)
{
	network_use_release(&n->items[index]);
	memmove(&n->items[index], &n->items[index + 1], (--n->count - index) * sizeof *n->items);
}

static int set_address(const char *option, const char *value, int family, struct address *ret)
{
	if (address_parse(value, ret) < 0 || ret->family != (family == NETWORK_IPV6 ? AF_INET6 : AF_INET))
		return fail(-EINVAL, "invalid %s address: %s", option, value);
	return 0;
}

static int set_mac(const char *value, struct network_use *u)
{
	if (mac_parse(value, u->mac) < 0)
		return fail(-EINVAL, "invalid MAC address: %s", value);
	u->mac_given = true;
	return 0;
}

static int add_link_local(const char *value, struct network_use *u)
{
	struct address a;

	if (address_parse(value, &a) < 0)
		return fail(-EINVAL, "invalid link-local address: %s", value);
	strv_add(&u->link_local, value);
	return 0;
}

/* NAME:ALIAS, or NAME for both. */
static int add_link(const char *value, struct network_use *u)
{
	size_t len = strcspn(value, ":");
	const char *alias = value[len] ? value + len + 1 : value;
	autofree char *name = xstrndup(value, len);
	int r = len == 0 || strchr(alias, ':') ? fail(-EINVAL, "bad format for links: %s", value) : network_check_alias(alias);

	if (r == 0)
		r = network_check_alias(name);
	if (r == 0)
		strv_add_format(&u->links, "%s=%s", alias, name);
	return r;
}

static int add_driver_option(const char *value, struct network_use *u)
{
	static const char name[] = NETWORKS_IFNAME "=", sysctls[] = NETWORKS_SYSCTLS "=";
	int r = 0;

	if (strncmp(value, sysctls, strlen(sysctls)) == 0)
		r = interface_sysctl_check(value + strlen(sysctls));
	else if (strncmp(value, name, strlen(name)) != 0)
		return fail_hint(fail(-EINVAL, "unknown driver option %.*s", (int)strcspn(value, "="), value),
				 "there are " NETWORKS_IFNAME " and " NETWORKS_SYSCTLS);
	else if (!network_is_interface(value + strlen(name)))
		return fail(-EINVAL, "%s is no name of an interface", value + strlen(name));
	if (r == 0)
		strv_env_set(&u->driver_options, value);
	return r;
}

static int add_alias(const char *value, struct network_use *u)
{
	int r = network_check_alias(value);

	if (r == 0)
		strv_add(&u->aliases, value);
	return r;
}

int network_use_set(const char *field, struct network_use *u)
{
	const char *value = strchr(field, '=');
	size_t len = value ? (size_t)(value++ - field) : strlen(field);
	const struct {
		const char *key;
		size_t len;
	} is = { field, len };
#define IS(word) (is.len == strlen(word) && strncmp(is.key, word, is.len) == 0)

	if (!value || !*value)
		return fail(-EINVAL, "invalid field %s", field);
	if (IS("name"))
		xreplace(&u->network, value);
	else if (IS("alias"))
		return add_alias(value, u);
	else if (IS("ip"))
		return set_address("IPv4", value, NETWORK_IPV4, &u->ip[NETWORK_IPV4]);
	else if (IS("ip6"))
		return set_address("IPv6", value, NETWORK_IPV6, &u->ip[NETWORK_IPV6]);
	else if (IS("mac-address"))
		return set_mac(value, u);
	else if (IS("link-local-ip"))
		return add_link_local(value, u);
	else if (IS("link"))
		return add_link(value, u);
	else if (IS("driver-opt"))
		return add_driver_option(value, u);
	else if (IS("gw-priority"))
		return number_i64(value, &u->priority) < 0 || u->priority != (int32_t)u->priority
			       ? fail(-EINVAL, "invalid gateway priority: %s", value)
			       : 0;
	else
		return fail(-EINVAL, "invalid field key %.*s", (int)len, field);
	return 0;
#undef IS
}

/* NAME, or name=NAME,alias=…,ip=…, as Docker's. */
static int parse_use(const char *option, struct network_use *u)
{
	autostrv fields = { 0 };
	int r = 0;

	if (!*option)
		return fail(-EINVAL, "no name set for network");
	if (!strchr(option, '=')) {
		u->network = xstrdup(option);
		return 0;
	}
	r = strv_split_fields(&fields, option);
	for (size_t i = 0; r == 0 && i < fields.count; i++)
		r = network_use_set(fields.items[i], u);
	if (r == 0 && !u->network)
		r = fail(-EINVAL, "no name set for network");
	return r;
}

int networks_check(const char *option)
{
	struct network_use u = { 0 };
	int r = parse_use(option, &u);

	network_use_release(&u);
	return r;
}

/* What no network of its own goes with. */
static int check_foreign(const struct run_options *o, const struct networks *n)
{
	bool container = n->mode == NETWORKS_CONTAINER;

	if (o->networks.count > 1)
		return fail(-EINVAL, "conflicting options: cannot attach both user-defined and non-user-defined network-modes");
	if (container && o->hostname && *o->hostname)
		return fail(-EINVAL, "conflicting options: hostname and the network mode");
	if (container && (o->publish.count || o->publish_all))
		return fail(-EINVAL, "conflicting options: port publishing and the container type network mode");
	if (container && o->expose.count)
		return fail(-EINVAL, "conflicting options: port exposing and the container type network mode");
	if (container && (o->dns.count || o->dns_search.count || o->dns_option.count))
		return fail(-EINVAL, "conflicting options: dns and the network mode");
	if (container && o->add_host.count)
		return fail(-EINVAL, "conflicting options: custom host-to-IP mapping and the network mode");
	if (o->mac_address)
		return fail(-EINVAL, "conflicting options: mac-address and the network mode");
	if (o->ip || o->ip6 || o->link_local_ips.count)
		return fail(-EINVAL, "user specified IP address is supported on user defined networks only");
	if (o->network_aliases.count)
		return fail(-EINVAL, "network-scoped aliases are only supported for user-defined networks");
	return 0;
}

/* The options beside --network belong to the first one. */
static int apply_to_first(const struct run_options *o, struct network_use *u)
{
	int r = 0;

	if (o->ip)
		r = set_address("IPv4", o->ip, NETWORK_IPV4, &u->ip[NETWORK_IPV4]);
	if (r == 0 && o->ip6)
		r = set_address("IPv6", o->ip6, NETWORK_IPV6, &u->ip[NETWORK_IPV6]);
	if (r == 0 && o->mac_address)
		r = set_mac(o->mac_address, u);
	for (size_t i = 0; r == 0 && i < o->link_local_ips.count; i++)
		r = add_link_local(o->link_local_ips.items[i], u);
	for (size_t i = 0; r == 0 && i < o->network_aliases.count; i++)
		r = add_alias(o->network_aliases.items[i], u);
	return r;
}

static int read_modes(const struct run_options *o, struct networks *n)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < o->networks.count; i++) {
		const char *option = o->networks.items[i];

		if (strcmp(option, "none") == 0)
			n->mode = NETWORKS_NONE;
		else if (strcmp(option, "host") == 0)
			n->mode = NETWORKS_HOST;
		else if (strncmp(option, "container:", 10) == 0)
			n->mode = NETWORKS_CONTAINER;
		else
			r = parse_use(strcmp(option, "default") == 0 ? NETWORK_DEFAULT : option, add_use(n));
		if (n->mode == NETWORKS_CONTAINER && !n->container) {
			if (!option[10])
				return fail(-EINVAL, "invalid container format container:<name|id>");
			n->container = xstrdup(option + 10);
		}
	}
	if (r < 0)
		return r;
	if (n->mode != NETWORKS_OWN)
		return check_foreign(o, n);
	if (n->count == 0)
		add_use(n)->network = xstrdup(NETWORK_DEFAULT);
	return apply_to_first(o, &n->items[0]);
}

/* Each port once: an image's and the user's are often the same. */
static int add_exposed(const char *text, struct networks *n)
{
	struct publishes more = { 0 };
	int r = publish_parse_exposed(text, &more);

	for (size_t i = 0; r == 0 && i < more.count; i++) {
		bool known = false;

		for (size_t k = 0; k < n->exposed.count; k++)
			known |= n->exposed.items[k].port == more.items[i].port &&
				 n->exposed.items[k].protocol == more.items[i].protocol;
		if (!known)
			publishes_add(&n->exposed, &more.items[i]);
	}
	publishes_release(&more);
	return r;
}

static int read_ports(const struct run_options *o, const struct strv *exposed, struct networks *n)
{
	int r = 0;

	n->publish_all = o->publish_all;
	for (size_t i = 0; r == 0 && i < o->publish.count; i++)
		r = publish_parse(o->publish.items[i], &n->published);
	for (size_t i = 0; r == 0 && i < o->expose.count; i++)
		r = add_exposed(o->expose.items[i], n);
	/* an image's is a stranger's word: what cannot be read is passed over */
	for (size_t i = 0; r == 0 && i < exposed->count; i++)
		(void)add_exposed(exposed->items[i], n);
	return r;
}

int networks_from_options(const struct run_options *o, const struct strv *exposed, struct networks *ret)
{
	autonetworks n = { 0 };
	int r = read_modes(o, &n);

	if (r == 0)
		r = read_ports(o, exposed, &n);
	if (r < 0)
		return r;
	strv_add_all(&n.servers, &o->dns);
	*ret = n;
	n = (struct networks){ 0 };
	return 0;
}

static struct network_home home_of(const struct home *home)
{
	return (struct network_home){ home->store->root, home->runroot };
}

/* 1 for a network that has nothing but loopback: then it must be the only one. */
static int find_one(const struct network_home *home, struct network_use *u, bool alone)
{
	autonetwork net = { 0 };
	int r = create_or_find(home, u->network, &net);
	bool asks = u->ip[NETWORK_IPV4].family || u->ip[NETWORK_IPV6].family || u->link_local.count;

	if (r < 0)
		return r;
	if (net.config_only)
		return fail(-EPERM, "network %s is a configuration for others: no container can be in it", net.name);
	if (net.driver == NETWORK_NULL && alone && !asks)
		return 1;
	if (net.driver == NETWORK_HOST || net.driver == NETWORK_NULL)
		return fail(-EINVAL, "network %s is a mode of its own and cannot be combined with others", u->network);
	if (strcmp(net.name, NETWORK_DEFAULT) == 0 && asks)
		return fail(-EINVAL, "user specified IP address is supported on user defined networks only");
	if (strcmp(net.name, NETWORK_DEFAULT) == 0 && u->aliases.count)
		return fail(-EINVAL, "network-scoped alias is supported only for containers in user defined networks");
	for (int i = 0; i < NETWORK_FAMILIES; i++)
		if (u->ip[i].family && !network_has(&net, i))
			return fail(
				-EINVAL,
				"user specified IP address is supported only when connecting to networks with user configured subnets");
	xreplace(&u->network, net.name);
	return 0;
}

int networks_find(const struct home *home, struct networks *n)
{
	struct network_home place = home_of(home);
	int r = 0;

	for (size_t i = 0; r == 0 && i < n->count; i++) {
		r = find_one(&place, &n->items[i], n->count == 1);
		for (size_t k = 0; r == 0 && k < i; k++)
			if (strcmp(n->items[i].network, n->items[k].network) == 0)
				r = fail(-EINVAL, "network \"%s\" is specified multiple times", n->items[i].network);
	}
	if (r > 0) {
		networks_remove(n, 0);
		n->mode = NETWORKS_NONE;
		r = 0;
	}
	return r;
}

static int add_servers(const struct network_home *home, const struct networks *n, bool apart, struct strv *ret)
{
	char text[ADDRESS_TEXT_MAX];
	int r = 0;

	for (size_t i = 0; r == 0 && i < n->count; i++) {
		autonetwork net = { 0 };

		r = network_read(home, n->items[i].network, &net);
		if (r < 0 || net.driver != NETWORK_BRIDGE || strcmp(net.name, NETWORK_DEFAULT) == 0 ||
		    network_is_hostless(&net) != apart)
			continue;
		for (int k = 0; k < NETWORK_FAMILIES; k++) {
			struct address server = network_server(&net, k);

			if (server.family)
				strv_add(ret, address_text(&server, text));
		}
	}
	return r;
}

/* Those that answer for one network alone come last: programs that ask the first one only learn more. */
int networks_servers(const struct home *home, const struct networks *n, struct strv *ret)
{
	struct network_home place = home_of(home);
	int r = add_servers(&place, n, false, ret);

	return r == 0 ? add_servers(&place, n, true, ret) : r;
}

int networks_gateway(const struct home *home, const struct networks *n, struct address *ret)
{
	struct network_home place = home_of(home);
	autonetwork net = { 0 };
	int r = n->count ? network_read(&place, n->items[0].network, &net) : create_or_find(&place, NETWORK_DEFAULT, &net);

	if (r < 0)
		return r;
	*ret = net.pools[net.pools[NETWORK_IPV4].gateway.family ? NETWORK_IPV4 : NETWORK_IPV6].gateway;
	return 0;
}
