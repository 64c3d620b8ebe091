/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/each.h"
#include "container/networks_live.h"
#include "network/connect.h"
#include "network/create.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

struct connect_flags {
	struct strv aliases, links, link_local, driver_options;
	const char *ip, *ip6, *priority;
};

#define CONNECT(member) offsetof(struct connect_flags, member)

static const struct option connect_table[] = {
	{ 0, "alias", OPTION_LIST, CONNECT(aliases), "list", "Further name of the container on the network",
	  .check = network_check_alias },
	{ 0, "driver-opt", OPTION_LIST, CONNECT(driver_options), "list",
	  "Driver options for the network: " NETWORKS_IFNAME "=NAME, " NETWORKS_SYSCTLS "=NAME=VALUE" },
	{ 0, "gw-priority", OPTION_STRING, CONNECT(priority), "int", "Highest priority provides the default gateway" },
	{ 0, "ip", OPTION_STRING, CONNECT(ip), "string", "IPv4 address, such as 172.30.100.104" },
	{ 0, "ip6", OPTION_STRING, CONNECT(ip6), "string", "IPv6 address, such as 2001:db8::33" },
	{ 0, "link", OPTION_LIST, CONNECT(links), "list",
	  "Another name for a container of the network, which this one alone has for it: NAME:ALIAS" },
	{ 0, "link-local-ip", OPTION_LIST, CONNECT(link_local), "list", "One more address, a link-local one" },
	OPTIONS_END,
};

static int set(struct network_use *use, const char *key, const char *value)
{
	autofree char *field = xasprintf("%s=%s", key, value);

	return network_use_set(field, use);
}

static int read_flags(const struct connect_flags *flags, struct network_use *use)
{
	int r = 0;

	if (flags->ip)
		r = set(use, "ip", flags->ip);
	if (r == 0 && flags->ip6)
		r = set(use, "ip6", flags->ip6);
	for (size_t i = 0; r == 0 && i < flags->aliases.count; i++)
		r = set(use, "alias", flags->aliases.items[i]);
	for (size_t i = 0; r == 0 && i < flags->link_local.count; i++)
		r = set(use, "link-local-ip", flags->link_local.items[i]);
	for (size_t i = 0; r == 0 && i < flags->driver_options.count; i++)
		r = set(use, "driver-opt", flags->driver_options.items[i]);
	for (size_t i = 0; r == 0 && i < flags->links.count; i++)
		r = set(use, "link", flags->links.items[i]);
	if (r == 0 && flags->priority)
		r = set(use, "gw-priority", flags->priority);
	return r;
}

static int connect_run(const struct cli *cli, void *data)
{
	autocall(store_free) struct store *s = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(handle_release) struct handle h = HANDLE_NONE;
	autocall(network_use_release) struct network_use use = { .network = xstrdup(cli->args[0]) };
	int r = read_flags(data, &use);

	if (r == 0)
		r = each_open(cli, &s, &home);
	if (r == 0)
		r = handle_open(home, cli->args[1], &h);
	if (r == 0)
		r = networks_connect(&h, &use);
	return r < 0 ? fail_while(r, "cannot connect %s to network %s", cli->args[1], cli->args[0]) : 0;
}

const struct command command_network_connect = {
	.name = "network connect",
	.usage = "[OPTIONS] NETWORK CONTAINER",
	.summary = "Connect a container to a network",
	.manual =
		"Connects a container to one more network: at once when it runs, and whenever it is started. When that network gives it its\n"
		"gateway (--gw-priority) its published ports lead through it from then on.\n",
	.options = connect_table,
	.options_size = sizeof(struct connect_flags),
	.min_args = 2,
	.max_args = 2,
	.interspersed = true,
	.run = connect_run,
	.complete = "network",
};

struct disconnect_flags {
	bool force;
};

static const struct option disconnect_table[] = {
	{ 'f', "force", OPTION_BOOL, offsetof(struct disconnect_flags, force),
	  .help = "Forget what a container that is gone left in the network" },
	OPTIONS_END,
};

struct search {
	const char *name;
	char id[ENDPOINT_ID_MAX];
};

static int see_endpoint(const struct endpoint *e, void *data)
{
	struct search *s = data;

	if (strcmp(e->name ? e->name : "", s->name) != 0 && strncmp(e->id, s->name, strlen(s->name)) != 0)
		return 0;
	memcpy(s->id, e->id, sizeof s->id);
	return 1;
}

/* Of a container that hoy knows no more. */
static int forget(const struct cli *cli)
{
	struct network_home place = { cli->root, cli->runroot };
	struct search s = { .name = cli->args[1] };
	autonetwork n = { 0 };
	int r = network_find(&place, cli->args[0], &n);

	if (r == 0)
		r = endpoint_each(&place, n.name, see_endpoint, &s);
	if (r > 0)
		return connect_undo(&place, n.name, s.id);
	return r == 0 ? fail(-ENOENT, "container %s is not connected to network %s", cli->args[1], n.name) : r;
}

static int disconnect_run(const struct cli *cli, void *data)
{
	const struct disconnect_flags *flags = data;
	autocall(store_free) struct store *s = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(handle_release) struct handle h = HANDLE_NONE;
	int r = each_open(cli, &s, &home);

	if (r == 0)
		r = handle_open(home, cli->args[1], &h);
	if (r == 0)
		r = networks_disconnect(&h, cli->args[0]);
	else if (r == -ENOENT && flags->force)
		r = forget(cli);
	return r < 0 ? fail_while(r, "cannot disconnect %s from network %s", cli->args[1], cli->args[0]) : 0;
}

const struct command command_network_disconnect = {
	.name = "network disconnect",
	.usage = "[OPTIONS] NETWORK CONTAINER",
	.summary = "Disconnect a container from a network",
	.manual =
		"Takes a container out of a network: at once when it runs, and for when it is started again. Ports that were published by it\n"
		"lead through the network that gives the container its gateway then; where none does, they are free.\n",
	.options = disconnect_table,
	.options_size = sizeof(struct disconnect_flags),
	.min_args = 2,
	.max_args = 2,
	.interspersed = true,
	.run = disconnect_run,
	.complete = "network",
};
