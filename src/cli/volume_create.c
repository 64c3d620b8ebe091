/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/each.h"
#include "container/volume.h"

#include <stddef.h>
#include <stdio.h>

struct create_flags {
	const char *driver, *name;
	struct strv labels, options;
};

#define NO_CLUSTER "hoy is no part of a swarm, and has no cluster volumes"

static const struct option create_table[] = {
	{ 'd', "driver", OPTION_STRING, offsetof(struct create_flags, driver), "string", "Specify volume driver name",
	  .preset = "\"local\"" },
	{ 0, "label", OPTION_LIST, offsetof(struct create_flags, labels), "list", "Set metadata for a volume" },
	{ 0, "name", OPTION_STRING, offsetof(struct create_flags, name), "string", "Specify volume name", .hidden = true },
	{ 'o', "opt", OPTION_LIST, offsetof(struct create_flags, options), "map",
	  "Set driver specific options: type=TYPE, device=DEVICE and o=OPTIONS, as mount(8) takes them" },
	{ 0, "availability", OPTION_STRING, .metavar = "string", .help = "Of a cluster volume", .hidden = true,
	  .never = NO_CLUSTER },
	{ 0, "group", OPTION_STRING, .metavar = "string", .help = "Of a cluster volume", .hidden = true, .never = NO_CLUSTER },
	{ 0, "limit-bytes", OPTION_STRING, .metavar = "bytes", .help = "Of a cluster volume", .hidden = true, .never = NO_CLUSTER },
	{ 0, "required-bytes", OPTION_STRING, .metavar = "bytes", .help = "Of a cluster volume", .hidden = true,
	  .never = NO_CLUSTER },
	{ 0, "scope", OPTION_STRING, .metavar = "string", .help = "Of a cluster volume", .hidden = true, .never = NO_CLUSTER },
	{ 0, "secret", OPTION_LIST, .metavar = "map", .help = "Of a cluster volume", .hidden = true, .never = NO_CLUSTER },
	{ 0, "sharing", OPTION_STRING, .metavar = "string", .help = "Of a cluster volume", .hidden = true, .never = NO_CLUSTER },
	{ 0, "topology-preferred", OPTION_LIST, .metavar = "list", .help = "Of a cluster volume", .hidden = true,
	  .never = NO_CLUSTER },
	{ 0, "topology-required", OPTION_LIST, .metavar = "list", .help = "Of a cluster volume", .hidden = true,
	  .never = NO_CLUSTER },
	{ 0, "type", OPTION_STRING, .metavar = "string", .help = "Of a cluster volume", .hidden = true, .never = NO_CLUSTER },
	OPTIONS_END,
};

static int create_run(const struct cli *cli, void *data)
{
	const struct create_flags *flags = data;
	const char *name = cli->arg_count ? cli->args[0] : flags->name;
	struct volume_request request = { .name = name, .labels = &flags->labels, .options = &flags->options, .durable = true };
	autocall(store_free) struct store *s = NULL;
	autocall(home_free) struct home *home = NULL;
	autofree char *made = NULL;
	int r = volume_check_driver(flags->driver);

	if (r == 0)
		r = each_open(cli, &s, &home);
	if (r == 0)
		r = volume_create(home, &request, &made);
	if (r < 0)
		return fail_while(r, "cannot create volume%s%s", name ? " " : "", name ? name : "");
	printf("%s\n", made);
	return 0;
}

const struct command command_volume_create = {
	.name = "volume create",
	.usage = "[OPTIONS] [VOLUME]",
	.summary = "Create a volume",
	.manual =
		"Makes a volume, a directory that outlives containers, and prints its name; without a name it gets one of 64 hex\n"
		"digits. A volume that is there already stays as it is.\n"
		"\n"
		"With --opt type=, device= and o= containers get that file system in place of a directory of hoy's own, mounted for\n"
		"each of them: --opt type=none --opt o=bind --opt device=/srv/data, --opt type=tmpfs --opt device=tmpfs --opt\n"
		"o=size=100m, --opt type=nfs --opt o=addr=192.0.2.1,rw --opt device=:/export.\n",
	.options = create_table,
	.options_size = sizeof(struct create_flags),
	.max_args = 1,
	.interspersed = true,
	.run = create_run,
};
