/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/each.h"
#include "container/endpoints.h"
#include "network/create.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct create_flags {
	const char *driver, *ipam, *scope, *config_from;
	struct strv subnets, gateways, ranges, auxiliary, options, labels, ipam_options;
	bool ipv4, ipv6, internal, attachable, config_only;
};

static int check_subnet(const char *value)
{
	struct subnet s;
	char text[ADDRESS_TEXT_MAX];
	int r = subnet_parse(value, &s);

	if (r == -EDOM)
		return fail(-EINVAL, "invalid subnet %s: it should be %s", value, subnet_text(&s, text));
	return r < 0 ? fail(-EINVAL, "invalid CIDR address: %s", value) : 0;
}

static int check_address(const char *value)
{
	struct address a;

	return address_parse(value, &a) < 0 ? fail(-EINVAL, "invalid address: %s", value) : 0;
}

static int check_pair(const char *value)
{
	return *value == '=' || !*value ? fail(-EINVAL, "invalid option '%s': empty name", value) : 0;
}

/* What Docker says where there is no swarm. */
static int check_scope(const char *value)
{
	if (strcmp(value, "swarm") == 0)
		return fail(-EPERM, "this node is not a swarm manager: hoy has no swarm");
	return strcmp(value, "local") == 0 ? 0 : fail(-EINVAL, "invalid scope: it is local");
}

static int check_ipam(const char *value)
{
	if (strcmp(value, "default") == 0 || strcmp(value, "null") == 0)
		return 0;
	return fail(-EINVAL, "error looking up IPAM plugin %s: plugin \"%s\" not found", value, value);
}

/* Docker keeps and shows them, and its address manager does not look at them. */
static int check_ipam_option(const char *value)
{
	return fail(-EINVAL, "unknown option %.*s: the default address manager has none", (int)strcspn(value, "="), value);
}

#define CREATE(member) offsetof(struct create_flags, member)

static const struct option create_table[] = {
	{ 0, "attachable", OPTION_BOOL, CREATE(attachable), .help = "Enable manual container attachment" },
	{ 0, "aux-address", OPTION_LIST, CREATE(auxiliary), "map", "Addresses that are never handed out, as NAME=ADDRESS",
	  .check = check_pair },
	{ 0, "config-from", OPTION_STRING, CREATE(config_from), "string", "The network from which to copy the configuration",
	  .complete = "network" },
	{ 0, "config-only", OPTION_BOOL, CREATE(config_only), .help = "Create a configuration only network" },
	{ 'd', "driver", OPTION_STRING, CREATE(driver), "string", "bridge, macvlan or none", .preset = "\"bridge\"",
	  .complete = "bridge macvlan none" },
	{ 0, "gateway", OPTION_LIST, CREATE(gateways), "list", "IPv4 or IPv6 gateway of the subnet", .check = check_address },
	{ 0, "ingress", OPTION_BOOL, 0, .help = "Create swarm routing-mesh network",
	  .never = "this node is not a swarm manager: hoy has no swarm" },
	{ 0, "internal", OPTION_BOOL, CREATE(internal), .help = "Restrict external access to the network" },
	{ 0, "ip-range", OPTION_LIST, CREATE(ranges), "list", "Hand out addresses of this part of the subnet",
	  .check = check_subnet },
	{ 0, "ipam-driver", OPTION_STRING, CREATE(ipam), "string",
	  "IP address management driver: default, or null for no addresses", .check = check_ipam, .complete = "default null" },
	{ 0, "ipam-opt", OPTION_LIST, CREATE(ipam_options), "map", "Set IPAM driver specific options: hoy's has none",
	  .check = check_ipam_option },
	{ 0, "ipv4", OPTION_BOOL, CREATE(ipv4), .help = "Enable or disable IPv4 address assignment", .preset = "true" },
	{ 0, "ipv6", OPTION_BOOL, CREATE(ipv6), .help = "Enable IPv6: a subnet of fd00::/8 unless --subnet names one" },
	{ 0, "label", OPTION_LIST, CREATE(labels), "list", "Set metadata on a network", .check = check_pair },
	{ 'o', "opt", OPTION_LIST, CREATE(options), "map", "Set driver specific options, as KEY=VALUE", .check = check_pair },
	{ 0, "scope", OPTION_STRING, CREATE(scope), "string", "Control the network's scope: local", .check = check_scope },
	{ 0, "subnet", OPTION_LIST, CREATE(subnets), "list", "Subnet in CIDR format, one of each family", .check = check_subnet },
	OPTIONS_END,
};

