/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/each.h"
#include "container/copy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct cp_flags {
	bool archive, follow, quiet;
};

static const struct option cp_table[] = {
	{ 'a', "archive", OPTION_BOOL, offsetof(struct cp_flags, archive), .help = "Archive mode (copy all uid/gid information)" },
	{ 'L', "follow-link", OPTION_BOOL, offsetof(struct cp_flags, follow), .help = "Always follow symbol link in SRC_PATH" },
	{ 'q', "quiet", OPTION_BOOL, offsetof(struct cp_flags, quiet),
	  .help = "Say nothing of a copy that succeeded (so it is where standard output is no terminal)" },
	OPTIONS_END,
};

/* "CONTAINER:PATH": true, cut in two. An absolute path, and one that begins with a dot, is a path here, colon or not. */
static bool is_inside(const char *arg, char **ret_container, const char **ret_path)
{
	const char *colon = strchr(arg, ':');

	if (*arg == '/' || *arg == '.' || !colon)
		return false;
	*ret_container = xstrndup(arg, (size_t)(colon - arg));
	*ret_path = colon + 1;
	return true;
}

static int copy(const struct cli *cli, const struct cp_flags *flags, uint64_t *ret_bytes)
{
	struct copy_options o = { .archive = flags->archive, .follow = flags->follow };
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(handle_release) struct handle h = HANDLE_NONE;
	autofree char *from = NULL, *to = NULL;
	const char *source = cli->args[0], *target = cli->args[1];
	bool out = is_inside(source, &from, &source), in = is_inside(target, &to, &target);
	int r;

	if (out && in)
		return fail(-EINVAL, "copying between containers is not supported");
	if (!out && !in)
		return fail(-EINVAL, "must specify at least one container source");
	if (!*source || !*target)
		return fail(-EINVAL, "%s can not be empty", *source ? "destination" : "source");
	o.inside = out ? source : target;
	o.local = out ? target : source;
	r = each_open(cli, &store, &home);
	if (r == 0)
		r = handle_open(home, out ? from : to, &h);
	if (r < 0)
		return r;
	return out ? copy_out(&h, &o, ret_bytes) : copy_in(&h, &o, ret_bytes);
}

static int cp_run(const struct cli *cli, void *data)
{
	const struct cp_flags *flags = data;
	char size[NUMBER_TEXT_MAX];
	uint64_t bytes;
	int r = copy(cli, flags, &bytes);

	if (r < 0)
		return fail_while(r, "cannot copy %s to %s", cli->args[0], cli->args[1]);
	if (!flags->quiet && strcmp(cli->args[1], "-") != 0 && isatty(STDOUT_FILENO))
		fprintf(stderr, "Successfully copied %s to %s\n", number_size_1000(bytes, size), cli->args[1]);
	return 0;
}

const struct command command_cp = {
	.name = "cp",
	.usage = "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n       hoy cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
	.summary = "Copy files/folders between a container and the local filesystem",
	.manual =
		"Copies a file or a directory out of a container or into it, running or not; what is mounted in it is part of it.\n\n"
		"A target that is a directory gets the source inside it; DIR/. as the source is the content of DIR. Any other target\n"
		"is the name that the source gets, whose directory must exist. A dash instead of a path here is a tar archive on\n"
		"standard output or input.\n\n"
		"A symbolic link as the last part of the source is copied itself, unless -L is given or the path ends with a slash.\n"
		"Paths in the container are looked up as a process of the container would: nothing in it leads out of it.\n\n"
		"What comes out belongs to the caller, and is no device and not setuid, unless --archive is given.\n",
	.options = cp_table,
	.options_size = sizeof(struct cp_flags),
	.min_args = 2,
	.max_args = 2,
	.interspersed = true,
	.run = cp_run,
	.complete = "container",
};
