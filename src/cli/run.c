/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_options.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/obtain.h"
#include "cli/settings.h"
#include "container/container.h"
#include "kernel/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define autostore __attribute__((cleanup(store_free))) struct store
#define autohome  __attribute__((cleanup(home_free))) struct home
#define autoimage __attribute__((cleanup(image_release))) struct image

/* Lines go to a descriptor of their own: the container's stderr may be a file. */
static int explain_lines(void)
{
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return fail_errno("duplicate stderr");
	step_explain(EXPLAIN_LINES, fd);
	return 0;
}

static int run_image(const struct home *home, struct run_flags *flags, const struct image *image)
{
	autofree char *setting = NULL;
	int code = EXIT_ENGINE, r;

	/* keys leave a terminal alone */
	if (flags->run.tty && !flags->run.detach)
		flags->run.detach_keys = settings_detach_keys(flags->run.detach_keys, &setting);
	if (flags->explain && !strcmp(flags->explain, "script"))
		r = container_explain_script(home, &flags->run, image);
	else
		r = container_run(home, &flags->run, image, &code);
	if (r == 0)
		return flags->explain && !strcmp(flags->explain, "script") ? 0 : code;
	fail_while(r, "cannot run %s", flags->run.name ? flags->run.name : flags->run.image);
	log_failure(r);
	return code;
}

static int run_run(const struct cli *cli, void *options)
{
	struct run_flags *flags = options;
	autostore *store = NULL;
	autohome *home = NULL;
	autoimage image = { 0 };
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
	if (r == 0 && flags->explain && !strcmp(flags->explain, "lines"))
		r = explain_lines();
	if (r == 0)
		r = obtain_image(home, &flags->run, "run", &image);
	if (r == 0)
		r = run_image(home, flags, &image);
	strv_release(&flags->run.command);
	return r;
}

const struct command command_run = {
	.name = "run",
	.usage = "[OPTIONS] IMAGE [COMMAND] [ARG...]",
	.summary = "Create and run a new container from an image",
	.manual =
		"Makes a container of IMAGE, runs COMMAND in it (or what the image says), and waits for its end. An image that is not here is pulled.\n"
		"\n"
		"The exit code is that of the command. It is 125 when hoy itself failed and nothing was started, 126 when the command may not be executed, 127 when it does not exist, and 128 and the signal's number when a signal ended it.\n",
	.options = run_table,
	.options_size = sizeof(struct run_flags),
	.defaults = &run_defaults,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.enters = true,
	.failure = EXIT_ENGINE,
	.run = run_run,
	.complete = "image",
};
