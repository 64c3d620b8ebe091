/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include "base/error.h"

#include <errno.h>

static int help_run(const struct cli *cli, void *options)
{
	autobuf out = BUF_INIT, name = BUF_INIT;
	const struct command_row *row = NULL;
	int words = 0;

	(void)options;
	if (cli->arg_count == 0) {
		help_program(&out, help_width());
	} else {
		row = command_find((int)cli->arg_count, cli->args, &words);
		if (!row || (size_t)words != cli->arg_count)
			return fail(-EINVAL, "unknown help topic: %s", cli->args[0]);
		for (int i = 0; i < words; i++)
			buf_add_format(&name, "%s%s", i ? " " : "", cli->args[i]);
		if (row->command)
			help_command(&out, name.data, row->command, help_width());
		else if (row->group == GROUP_MANAGEMENT && command_row_works(row))
			help_group(&out, row);
		else if (row->never)
			return fail(-ENOTSUP, "there is no '%s' here: %s", name.data, row->never);
		else
			return fail(-ENOSYS, "'%s' is not supported yet", name.data);
	}
	fwrite(out.data, 1, out.len, stdout);
	return 0;
}

const struct command command_help = {
	.name = "help",
	.usage = "[COMMAND]",
	.summary = "Help about the commands",
	.manual = "Shows the usage and the options of one command, or the list of all commands.\n",
	.max_args = 2,
	.interspersed = true,
	.run = help_run,
	.complete = "command",
};
