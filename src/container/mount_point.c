/* SPDX-License-Identifier: Apache-2.0 */
#include "container/mount_point.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
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

static void mappings_copy(const struct spec_id_mappings *from, struct spec_id_mappings *ret)
{
	for (size_t i = 0; i < from->count; i++)
		*spec_grow(ret) = from->items[i];
}

void mount_spec_copy(const struct spec_mount *from, struct spec_mount *ret)
{
	ret->destination = xstrdup(from->destination);
	ret->type = from->type ? xstrdup(from->type) : NULL;
	ret->source = from->source ? xstrdup(from->source) : NULL;
	strv_add_all(&ret->options, &from->options);
	mappings_copy(&from->uid_mappings, &ret->uid_mappings);
	mappings_copy(&from->gid_mappings, &ret->gid_mappings);
}

void mount_spec_set_read_only(struct spec_mount *m)
{
	if (strv_contains(&m->options, "ro") || strv_contains(&m->options, "rro"))
		return;
	strv_add(&m->options, strv_contains(&m->options, "bind") ? "ro" : "rro");
}

void mount_point_release(struct mount_point *p)
{
	free(p->spec.destination);
	free(p->spec.source);
	free(p->spec.type);
	strv_release(&p->spec.options);
	free(p->spec.uid_mappings.items);
	free(p->spec.gid_mappings.items);
	free(p->name);
	free(p->source);
	free(p->mode);
	free(p->subpath);
	free(p->match_user);
	strv_release(&p->labels);
	strv_release(&p->driver_options);
	*p = (struct mount_point){ 0 };
}

void mount_points_release(struct mount_points *list)
{
	for (size_t i = 0; i < list->count; i++)
		mount_point_release(&list->items[i]);
	free(list->items);
	*list = (struct mount_points){ 0 };
}

struct mount_point *mount_points_add(struct mount_points *list, struct mount_point *p)
{
	list->items = xrealloc(list->items, (list->count + 1) * sizeof *list->items);
	list->items[list->count] = *p;
	*p = (struct mount_point){ 0 };
	return &list->items[list->count++];
}

struct mount_point *mount_points_find(const struct mount_points *list, const char *destination)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].spec.destination, destination) == 0)
			return &list->items[i];
	return NULL;
}

static size_t depth(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

/* Insertion sort, twice: it is stable, and nobody has many mounts. */
void mounts_sort(struct spec_mounts *mounts, size_t from)
{
	for (size_t i = from + 1; i < mounts->count; i++) {
		struct spec_mount m = mounts->items[i];
		size_t k = i;

		for (; k > from && depth(mounts->items[k - 1].destination) > depth(m.destination); k--)
			mounts->items[k] = mounts->items[k - 1];
		mounts->items[k] = m;
	}
}

void mount_points_sort(struct mount_points *list)
{
	for (size_t i = 1; i < list->count; i++) {
		struct mount_point p = list->items[i];
		size_t k = i;

		for (; k > 0 && depth(list->items[k - 1].spec.destination) > depth(p.spec.destination); k--)
			list->items[k] = list->items[k - 1];
		list->items[k] = p;
	}
}

int mount_point_set_target(struct mount_point *p, const char *target)
{
	autofree char *clean = NULL;

	if (*target != '/')
		return fail(-EINVAL, "invalid mount path: '%s': mount path must be absolute", target);
	clean = path_clean(target);
	if (strlen(clean) >= PATH_MAX)
		return fail(-EINVAL, "invalid mount path: it is longer than %d bytes", PATH_MAX - 1);
	if (!clean[1])
		return fail(-EINVAL, "invalid specification: destination can't be '/'");
	p->spec.destination = take(&clean);
	return 0;
}

int mount_point_set_source(struct mount_point *p, const char *source)
{
	autofree char *here = NULL, *joined = NULL;

	if (*source == '.') {
		here = getcwd(NULL, 0);
		if (!here)
			return fail_errno("find the current directory for %s", source);
		joined = path_join(here, source);
		source = joined;
	}
	if (*source != '/')
		return fail(-EINVAL, "invalid mount path: '%s': mount path must be absolute", source);
	if (strlen(source) >= PATH_MAX)
		return fail(-EINVAL, "invalid mount path: it is longer than %d bytes", PATH_MAX - 1);
	p->spec.source = path_clean(source);
	return 0;
}

void mount_point_set_bind(struct mount_point *p, bool recursive, bool read_only_below)
{
	p->spec.type = xstrdup("bind");
	strv_add(&p->spec.options, recursive ? "rbind" : "bind");
	if (p->read_only)
		strv_add(&p->spec.options, recursive && read_only_below ? "rro" : "ro");
	strv_add(&p->spec.options, p->propagation ? p->propagation : "rprivate");
	if (p->spec.uid_mappings.count)
		strv_add(&p->spec.options, recursive ? "ridmap" : "idmap");
}

const char *mount_propagation(const char *word)
{
	static const char *const words[] = { "private", "rprivate", "slave", "rslave", "shared", "rshared" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i], word) == 0)
			return words[i];
	return NULL;
}
