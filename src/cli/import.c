/* SPDX-License-Identifier: Apache-2.0 */
#include "image/import.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/image_event.h"
#include "cli/progress.h"
#include "cli/settings.h"
#include "image/fetch_url.h"
#include "image/make.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ARCHIVE_MAX (INT64_C(1) << 40) /* bytes from the web */

struct import_flags {
	struct strv changes;
	const char *message;
	const char *platform;
};

static const struct option import_table[] = {
	{ 'c', "change", OPTION_LIST, offsetof(struct import_flags, changes), "list",
	  "Apply Dockerfile instruction to the created image" },
	{ 'm', "message", OPTION_STRING, offsetof(struct import_flags, message), "string",
	  "Set commit message for imported image" },
	{ 0, "platform", OPTION_STRING, offsetof(struct import_flags, platform), "string",
	  "Set platform if server is multi-platform capable" },
	OPTIONS_END,
};

static bool is_url(const char *source)
{
	return strncmp(source, "http://", 7) == 0 || strncmp(source, "https://", 8) == 0;
}

static void show(void *data, int64_t have)
{
	const struct pull_events *events = data;

	events->layer(events->data, "archive", PULL_DOWNLOADING, (uint64_t)have, 0);
}

/* What is on the web comes whole into a file without a name first: it is begun again when it breaks off. */
static int fetch_archive(const struct store *store, const char *url, int *ret)
{
	autocall(progress_free) struct progress *progress = progress_new(stderr);
	struct pull_events events = progress_events(progress);
	autofd int fd = make_blob(store);
	int r = fd < 0 ? fd : fetch_url(url, fd, ARCHIVE_MAX, isatty(STDERR_FILENO) ? show : NULL, &events);

	if (r == 0)
		*ret = take_fd(&fd);
	return r;
}

static int open_archive(const struct store *store, const char *source, int *ret)
{
	int fd;

	if (strcmp(source, "-") == 0) {
		if (isatty(STDIN_FILENO))
			return fail(-EINVAL, "the archive is to come from standard input, which is a terminal");
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	} else if (is_url(source)) {
		return fetch_archive(store, source, ret);
	} else {
		fd = open(source, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		return fail_errno("open %s", source);
	*ret = fd;
	return 0;
}

static int import_archive(const struct cli *cli, const struct import_flags *flags, char id[DIGEST_MAX])
{
	autofree char *from = xasprintf("Imported from %s", cli->args[0]), *name = NULL;
	struct import_options options = {
		.reference = cli->arg_count > 1 ? cli->args[1] : NULL,
		.changes = &flags->changes,
		.message = flags->message         ? flags->message
			   : is_url(cli->args[0]) ? from
						  : NULL,
	};
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	const char *made_for = settings_platform(flags->platform);
	struct platform platform;
	autofd int archive = -1;
	int r = 0;

	if (made_for) {
		r = platform_parse(made_for, &platform);
		options.made_for = &platform;
	}
	/* bad words are said before anything is fetched */
	if (r == 0)
		r = make_reference(options.reference, &name);
	if (r == 0)
		r = store_open(cli->root, &store);
	if (r == 0)
		r = home_open(store, cli->runroot, &home);
	if (r == 0)
		r = open_archive(store, cli->args[0], &archive);
	options.archive = archive;
	if (r == 0)
		r = image_import(store, &options, id);
	if (r == 0)
		image_event(home, "import", id, options.reference);
	return r;
}

static int import_run(const struct cli *cli, void *options)
{
	char id[DIGEST_MAX];
	int r = import_archive(cli, options, id);

	if (r < 0)
		return fail_while(r, "cannot import %s", cli->args[0]);
	puts(id);
	return 0;
}

const struct command command_import = {
	.name = "import",
	.usage = "[OPTIONS] file|URL|- [REPOSITORY[:TAG]]",
	.summary = "Import the contents from a tarball to create a filesystem image",
	.manual =
		"Makes an image of one layer out of an archive of a root filesystem: tar, plain or compressed (gzip, zstd, xz, bzip2),\n"
		"from a file, from the web (http:// or https://) or, with -, from standard input. Prints the image's id.\n\n"
		"--change sets what the image wants to be run with, in the words of a Dockerfile: CMD, ENTRYPOINT, ENV, EXPOSE,\n"
		"HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME and WORKDIR.\n",
	.options = import_table,
	.options_size = sizeof(struct import_flags),
	.min_args = 1,
	.max_args = 2,
	.interspersed = true,
	.run = import_run,
	.complete = "file",
};
