/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The records of pax headers ("LENGTH KEY=VALUE\n"), as far as they mean something to hoy. A part of tar_read. */
#include "image/tar_format.h"
#include "image/tar_header.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pax {
	char *path, *link;
	bool has_size, has_uid, has_gid, has_mtime, has_sparse_size;
	uint64_t size;
	uint32_t uid, gid;
	int64_t mtime;
	uint32_t mtime_ns;
	struct tar_xattr *xattrs;
	size_t xattr_count;
	/* GNU.sparse.*: format 0.0 and 0.1 have the map here, 1.0 in front of the data */
	char *sparse_name;
	uint64_t sparse_size;
	uint64_t sparse_offset; /* of the piece whose length comes next */
	uint32_t sparse_major;
	struct tar_sparse sparse;
};

void pax_release(struct pax *p);
/* Anything that an entry must follow. */
bool pax_is_set(const struct pax *p);
/* Type 'x': about the next entry. -EBADMSG with words. */
int pax_parse(struct pax *p, const char *text, size_t len);
/*
 * Type 'g': about all entries to come. Owner and time are taken; a name, size or attribute for all entries makes no
 * sense in a layer and is ignored, as Docker ignores it.
 */
int pax_parse_global(struct pax *p, const char *text, size_t len);
/* GNU's types 'L' (@path) and 'K': the text up to its NUL. */
int pax_set_long_name(struct pax *p, bool path, const char *text, size_t len);
