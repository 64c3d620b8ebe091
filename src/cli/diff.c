/* SPDX-License-Identifier: Apache-2.0 */
#include "container/diff.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/each.h"

#include <stdio.h>

static int diff_run(const struct cli *cli, void *flags)
{
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(handle_release) struct handle h = HANDLE_NONE;
	autocall(diff_release) struct diff diff = { 0 };
	int r = each_open(cli, &store, &home);

	(void)flags;
	if (r == 0)
		r = handle_open(home, cli->args[0], &h);
	if (r == 0)
		r = diff_read(&h, &diff);
	if (r < 0)
		return fail_while(r, "cannot diff %s", cli->args[0]);
	for (size_t i = 0; i < diff.count; i++)
		printf("%c %s\n", diff.items[i].kind, diff.items[i].path);
	return 0;
}

const struct command command_diff = {
	.name = "diff",
	.usage = "CONTAINER",
	.summary = "Inspect changes to files or directories on a container's filesystem",
	.manual =
		"Lists what a container changed in its image's files: A is added, C changed, D deleted. What it wrote to volumes\n"
		"and other mounts is not among it.\n",
	.min_args = 1,
	.max_args = 1,
	.interspersed = true,
	.run = diff_run,
	.complete = "container",
};
