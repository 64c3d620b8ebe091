/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The 512 bytes of a tar header, and the maps of GNU's sparse files. Pure parsing; a part of tar_read. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tar_header {
	char type;
	uint32_t mode, uid, gid, major, minor;
	uint64_t size;
	int64_t mtime;
	char name[257]; /* prefix, slash, name */
	char link[101];
};

bool tar_block_is_zero(const unsigned char *block);
/* Checks the sum and reads the fields. -EBADMSG with words. */
int tar_header_parse(const unsigned char *block, struct tar_header *ret);

struct tar_sparse_piece {
	uint64_t offset, len;
};

struct tar_sparse {
	struct tar_sparse_piece *pieces;
	size_t count, room;
	uint64_t size; /* of the file with its holes */
};

void tar_sparse_release(struct tar_sparse *s);
void tar_sparse_clear(struct tar_sparse *s);
/* Moves what @from holds. */
void tar_sparse_take(struct tar_sparse *s, struct tar_sparse *from);
/* -EBADMSG with words when there are too many pieces. */
int tar_sparse_add(struct tar_sparse *s, uint64_t offset, uint64_t len);
/* Pieces in order, without overlap, inside the size, and together exactly @data_size bytes. -EBADMSG with words. */
int tar_sparse_check(const struct tar_sparse *s, uint64_t data_size);
/* Old GNU format, type 'S': the map's first four pieces, and whether an extension block follows. */
int tar_sparse_old_header(struct tar_sparse *s, const unsigned char *block, bool *ret_more);
int tar_sparse_old_extension(struct tar_sparse *s, const unsigned char *block, bool *ret_more);

/* Progress through the text map of pax format 1.0. */
struct tar_sparse_text {
	uint64_t number; /* being read */
	uint64_t offset;
	uint64_t numbers; /* read */
	uint64_t expect;  /* in all, once the first is known */
	unsigned int digits;
};
/* Reads one block of it. Returns 1 when the map is complete, 0 when another block follows, or -EBADMSG with words. */
int tar_sparse_text_add(struct tar_sparse *s, struct tar_sparse_text *text, const unsigned char *block);
