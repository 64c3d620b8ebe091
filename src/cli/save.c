/* SPDX-License-Identifier: Apache-2.0 */
#include "image/save.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/check.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/image_event.h"
#include "cli/outfile.h"
#include "image/catalog.h"
#include "image/image.h"

struct save_flags {
	const char *output;
	struct strv platforms;
};

static const struct option save_table[] = {
	{ 'o', "output", OPTION_STRING, offsetof(struct save_flags, output), "string", "Write to a file, instead of STDOUT",
	  .complete = "file" },
	{ 0, "platform", OPTION_LIST, offsetof(struct save_flags, platforms), "list",
	  "Save only images for this platform (linux/arm64)", .check = check_platform },
	OPTIONS_END,
};

static void tell(const struct home *home, const char *name)
{
	autoentry e = { 0 };

	if (image_find_entry(home->store, name, &e) == 0)
		image_event(home, "save", e.id, NULL);
	else
		error_clear();
}

static int save_run(const struct cli *cli, void *data)
{
	const struct save_flags *flags = data;
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(outfile_release) struct outfile out = OUTFILE_NONE;
	struct platform platform;
	int chosen = check_one_platform(&flags->platforms, &platform), r = chosen < 0 ? chosen : each_open(cli, &store, &home);
	if (r == 0)
		r = outfile_open(flags->output, &out);
	if (r == 0)
		r = image_save(store, cli->args, cli->arg_count, chosen ? &platform : NULL, out.fd);
	if (r == 0)
		r = outfile_commit(&out);
	if (r < 0)
		return fail_while(r, "cannot save");
	for (size_t i = 0; i < cli->arg_count; i++)
		tell(home, cli->args[i]);
	return 0;
}

const struct command command_save = {
	.name = "save",
	.usage = "[OPTIONS] IMAGE [IMAGE...]",
	.summary = "Save one or more images to a tar archive (streamed to STDOUT by default)",
	.manual = "Writes images with their names and layers as one archive: an OCI image layout that has Docker's manifest.json\n"
		  "beside it, so that `hoy load`, docker, podman and skopeo read it. A name without a tag stands for all tags of\n"
		  "its repository. A file that -o names is there when it is complete, and not before.\n",
	.options = save_table,
	.options_size = sizeof(struct save_flags),
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = save_run,
	.complete = "image",
};
