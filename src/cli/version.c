/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <stdio.h>

static int version_run(const struct cli *cli, void *options)
{
	(void)cli;
	(void)options;
	puts("hoy version " HOY_VERSION);
	return 0;
}

const struct command command_version = {
	.name = "version",
	.usage = "",
	.summary = "Show the version information",
	.manual = "Shows the version of hoy.\n",
	.interspersed = true,
	.run = version_run,
};
