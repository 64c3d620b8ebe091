/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/outfile.h"
#include "container/copy.h"

struct export_flags {
	const char *output;
};

static const struct option export_table[] = {
	{ 'o', "output", OPTION_STRING, offsetof(struct export_flags, output), "string", "Write to a file, instead of STDOUT",
	  .complete = "file" },
	OPTIONS_END,
};

static int export_run(const struct cli *cli, void *data)
{
	const struct export_flags *flags = data;
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(handle_release) struct handle h = HANDLE_NONE;
	autocall(outfile_release) struct outfile out = OUTFILE_NONE;
	int r = each_open(cli, &store, &home);

	if (r == 0)
		r = handle_open(home, cli->args[0], &h);
	if (r == 0)
		r = outfile_open(flags->output, &out);
	if (r == 0)
		r = copy_export(&h, out.fd);
	if (r == 0)
		r = outfile_commit(&out);
	return r < 0 ? fail_while(r, "cannot export %s", cli->args[0]) : 0;
}

const struct command command_export = {
	.name = "export",
	.usage = "[OPTIONS] CONTAINER",
	.summary = "Export a container's filesystem as a tar archive",
	.manual =
		"Writes all files of a container's own root file system, without what is mounted in it, as a tar archive. A file that\n"
		"-o names is there when it is complete, and not before. `hoy import` makes an image of it.\n",
	.options = export_table,
	.options_size = sizeof(struct export_flags),
	.min_args = 1,
	.max_args = 1,
	.interspersed = true,
	.run = export_run,
	.complete = "container",
};
