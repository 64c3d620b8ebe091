/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/ports.h"
#include "container/handle.h"

#include <errno.h>
#include <stdio.h>

/* "80/tcp -> 0.0.0.0:8080" a line. */
static void print_all(const struct endpoints *endpoints)
{
	size_t count;
	autofree const struct publish **list = ports_sorted(endpoints, &count);

	for (size_t i = 0; i < count; i++) {
		char host[PORTS_HOST_MAX];

		printf("%u/%s -> %s\n", list[i]->port, publish_protocol(list[i]->protocol), ports_host(list[i], host));
	}
}

/* Where this one port is to be reached: "0.0.0.0:8080" a line. */
static int print_one(const struct endpoints *endpoints, const struct publish *wanted, const char *name)
{
	size_t count, found = 0;
	autofree const struct publish **list = ports_sorted(endpoints, &count);

	for (size_t i = 0; i < count; i++) {
		char host[PORTS_HOST_MAX];

		if (list[i]->port != wanted->port || list[i]->protocol != wanted->protocol)
			continue;
		printf("%s\n", ports_host(list[i], host));
		found++;
	}
	return found ? 0
		     : fail(-ENOENT, "no public port '%u/%s' published for %s", wanted->port, publish_protocol(wanted->protocol),
			    name);
}

static int show(const struct home *home, const char *name, const char *port)
{
	autocall(handle_release) struct handle h = HANDLE_NONE;
	autocall(publishes_release) struct publishes wanted = { 0 };
	autoendpoints endpoints = { 0 };
	int r = handle_open(home, name, &h);

	if (r == 0 && port)
		r = publish_parse_exposed(port, &wanted);
	if (r == 0 && port && wanted.count != 1)
		r = fail(-EINVAL, "%s is not one port", port);
	if (r < 0)
		return r;
	if (handle_runs(&h))
		endpoints_read(home, h.record.id, &endpoints);
	if (port)
		return print_one(&endpoints, &wanted.items[0], name);
	print_all(&endpoints);
	return 0;
}

static int port_run(const struct cli *cli, void *flags)
{
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	int r = each_open(cli, &store, &home);

	(void)flags;
	if (r == 0)
		r = show(home, cli->args[0], cli->arg_count > 1 ? cli->args[1] : NULL);
	return r < 0 ? fail_while(r, "cannot show the ports of %s", cli->args[0]) : 0;
}

const struct command command_port = {
	.name = "port",
	.usage = "CONTAINER [PRIVATE_PORT[/PROTO]]",
	.summary = "List port mappings or a specific mapping for the container",
	.manual = "Shows where on the host the published ports of a running container are to be reached; or one of them.\n",
	.min_args = 1,
	.max_args = 2,
	.interspersed = true,
	.run = port_run,
	.complete = "container",
};
