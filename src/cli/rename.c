/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/each.h"
#include "container/control.h"

static int rename_run(const struct cli *cli, void *flags)
{
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(handle_release) struct handle h = HANDLE_NONE;
	int r = each_open(cli, &store, &home);

	(void)flags;
	if (r == 0)
		r = handle_open(home, cli->args[0], &h);
	if (r == 0)
		r = control_rename(&h, cli->args[1]);
	return r < 0 ? fail_while(r, "cannot rename %s", cli->args[0]) : 0;
}

const struct command command_rename = {
	.name = "rename",
	.usage = "CONTAINER NEW_NAME",
	.summary = "Rename a container",
	.manual = "Gives a container another name, running or not.\n",
	.min_args = 2,
	.max_args = 2,
	.interspersed = true,
	.run = rename_run,
	.complete = "container",
};