static int family_of(const struct address *a)
{
	return a->family == AF_INET6 ? NETWORK_IPV6 : NETWORK_IPV4;
}

static int set_subnets(const struct create_flags *flags, struct network *n)
{
	for (size_t i = 0; i < flags->subnets.count; i++) {
		struct subnet s;

		(void)subnet_parse(flags->subnets.items[i], &s);
		if (network_has(n, family_of(&s.address)))
			return fail(-EINVAL, "bridge driver doesn't support multiple subnets");
		n->pools[family_of(&s.address)].subnet = s;
	}
	for (size_t i = 0; i < flags->gateways.count; i++) {
		struct address a;

		(void)address_parse(flags->gateways.items[i], &a);
		n->pools[family_of(&a)].gateway = a;
	}
	for (size_t i = 0; i < flags->ranges.count; i++) {
		struct subnet s;

		(void)subnet_parse(flags->ranges.items[i], &s);
		n->pools[family_of(&s.address)].range = s;
	}
	return 0;
}

static void add_pairs(const struct strv *given, struct strv *ret)
{
	for (size_t i = 0; i < given->count; i++) {
		autofree char *full = xasprintf("%s%s", given->items[i], strchr(given->items[i], '=') ? "" : "=");

		strv_env_set(ret, full);
	}
}

static const struct create_flags create_defaults = { .ipv4 = true };

static int create_run(const struct cli *cli, void *data)
{
	const struct create_flags *flags = data;
	struct network_home place = { cli->root, cli->runroot };
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	const bool families[] = { flags->ipv4, flags->ipv6 };
	autonetwork n = { .name = xstrdup(cli->args[0]),
			  .internal = flags->internal,
			  .attachable = flags->attachable,
			  .config_only = flags->config_only,
			  .config_from = flags->config_from ? xstrdup(flags->config_from) : NULL,
			  .addressless = flags->ipam && strcmp(flags->ipam, "null") == 0 };
	int r = network_driver_parse(flags->driver ? flags->driver : "bridge", &n.driver);

	if (r == 0 && (n.driver == NETWORK_HOST || network_is_predefined(n.name)))
		r = fail(-EPERM, "operation is not permitted on predefined %s network", n.name);
	if (r == 0)
		r = set_subnets(flags, &n);
	add_pairs(&flags->options, &n.options);
	add_pairs(&flags->labels, &n.labels);
	add_pairs(&flags->auxiliary, &n.auxiliary);
	if (r == 0)
		r = each_open(cli, &store, &home);
	if (r == 0)
		r = create_network(&place, families, &n);
	if (r < 0)
		return fail_while(r, "cannot create network %s", n.name);
	endpoints_event(home, &n, "create", NULL);
	printf("%s\n", n.id);
	return 0;
}

const struct command command_network_create = {
	.name = "network create",
	.usage = "[OPTIONS] NETWORK",
	.summary = "Create a network",
	.manual =
		"Makes a network and prints its id. Containers of one network reach each other, by name too; those of other networks do not.\n"
		"Its bridge is made when the first container comes.\n"
		"\n"
		"Options of the driver bridge (--opt): mtu=BYTES; isolate=false, to let networks that both say so reach each other;\n"
		"com.docker.network.bridge.name, .enable_icc, .enable_ip_masquerade and .host_binding_ipv4=127.0.0.1, to publish ports on\n"
		"loopback unless -p says another address; com.docker.network.bridge.gateway_mode_ipv4 and _ipv6=MODE: nat; routed, to have\n"
		"published ports reached at the containers' own addresses, without NAT; nat-unprotected, to have all ports of containers\n"
		"reached by hosts that have a route to them; isolated, with --internal, to keep the host itself out: it has no address in\n"
		"the network. Of macvlan: parent=INTERFACE, or INTERFACE.NUMBER for a VLAN of it, which is made when it is missing, and\n"
		"macvlan_mode=bridge|private|vepa|passthru.\n",
	.options = create_table,
	.options_size = sizeof(struct create_flags),
	.defaults = &create_defaults,
	.min_args = 1,
	.max_args = 1,
	.interspersed = true,
	.run = create_run,
};
