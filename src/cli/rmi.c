/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/image_event.h"
#include "container/container.h"
#include "image/catalog.h"
#include "image/digest.h"
#include "image/image.h"
#include "image/reference.h"
#include "image/remove.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct rmi_flags {
	bool force;
};

static const struct option rmi_table[] = {
	{ 'f', "force", OPTION_BOOL, offsetof(struct rmi_flags, force), .help = "Force removal of the image" },
	{ 0, "no-prune", OPTION_BOOL, 0, .help = "Do not delete untagged parents", .preset = "true",
	  .never = "an image has no parents here that could go with it" },
	{ 0, "platform", OPTION_LIST, 0, "list", "Remove only the given platform variant",
	  .never = "a name stands for an image of one platform here" },
	OPTIONS_END,
};

struct removal {
	const struct store *store;
	const struct home *home;
	bool force;
	struct catalog_entry entry; /* what the argument named */
	bool by_id;                 /* its id was typed, not a name */
	struct strv names;          /* entries to be removed */
	struct strv digests;        /* manifests of these */
	size_t others;              /* entries of the same image that stay */
};

static void removal_release(struct removal *m)
{
	catalog_entry_release(&m->entry);
	strv_release(&m->names);
	strv_release(&m->digests);
}

static void add_digest(struct strv *list, const char *digest)
{
	if (digest && !strv_contains(list, digest))
		strv_add(list, digest);
}

/* Which entries go: the one that was named, or all of an id. */
static int choose(struct removal *m, const char *arg)
{
	autocatalog all = { 0 };
	autoreference ref = { 0 };
	autofree char *canonical = NULL;
	int r = catalog_list(m->store, &all);

	if (r == 0 && reference_parse(arg, &ref) == 0)
		canonical = reference_canonical(&ref);
	error_clear();
	m->by_id = !canonical || (!ref.digest && strcmp(canonical, m->entry.reference) != 0);
	for (size_t i = 0; r == 0 && i < all.count; i++) {
		struct catalog_entry *e = &all.items[i];

		if (strcmp(e->id, m->entry.id) != 0)
			continue;
		if (!m->by_id && strcmp(e->reference, m->entry.reference) != 0) {
			m->others++;
			continue;
		}
		strv_add(&m->names, e->reference);
		add_digest(&m->digests, e->manifest_digest);
		add_digest(&m->digests, e->digest);
	}
	return r;
}

/* The image is only given up where no name is left and no container stands on it. */
static int check_use(struct removal *m, bool *ret_keep)
{
	autofree char *container = NULL;
	bool running = false;
	int r;

	if (m->by_id && m->names.count > 1 && !m->force)
		return fail(-EBUSY,
			    "conflict: unable to delete %.12s (must be forced) - image is referenced in multiple repositories",
			    digest_hex(m->entry.id));
	if (m->others)
		return 0;
	r = container_uses_image(m->home, digest_hex(m->entry.id), &container, &running);
	if (r <= 0)
		return r;
	if (running)
		return fail(-EBUSY, "the container %s runs on it", container);
	if (!m->force) {
		r = fail(-EBUSY, "the container %s was made from it", container);
		return fail_hint(r, "hoy rm %s removes the container; -f takes the name away and keeps the layers for it",
				 container);
	}
	*ret_keep = true;
	return 0;
}

static void say_untagged(const char *reference, const char *digest)
{
	autoreference ref = { 0 };
	autofree char *familiar = NULL, *name = NULL;

	if (*reference == '@' || reference_parse(reference, &ref) < 0)
		return;
	familiar = reference_familiar(&ref);
	name = reference_familiar_name(&ref);
	printf("Untagged: %s\n", familiar);
	if (digest && !ref.digest)
		printf("Untagged: %s@%s\n", name, digest);
}

static int untag(struct removal *m)
{
	for (size_t i = 0; i < m->names.count; i++) {
		autoentry e = { 0 };
		int r = catalog_get(m->store, m->names.items[i], &e);

		if (r == 0)
			r = catalog_remove(m->store, m->names.items[i]);
		if (r < 0 && r != -ENOENT)
			return r;
		say_untagged(m->names.items[i], e.digest);
		if (*m->names.items[i] != '@')
			image_event(m->home, "untag", m->entry.id, NULL);
	}
	return 0;
}

/* A container still stands on it: it stays as an image without a name. */
static int keep_unnamed(struct removal *m)
{
	autofree char *key = xasprintf("@%s", m->entry.id);
	struct catalog_entry e = m->entry;

	e.reference = key;
	return catalog_put(m->store, &e);
}

static int remove_one(struct removal *m, const char *arg)
{
	autostrv removed = { 0 };
	bool keep = false;
	int r = image_find_entry(m->store, arg, &m->entry);

	if (r == -ENOENT)
		return fail(r, "no such image");
	if (r == 0)
		r = choose(m, arg);
	if (r == 0)
		r = check_use(m, &keep);
	if (r == 0 && keep && strv_contains(&m->names, m->entry.reference) && *m->entry.reference == '@')
		return fail(-EBUSY, "a container was made from it, and it has no name left to take away");
	if (r == 0 && keep)
		r = keep_unnamed(m);
	if (r == 0)
		r = untag(m);
	if (r < 0 || keep)
		return r;
	r = image_remove(m->store, m->others ? NULL : m->entry.id, &m->digests, &removed);
	for (size_t i = 0; i < removed.count; i++)
		printf("Deleted: %s\n", removed.items[i]);
	if (r == 0 && !m->others)
		image_event(m->home, "delete", m->entry.id, NULL);
	return r;
}

static int rmi_run(const struct cli *cli, void *data)
{
	const struct rmi_flags *flags = data;
	autocall(store_free) struct store *s = NULL;
	autocall(home_free) struct home *home = NULL;
	int failed = 0, r = store_open(cli->root, &s);

	if (r == 0)
		r = home_open(s, cli->runroot, &home);
	if (r < 0)
		return fail_while(r, "cannot remove images");
	/* each for itself: one that cannot be removed does not keep the others */
	for (size_t i = 0; i < cli->arg_count; i++) {
		autocall(removal_release) struct removal m = { .store = s, .home = home, .force = flags->force };

		r = remove_one(&m, cli->args[i]);
		if (r < 0)
			fail_while(r, "cannot remove %s", cli->args[i]);
		if (r == -ENOENT && flags->force) {
			log_line(LOG_ERROR, "%s", error_text(r));
			continue;
		}
		if (r < 0) {
			fflush(stdout);
			log_failure(r);
			failed = 1;
		}
	}
	return failed;
}

const struct command command_rmi = {
	.name = "rmi",
	.usage = "[OPTIONS] IMAGE [IMAGE...]",
	.summary = "Remove one or more images",
	.manual = "Takes a name away from an image; with its last name the image goes, and every layer that no other image needs.\n"
		  "An id takes all names of the image away, which wants -f where there are several. An image that a container\n"
		  "uses stays.\n",
	.options = rmi_table,
	.options_size = sizeof(struct rmi_flags),
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = rmi_run,
	.complete = "image",
};
