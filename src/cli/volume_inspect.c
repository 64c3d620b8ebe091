/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/inspect.h"
#include "cli/inspect_volume.h"
#include "container/volume.h"

#include <stddef.h>

static const struct option inspect_table[] = {
	{ 'f', "format", OPTION_STRING, offsetof(struct inspect, format), "string",
	  "Format output using a Go template, or 'json'" },
	OPTIONS_END,
};

int inspect_volume(const struct store *s, const char *name, struct json_writer *w)
{
	autocall(volume_release) struct volume v = { 0 };
	int r = volume_read(s, name, &v);

	if (r == 0)
		volume_write(s, &v, w);
	return r;
}

static int inspect_run(const struct cli *cli, void *data)
{
	return inspect_print(cli, data);
}

static const struct inspect inspect_defaults = { .type = "volume" };

const struct command command_volume_inspect = {
	.name = "volume inspect",
	.usage = "[OPTIONS] VOLUME [VOLUME...]",
	.summary = "Display detailed information on one or more volumes",
	.manual = "Prints what is known of a volume as JSON, in Docker's words. Mountpoint is the directory on the host.\n",
	.options = inspect_table,
	.options_size = sizeof(struct inspect),
	.defaults = &inspect_defaults,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = inspect_run,
	.complete = "volume",
};
