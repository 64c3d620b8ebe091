/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/links.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_SIZE 256

void links_release(struct links *l)
{
	for (size_t i = 0; i < l->size; i++)
		free(l->slots[i].name);
	free(l->slots);
	*l = (struct links){ 0 };
}

/* Its slot, or the free one it would get. */
static struct links_slot *find(struct links *l, dev_t device, ino_t inode)
{
	/* inodes come in runs: multiplied by 2^64 / golden ratio they spread */
	size_t i = (size_t)(((uint64_t)inode ^ (uint64_t)device << 32) * UINT64_C(0x9e3779b97f4a7c15) >> 20);

	for (;; i++) {
		struct links_slot *s = &l->slots[i & (l->size - 1)];

		if (!s->name || (s->device == device && s->inode == inode))
			return s;
	}
}

static void grow(struct links *l)
{
	struct links bigger = { .count = l->count, .bytes = l->bytes, .size = l->size ? 2 * l->size : FIRST_SIZE };

	bigger.slots = xcalloc(bigger.size, sizeof *bigger.slots);
	for (size_t i = 0; i < l->size; i++)
		if (l->slots[i].name)
			*find(&bigger, l->slots[i].device, l->slots[i].inode) = l->slots[i];
	free(l->slots);
	*l = bigger;
}

const char *links_name(struct links *l, const struct stat *st, const char *name)
{
	struct links_slot *s;

	if (2 * l->count >= l->size)
		grow(l);
	s = find(l, st->st_dev, st->st_ino);
	if (s->name)
		return s->name;
	if (l->bytes + strlen(name) > LINKS_BYTES_MAX)
		return NULL;
	*s = (struct links_slot){ st->st_dev, st->st_ino, xstrdup(name) };
	l->count++;
	l->bytes += sizeof *s + strlen(name);
	return NULL;
}
