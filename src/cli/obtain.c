/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/obtain.h"

#include "base/error.h"
#include "cli/image_event.h"
#include "cli/progress.h"
#include "container/rootfs_dir.h"
#include "image/platform.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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

int obtain_image(const struct home *home, const struct run_options *run, const char *verb, struct image *ret)
{
	const char *policy = run->pull ? run->pull : "missing";
	int r;

	if (run->rootfs) {
		r = rootfs_dir_image(run->image, ret);
		return r < 0 ? fail_while(r, "cannot %s %s", verb, run->image) : 0;
	}
	if (!strcmp(policy, "always"))
		return pull(home, run, ret);
	r = find_local(home->store, run, ret);
	if (r != -ENOENT)
		return r < 0 ? fail_while(r, "cannot %s %s", verb, run->image) : 0;
	if (!strcmp(policy, "never"))
		return fail(r, "cannot %s %s: no such image here, and --pull never", verb, run->image);
	fprintf(stderr, "Unable to find image '%s' locally\n", run->image);
	return pull(home, run, ret);
}
