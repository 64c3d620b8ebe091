/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_options.h"

#include "base/error.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/image_event.h"
#include "cli/progress.h"
#include "container/container.h"
#include "image/platform.h"
#include "kernel/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define autostore __attribute__((cleanup(store_free))) struct store
#define autohome  __attribute__((cleanup(home_free))) struct home
#define autoimage __attribute__((cleanup(image_release))) struct image

/* The local image, unless it is for another platform than the one asked for: -ENOENT then, too. */
static int find_local(const struct store *store, const struct run_options *run, struct image *ret)
{
	struct platform wanted, offered;
	int r = image_find(store, run->image, ret);

	if (r < 0 || !run->platform)
		return r;
	r = platform_parse(run->platform, &wanted);
	if (r == 0)
		r = platform_set(&offered, ret->config.os, ret->config.architecture, ret->config.variant);
	if (r == 0 && platform_rank(&wanted, &offered) > 0)
		return 0;
	image_release(ret);
	*ret = (struct image){ 0 };
	return r < 0 ? r : -ENOENT;
}

/* Progress goes to stderr: stdout is the container's. */
static int pull(const struct home *home, const struct run_options *run, struct image *ret)
{
	struct progress *progress = run->quiet ? NULL : progress_new(stderr);
	struct pull_options options = { .reference = run->image, .platform = run->platform, .tls_verify = run->tls_verify };
	int r;

	if (progress)
		options.events = progress_events(progress);
	r = image_pull(home->store, &options, ret);
	if (r == 0)
		image_event_transfer(home, "pull", ret->reference);
	progress_free(&progress);
	return r < 0 ? fail_while(r, "cannot pull %s", run->image) : 0;
}

/* The image by --pull: missing is the default. */
static int obtain(const struct home *home, const struct run_options *run, struct image *ret)
{
	const char *policy = run->pull ? run->pull : "missing";
	int r;

	if (!strcmp(policy, "always"))
		return pull(home, run, ret);
	r = find_local(home->store, run, ret);
	if (r != -ENOENT)
		return r < 0 ? fail_while(r, "cannot run %s", run->image) : 0;
	if (!strcmp(policy, "never"))
		return fail(r, "cannot run %s: no such image here, and --pull never", run->image);
	fprintf(stderr, "Unable to find image '%s' locally\n", run->image);
	return pull(home, run, ret);
}

/* Lines go to a descriptor of their own: the container's stderr may be a file. */
static int explain_lines(void)
{
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);

	if (fd < 0)
		return fail_errno("duplicate stderr");
	step_explain(EXPLAIN_LINES, fd);
	return 0;
}

static int run_image(const struct home *home, const struct run_flags *flags, const struct image *image)
{
	int code = EXIT_ENGINE, r;

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
	for (size_t i = 1; i < cli->arg_count; i++)
		strv_add(&flags->run.command, cli->args[i]);
	r = store_open(cli->root, &store);
	if (r == 0)
		r = home_open(store, cli->runroot, &home);
	if (r == 0 && flags->explain && !strcmp(flags->explain, "lines"))
		r = explain_lines();
	if (r == 0)
		r = obtain(home, &flags->run, &image);
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
