/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/image_event.h"
#include "image/catalog.h"
#include "image/image.h"
#include "image/reference.h"

#include <errno.h>
#include <string.h>

/* A digest is what a name stood for at its registry: another repository's name has none. */
static bool same_repository(const char *a, const char *b)
{
	size_t len = strlen(b) - strlen(strrchr(b, ':'));

	return strncmp(a, b, len) == 0 && strchr(":@", a[len]);
}

static int tag(const struct store *s, const char *source, const char *target, struct catalog_entry *ret)
{
	autoreference ref = { 0 };
	autoentry e = { 0 };
	autofree char *old = NULL;
	int r = image_find_entry(s, source, &e);

	if (r < 0)
		return r == -ENOENT ? fail(r, "no such image: %s", source) : r;
	r = reference_parse(target, &ref);
	if (r == 0 && ref.digest)
		r = fail(-EINVAL, "refusing to create a tag with a digest reference");
	if (r < 0)
		return r;
	old = take(&e.reference);
	e.reference = reference_canonical(&ref);
	if (!same_repository(old, e.reference))
		free(take(&e.digest));
	r = catalog_put(s, &e);
	/* the entry of an image without a name has done its work */
	if (r == 0 && *old == '@')
		(void)catalog_remove(s, old);
	if (r < 0)
		return r;
	*ret = e;
	e = (struct catalog_entry){ 0 };
	return 0;
}

static int tag_run(const struct cli *cli, void *flags)
{
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autoentry e = { 0 };
	int r = each_open(cli, &store, &home);

	(void)flags;
	if (r == 0)
		r = tag(store, cli->args[0], cli->args[1], &e);
	if (r < 0)
		return fail_while(r, "cannot tag %s as %s", cli->args[0], cli->args[1]);
	image_event(home, "tag", e.id, cli->args[1]);
	return 0;
}

const struct command command_tag = {
	.name = "tag",
	.usage = "SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]",
	.summary = "Create a tag TARGET_IMAGE that refers to SOURCE_IMAGE",
	.manual = "Gives an image one more name. A name that stood for another image leaves that one.\n",
	.min_args = 2,
	.max_args = 2,
	.interspersed = true,
	.run = tag_run,
	.complete = "image",
};
