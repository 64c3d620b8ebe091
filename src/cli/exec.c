/* SPDX-License-Identifier: Apache-2.0 */
#include "container/exec.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/check.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/settings.h"
#include "container/detach_keys.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>

static const struct option exec_table[] = {
	{ 'd', "detach", OPTION_BOOL, offsetof(struct exec_options, detach), .help = "Run the command in the background" },
	{ 0, "detach-keys", OPTION_STRING, offsetof(struct exec_options, detach_keys), "string",
	  "Override the key sequence for detaching a container", .preset = "\"ctrl-p,ctrl-q\"", .check = detach_keys_check },
	{ 'e', "env", OPTION_LIST, offsetof(struct exec_options, env), "list", "Set an environment variable, NAME=VALUE",
	  .check = check_env },
	{ 0, "env-file", OPTION_LIST, offsetof(struct exec_options, env_files), "list",
	  "Set the environment variables of this file, one a line", .complete = "file" },
	{ 'i', "interactive", OPTION_BOOL, offsetof(struct exec_options, interactive), .help = "Keep stdin open" },
	{ 0, "privileged", OPTION_BOOL, offsetof(struct exec_options, privileged), .help = "Give all capabilities to the command" },
	{ 't', "tty", OPTION_BOOL, offsetof(struct exec_options, tty), .help = "Give it a terminal" },
	{ 'u', "user", OPTION_STRING, offsetof(struct exec_options, user), "string",
	  "User and group of the process, by name or number: USER[:GROUP]" },
	{ 'w', "workdir", OPTION_STRING, offsetof(struct exec_options, workdir), "string", "Working directory of the process",
	  .check = check_workdir },
	OPTIONS_END,
};

static int exec_run(const struct cli *cli, void *data)
{
	struct exec_options *o = data;
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(handle_release) struct handle h = HANDLE_NONE;
	autofree char *setting = NULL;
	int code = 1, r = store_open(cli->root, &store);

	for (size_t i = 1; i < cli->arg_count; i++)
		strv_add(&o->command, cli->args[i]);
	/* keys leave a terminal alone */
	if (o->tty && !o->detach)
		o->detach_keys = settings_detach_keys(o->detach_keys, &setting);
	if (r == 0)
		r = home_open(store, cli->runroot, &home);
	if (r == 0)
		r = handle_open(home, cli->args[0], &h);
	if (r == 0)
		r = container_exec(&h, o, &code);
	strv_release(&o->command);
	if (r == 1) {
		fputs("read escape sequence\n", stderr); /* Docker's words and exit code */
		return 1;
	}
	if (r < 0) {
		fail_while(r, "cannot exec in %s", cli->args[0]);
		log_failure(r);
	}
	return code;
}

const struct command command_exec = {
	.name = "exec",
	.usage = "[OPTIONS] CONTAINER COMMAND [ARG...]",
	.summary = "Execute a command in a running container",
	.manual =
		"Runs one more process in a container, with the container's limits and rights. The exit code is that of the command; 126 when it may not be executed, 127 when it does not exist.\n",
	.options = exec_table,
	.options_size = sizeof(struct exec_options),
	.min_args = 2,
	.max_args = ARGS_ANY,
	.enters = true,
	.run = exec_run,
	.complete = "container",
};
