/* SPDX-License-Identifier: Apache-2.0 */
#include "container/attach_to.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/settings.h"

#include <stddef.h>
#include <stdio.h>

struct attach_flags {
	bool no_stdin, sig_proxy;
	const char *keys;
};
static const struct attach_flags defaults = { .sig_proxy = true };

static const struct option attach_table[] = {
	{ 0, "detach-keys", OPTION_STRING, offsetof(struct attach_flags, keys), "string",
	  "Override the key sequence for detaching a container", .preset = "\"ctrl-p,ctrl-q\"", .check = detach_keys_check },
	{ 0, "no-stdin", OPTION_BOOL, offsetof(struct attach_flags, no_stdin), .help = "Do not attach STDIN" },
	{ 0, "sig-proxy", OPTION_BOOL, offsetof(struct attach_flags, sig_proxy),
	  .help = "Proxy all received signals to the process", .preset = "true" },
	OPTIONS_END,
};

static int attach_run_command(const struct cli *cli, void *data)
{
	const struct attach_flags *flags = data;
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(handle_release) struct handle h = HANDLE_NONE;
	autofree char *setting = NULL;
	const char *text = settings_detach_keys(flags->keys, &setting);
	struct detach_keys keys;
	struct attach_options how = { .no_stdin = flags->no_stdin, .sig_proxy = flags->sig_proxy, .keys = &keys };
	int code = 1, r = detach_keys_parse(text ? text : DETACH_KEYS_DEFAULT, &keys);

	if (r == 0)
		r = each_open(cli, &store, &home);
	if (r == 0)
		r = handle_open(home, cli->args[0], &h);
	if (r == 0)
		r = container_attach(&h, &how, &code);
	if (r == 1) {
		fputs("read escape sequence\n", stderr); /* in Docker's words, with Docker's exit code */
		return 1;
	}
	return r < 0 ? fail_while(r, "cannot attach to %s", cli->args[0]) : code;
}

const struct command command_attach = {
	.name = "attach",
	.usage = "[OPTIONS] CONTAINER",
	.summary = "Attach local standard input, output, and error streams to a running container",
	.manual =
		"Shows what a running container writes from now on, and passes stdin and signals to it, until it ends; the exit code is then the container's. Several may be attached at once. None of them slows the container down: of what somebody does not read, a MiB waits, and the rest is not shown.\n"
		"\n"
		"With a terminal, Ctrl-P Ctrl-Q detaches and leaves the container running.\n",
	.options = attach_table,
	.options_size = sizeof(struct attach_flags),
	.defaults = &defaults,
	.min_args = 1,
	.max_args = 1,
	.interspersed = true,
	.run = attach_run_command,
	.complete = "container",
};
