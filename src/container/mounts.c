/* SPDX-License-Identifier: Apache-2.0 */
#include "container/mounts.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/mount_option.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct spec_mount *mounts_find(const struct spec_mounts *mounts, const char *destination)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (strcmp(mounts->items[i].destination, destination) == 0)
			return &mounts->items[i];
	return NULL;
}

void mounts_add(struct spec_mounts *ret, const char *type, const char *source, const char *destination, const char *const *options)
{
	struct spec_mount *m = spec_grow(ret);

	m->type = xstrdup(type);
	m->source = xstrdup(source);
	m->destination = xstrdup(destination);
	for (size_t i = 0; options[i]; i++)
		strv_add(&m->options, options[i]);
}

/* -v makes a missing directory on the host: so does Docker, and scripts count on it. */
static int make_source(const char *source)
{
	struct stat st;

	if (stat(source, &st) == 0)
		return 0;
	if (errno != ENOENT)
		return fail_errno("look at %s", source);
	return dir_make_all(AT_FDCWD, source, 0755);
}

static int find_source(const struct mount_option *option)
{
	if (option->create_source)
		return make_source(option->mount.source);
	if (access(option->mount.source, F_OK) < 0)
		return fail(-errno, "invalid mount config for type \"bind\": bind source path does not exist: %s",
			    option->mount.source);
	return 0;
}

static int add(const char *text, int (*read)(const char *, struct mount_option *), struct spec_mounts *ret)
{
	struct mount_option option = { 0 };
	int r = read(text, &option);

	if (r < 0)
		return r;
	if (mounts_find(ret, option.mount.destination))
		r = fail(-EINVAL, "duplicate mount point: %s", option.mount.destination);
	else if (strcmp(option.mount.type, "bind") == 0)
		r = find_source(&option);
	if (r < 0)
		mount_option_release(&option);
	else
		*spec_grow(ret) = option.mount;
	return r;
}

static size_t depth(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

/* Insertion sort: it is stable, and nobody has many mounts. */
static void sort_by_depth(struct spec_mounts *mounts)
{
	for (size_t i = 1; i < mounts->count; i++) {
		struct spec_mount m = mounts->items[i];
		size_t k = i;

		for (; k > 0 && depth(mounts->items[k - 1].destination) > depth(m.destination); k--)
			mounts->items[k] = mounts->items[k - 1];
		mounts->items[k] = m;
	}
}

int mounts_from_options(const struct run_options *o, struct spec_mounts *ret)
{
	static const struct {
		size_t offset;
		int (*read)(const char *text, struct mount_option *ret);
	} kinds[] = {
		{ offsetof(struct run_options, volumes), mount_option_volume },
		{ offsetof(struct run_options, mounts), mount_option_mount },
		{ offsetof(struct run_options, tmpfs), mount_option_tmpfs },
	};

	for (size_t k = 0; k < ARRAY_SIZE(kinds); k++) {
		const struct strv *options = (const void *)((const char *)o + kinds[k].offset);

		for (size_t i = 0; i < options->count; i++) {
			int r = add(options->items[i], kinds[k].read, ret);

			if (r < 0)
				return r;
		}
	}
	sort_by_depth(ret);
	return 0;
}
