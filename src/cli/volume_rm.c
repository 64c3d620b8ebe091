/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/each.h"
#include "container/volume.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

struct rm_flags {
	bool force;
};

static const struct option rm_table[] = {
	{ 'f', "force", OPTION_BOOL, offsetof(struct rm_flags, force), .help = "Do not mind a volume that is not there" },
	OPTIONS_END,
};

static int rm_run(const struct cli *cli, void *data)
{
	const struct rm_flags *flags = data;
	autocall(store_free) struct store *s = NULL;
	autocall(home_free) struct home *home = NULL;
	int failed = 0, r = each_open(cli, &s, &home);

	if (r < 0)
		return fail_while(r, "cannot remove volumes");
	for (size_t i = 0; i < cli->arg_count; i++) {
		r = volume_remove(home, cli->args[i]);
		if (r == 0 || (r == -ENOENT && flags->force)) {
			printf("%s\n", cli->args[i]);
			continue;
		}
		fflush(stdout);
		fail_while(r, "cannot remove %s", cli->args[i]);
		log_failure(r);
		failed = 1;
	}
	return failed;
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
