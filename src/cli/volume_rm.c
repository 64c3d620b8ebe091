/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "cli/command.h"
#include "cli/each.h"
#include "container/volume.h"

#include <errno.h>
#include <stddef.h>

struct rm_flags {
	bool force;
};

static const struct option rm_table[] = {
	{ 'f', "force", OPTION_BOOL, offsetof(struct rm_flags, force), .help = "Do not mind a volume that is not there" },
	OPTIONS_END,
};

static int remove_one(const struct home *home, const char *name, void *data)
{
	const struct rm_flags *flags = data;
	int r = volume_remove(home, name);

	return r == -ENOENT && flags->force ? 0 : r;
}

static int rm_run(const struct cli *cli, void *data)
{
	int r = each_name(cli, "remove", true, remove_one, data);

	return r < 0 ? fail_while(r, "cannot remove volumes") : r;
}

const struct command command_volume_rm = {
	.name = "volume rm",
	.usage = "[OPTIONS] VOLUME [VOLUME...]",
	.summary = "Remove one or more volumes",
	.manual = "Removes a volume with all it holds. One that a container mounts, running or not, stays.\n",
	.options = rm_table,
	.options_size = sizeof(struct rm_flags),
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = rm_run,
	.complete = "volume",
};
