/* SPDX-License-Identifier: Apache-2.0 */
#include "network/dns_others.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SETTLED_NS 100000000

static void release_one(struct dns_other *other)
{
	free(other->network);
	dns_names_release(&other->names);
}

void dns_others_release(struct dns_others *o)
{
	for (size_t i = 0; i < o->count; i++)
		release_one(&o->items[i]);
	free(o->items);
	o->items = NULL;
	o->count = 0;
}

/* Those whose network is gone are forgotten, or a name server that lives long would grow. */
static void forget(struct dns_others *o)
{
	for (size_t i = o->count; i-- > 0;) {
		struct stat st;

		o->items[i].shared = false;
		if (fstatat(o->dir, o->items[i].network, &st, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		release_one(&o->items[i]);
		o->items[i] = o->items[--o->count];
	}
}

static struct dns_other *find_or_add(struct dns_others *o, const char *network)
{
	for (size_t i = 0; i < o->count; i++)
		if (strcmp(o->items[i].network, network) == 0)
			return &o->items[i];
	o->items = xrealloc(o->items, (o->count + 1) * sizeof *o->items);
	o->items[o->count] = (struct dns_other){ .network = xstrdup(network) };
	return &o->items[o->count++];
}

static void read_names(struct dns_other *other, int endpoints)
{
	struct stat st;

	if (fstat(endpoints, &st) < 0)
		return;
	if (other->settled && st.st_mtim.tv_sec == other->changed.tv_sec && st.st_mtim.tv_nsec == other->changed.tv_nsec)
		return;
	other->settled = clock_now() - (st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec) > SETTLED_NS;
	other->changed = st.st_mtim;
	if (dns_names_read(endpoints, &other->names) < 0)
		other->settled = false;
}

struct look {
	struct dns_others *others;
	const char *id;
};

static int look_at(int dir, const char *network, void *data)
{
	const struct look *l = data;
	autofree char *path = xasprintf("%s/endpoints", network);
	struct dns_other *other;
	struct stat st;
	autofd int fd = -1;

	if (strcmp(network, l->others->own) == 0)
		return 0;
	fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstatat(fd, l->id, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	other = find_or_add(l->others, network);
	other->shared = true;
	read_names(other, fd);
	return 0;
}

void dns_others_refresh(struct dns_others *o, const char *id)
{
	struct look l = { o, id };

	forget(o);
	if (dir_each(o->dir, ".", look_at, &l) < 0)
		error_clear();
}
