/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Reads a tar archive from a stream: POSIX ustar and pax, GNU (long names, base-256 numbers, sparse files), star, V7. It
 * touches no file: it turns bytes into entries, and every length in them is checked against a limit. Data is handed out
 * where it lies in the source's buffer, without a copy. Runs in hoy-unpack.
 *
 * Formats: POSIX.1-2017 pax (ustar and extended headers), the GNU tar manual, chapter "Tar Internals".
 */
#include "image/tar_format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum tar_type { TAR_FILE, TAR_HARDLINK, TAR_SYMLINK, TAR_CHAR, TAR_BLOCK_DEVICE, TAR_DIRECTORY, TAR_FIFO };

struct tar_entry {
	enum tar_type type;
	uint32_t mode; /* permission bits, at most 07777 */
	uint32_t uid, gid;
	uint32_t major, minor;
	uint64_t size; /* of the file as it shall be, holes included; 0 for all but TAR_FILE */
	int64_t mtime; /* seconds since 1970 */
	uint32_t mtime_ns;
	bool sparse;
	const char *path; /* as written, neither empty nor cleaned */
	const char *link; /* target of a link, else "" */
	const struct tar_xattr *xattrs;
	size_t xattr_count;
};

/* A piece of an entry's data. */
struct tar_chunk {
	const unsigned char *data;
	size_t len;
	uint64_t offset;
};

/* Where the bytes come from: *@ret is valid until the next call. Returns their number, 0 at the end, or -errno with words. */
struct tar_source {
	long (*next)(void *data, const unsigned char **ret);
	void *data;
};

struct tar_reader;

/* @source is copied. Caller frees. */
struct tar_reader *tar_reader_new(const struct tar_source *source);
void tar_reader_free(struct tar_reader **t);
/*
 * The next entry, valid until the next call; data of the one before that was not asked for is skipped. Returns 1, 0 at
 * the end of the archive, or -errno with words: -EBADMSG the archive is damaged, -EOPNOTSUPP a kind of entry that hoy
 * does not know, or the source's error.
 */
int tar_next(struct tar_reader *t, struct tar_entry *ret);
/* The next piece of the entry's data, never empty. Returns 1, 0 at its end, or -errno with words. */
int tar_data(struct tar_reader *t, struct tar_chunk *ret);
/* Reads what lies behind the end of the archive, so that all of the stream has passed by. Returns 0 or -errno. */
int tar_drain(struct tar_reader *t);
