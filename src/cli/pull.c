/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/image_event.h"
#include "cli/progress.h"
#include "cli/settings.h"
#include "image/image.h"
#include "image/reference.h"

#include <stdio.h>

struct pull_flags {
	bool all_tags, quiet, tls_verify;
	const char *platform;
};

static const struct option pull_table[] = {
	{ 'a', "all-tags", OPTION_BOOL, offsetof(struct pull_flags, all_tags),
	  .help = "Download all tagged images in the repository" },
	{ 0, "disable-content-trust", OPTION_BOOL, .help = "Skip image verification", .preset = "true",
	  .never = "hoy verifies no Docker Content Trust signatures" },
	{ 0, "platform", OPTION_STRING, offsetof(struct pull_flags, platform), "string",
	  "Download the image for this platform (linux/arm64)" },
	{ 'q', "quiet", OPTION_BOOL, offsetof(struct pull_flags, quiet), .help = "Suppress verbose output" },
	{ 0, "tls-verify", OPTION_BOOL, offsetof(struct pull_flags, tls_verify),
	  .help = "Require HTTPS and a valid certificate (loopback registries are always allowed plain HTTP)", .preset = "true" },
	OPTIONS_END,
};

static const struct pull_flags pull_defaults = { .tls_verify = true };

static int pull(const struct cli *cli, const struct pull_flags *flags, const char *name)
{
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(progress_free) struct progress *progress = progress_new(stdout);
	autocall(image_release) struct image image = { 0 };
	autoreference ref = { 0 };
	struct pull_options options = { .reference = name,
					.platform = settings_platform(flags->platform),
					.tls_verify = flags->tls_verify };
	int r = reference_parse(name, &ref);

	if (r == 0)
		r = store_open(cli->root, &store);
	if (r == 0)
		r = home_open(store, cli->runroot, &home);
	if (r < 0)
		return r;
	if (!flags->quiet) {
		options.events = progress_events(progress);
		if (!ref.tag && !ref.digest)
			puts("Using default tag: latest");
	}
	r = image_pull(store, &options, &image);
	if (r == 0) {
		image_event_transfer(home, "pull", image.reference);
		puts(image.reference);
	}
	return r;
}

/* One after the other, in the registry's order; the first that cannot be pulled ends it, as Docker's. */
static int pull_all(const struct cli *cli, const struct pull_flags *flags)
{
	autostrv tags = { 0 };
	int r = image_pull_tags(cli->args[0], flags->tls_verify, &tags);

	for (size_t i = 0; r == 0 && i < tags.count; i++) {
		autofree char *name = xasprintf("%s:%s", cli->args[0], tags.items[i]);

		r = pull(cli, flags, name);
		if (r < 0)
			fail_while(r, "%s", tags.items[i]);
	}
	return r;
}

static int pull_run(const struct cli *cli, void *data)
{
	const struct pull_flags *flags = data;
	int r = flags->all_tags ? pull_all(cli, flags) : pull(cli, flags, cli->args[0]);

	return r < 0 ? fail_while(r, "cannot pull %s", cli->args[0]) : 0;
}

const struct command command_pull = {
	.name = "pull",
	.usage = "[OPTIONS] NAME[:TAG|@DIGEST]",
	.summary = "Download an image from a registry",
	.manual =
		"Fetches an image and unpacks its layers, which happens side by side: a layer is unpacked while it arrives. What is\n"
		"here already is not fetched again, and a layer of which an earlier pull got a part is continued.\n"
		"\n"
		"NAME is [HOST[:PORT]/][OWNER/]NAME: nginx is docker.io/library/nginx. Without a tag it is latest, and where the\n"
		"repository has no latest, the last tag that the registry lists.\n"
		"\n"
		"Everything is checked against its digest. Registries are spoken to over HTTPS; over plain HTTP only on this\n"
		"machine's loopback addresses or with --tls-verify=false. Credentials are those of Docker's config.json.\n",
	.options = pull_table,
	.options_size = sizeof(struct pull_flags),
	.defaults = &pull_defaults,
	.min_args = 1,
	.max_args = 1,
	.interspersed = true,
	.run = pull_run,
	.complete = "image",
};
