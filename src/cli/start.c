/* SPDX-License-Identifier: Apache-2.0 */
#include "container/start.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/settings.h"
#include "container/boot.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

struct start_flags {
	struct start_options how;
	const char *keys;
	bool boot;
};
static const struct start_flags defaults = { .how.sig_proxy = true };

#define NO_CHECKPOINT "hoy does not freeze processes to files"

static const struct option start_table[] = {
	{ 'a', "attach", OPTION_BOOL, offsetof(struct start_flags, how.attach),
	  .help = "Attach STDOUT/STDERR and forward signals" },
	{ 0, "boot", OPTION_BOOL, offsetof(struct start_flags, boot),
	  .help = "Start what restart policies want after a boot, and nothing else" },
	{ 0, "checkpoint", OPTION_STRING, .metavar = "string", .help = "Restore from this checkpoint", .never = NO_CHECKPOINT },
	{ 0, "checkpoint-dir", OPTION_STRING, .metavar = "string", .help = "Use a custom checkpoint storage directory",
	  .never = NO_CHECKPOINT },
	{ 0, "detach-keys", OPTION_STRING, offsetof(struct start_flags, keys), "string",
	  "Override the key sequence for detaching a container", .preset = "\"ctrl-p,ctrl-q\"", .check = detach_keys_check },
	{ 'i', "interactive", OPTION_BOOL, offsetof(struct start_flags, how.interactive), .help = "Attach container's STDIN" },
	OPTIONS_END,
};

static int start_one(struct handle *h, void *data)
{
	int code;

	return container_start(h, data, &code);
}

/* One alone, whose exit code is the command's. */
static int start_attached(const struct cli *cli, const struct start_options *how)
{
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(handle_release) struct handle h = HANDLE_NONE;
	int code = 1, r;

	if (cli->arg_count > 1)
		return fail(-EINVAL, "you cannot start and attach multiple containers at once");
	r = each_open(cli, &store, &home);
	if (r == 0)
		r = handle_open(home, cli->args[0], &h);
	if (r == 0)
		r = container_start(&h, how, &code);
	if (r < 0) {
		fail_while(r, "cannot start %s", cli->args[0]);
		log_failure(r);
		return 1; /* Docker's start says what is wrong with the command, but not by its exit code */
	}
	return code;
}

static void tell_started(const char *name, int result, void *data)
{
	int *code = data;

	if (result == 0) {
		printf("%s\n", name);
		return;
	}
	fail_while(result, "cannot start %s", name);
	log_failure(result);
	*code = 1;
}

static int start_at_boot(const struct cli *cli)
{
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	int code = 0, r;

	if (cli->arg_count > 0)
		return fail(-EINVAL, "--boot takes no containers: their restart policies say which");
	r = each_open(cli, &store, &home);
	if (r == 0)
		r = container_boot(home, tell_started, &code);
	return r < 0 ? r : code;
}

static int start_run(const struct cli *cli, void *data)
{
	struct start_flags *flags = data;
	bool attached = flags->how.attach || flags->how.interactive;
	autofree char *setting = NULL;
	const char *text = attached ? settings_detach_keys(flags->keys, &setting) : flags->keys;
	struct detach_keys keys;
	int r = detach_keys_parse(text ? text : DETACH_KEYS_DEFAULT, &keys);

	if (r < 0)
		return r;
	if (flags->boot)
		return start_at_boot(cli);
	if (cli->arg_count == 0)
		return fail(-EINVAL, "'hoy start' requires at least 1 argument");
	flags->how.keys = &keys;
	if (attached)
		return start_attached(cli, &flags->how);
	return each_container(cli, "start", true, start_one, &flags->how);
}

const struct command command_start = {
	.name = "start",
	.usage = "[OPTIONS] CONTAINER [CONTAINER...]",
	.summary = "Start one or more stopped containers",
	.manual =
		"Starts containers that were made by hoy create, or that have ended; each as it was made, with the files it left. One that runs already is left alone.\n"
		"\n"
		"--boot is for hoy.service: it starts the containers with the policies always, unless-stopped and on-failure that ran when the machine went down, and exits.\n"
		"\n"
		"With -a or -i the exit code is that of the container.\n",
	.options = start_table,
	.options_size = sizeof(struct start_flags),
	.defaults = &defaults,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.enters = true,
	.run = start_run,
	.complete = "container",
};
