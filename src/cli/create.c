/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/obtain.h"
#include "cli/run_options.h"
#include "cli/settings.h"
#include "container/container.h"

#include <stdio.h>

static int create_run(const struct cli *cli, void *options)
{
	struct run_flags *flags = options;
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(image_release) struct image image = { 0 };
	autofree char *id = NULL;
	int r = run_flags_finish(flags);

	if (r < 0)
		return r;
	flags->run.image = cli->args[0];
	flags->run.platform = settings_platform(flags->run.platform);
	settings_proxies(&flags->run.env);
	for (size_t i = 1; i < cli->arg_count; i++)
		strv_add(&flags->run.command, cli->args[i]);
	r = store_open(cli->root, &store);
	if (r == 0)
		r = home_open(store, cli->runroot, &home);
	if (r == 0)
		r = obtain_image(home, &flags->run, "create", &image);
	if (r == 0) {
		r = container_make(home, &flags->run, &image, &id);
		if (r < 0)
			fail_while(r, "cannot create %s", flags->run.name ? flags->run.name : flags->run.image);
	}
	strv_release(&flags->run.command);
	if (r == 0)
		printf("%s\n", id);
	return r;
}

const struct command command_create = {
	.name = "create",
	.usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
	.summary = "Create a new container",
	.manual =
		"Makes a container of IMAGE that does not run yet, and prints its id; hoy start runs it. The options are those of hoy run.\n",
	.options = create_table,
	.options_size = sizeof(struct run_flags),
	.defaults = &run_defaults,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.run = create_run,
	.complete = "image",
};
