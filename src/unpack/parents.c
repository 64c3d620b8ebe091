/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/parents.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/memory.h"

#include <stdint.h>
#include <string.h>

void parents_init(struct parents *p, int root)
{
	*p = (struct parents){ .root = root };
	for (int i = 0; i < PARENTS_SLOTS; i++)
		p->slots[i].fd = -1;
}

void parents_forget(struct parents *p)
{
	for (int i = 0; i < PARENTS_SLOTS; i++) {
		cleanup_fd(&p->slots[i].fd);
		p->slots[i].fd = -1;
		free(take(&p->slots[i].path));
	}
}

void parents_release(struct parents *p)
{
	parents_forget(p);
}

/* FNV-1a: any spread will do, a collision only costs a lookup. */
static unsigned int slot_of(const char *path)
{
	uint32_t h = 2166136261;

	for (; *path; path++)
		h = (h ^ (unsigned char)*path) * 16777619;
	return (h ^ h >> 16) & (PARENTS_SLOTS - 1);
}

int parents_get(struct parents *p, const char *path)
{
	unsigned int i = slot_of(path);
	int fd;

	if (!*path)
		return p->root;
	if (p->slots[i].path && strcmp(p->slots[i].path, path) == 0)
		return p->slots[i].fd;
	fd = beneath_make_dirs(p->root, path, 0755);
	if (fd < 0)
		return fd;
	cleanup_fd(&p->slots[i].fd);
	p->slots[i].fd = fd;
	xreplace(&p->slots[i].path, path);
	return fd;
}
