/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Makes the entries of a layer below a directory. The archive is hostile: each name is cleaned as text, its parent is
 * opened by openat2 inside the root (base/beneath.h), and the last part is only ever used with O_EXCL or without
 * following it. hoy-unpack is chrooted there besides; the unit tests and the fuzzer are not.
 *
 * What an entry finds in its way goes, as Docker's unpacking has it: a directory stays a directory, everything else is
 * replaced.
 */
#include "base/buf.h"
#include "image/tar_read.h"

#include <stdbool.h>
#include <stdint.h>

enum apply_kind {
	APPLY_LAYER, /* into an empty directory: whiteouts are what they mean, and the directory gets the root's owner and mode */
	/*
	 * Into a directory that is in use (cp): names mean themselves, directories and other things do not replace one another,
	 * a file appears when it is complete, and the directory itself stays as it is.
	 */
	APPLY_COPY,
};

#define APPLY_ENTRIES_MAX (UINT64_C(10) * 1000 * 1000)
#define APPLY_LATE_MAX    (384 * 1024 * 1024) /* bytes kept about directories until the end: two million and more */
#define APPLY_OPAQUE_MAX  (8 * 1024 * 1024)   /* bytes of names */

struct apply_options {
	int root; /* used, not owned */
	enum apply_kind kind;
	uint64_t max_size; /* bytes of all files, holes included */
	bool privileged;   /* owners, devices and capabilities can be set; otherwise everything is the caller's */
	bool owned;        /* everything gets @uid and @gid, whoever the archive says */
	uint32_t uid, gid;
	bool plain; /* without what gives rights: devices are left out, setuid, setgid and attributes are not set */
};

struct apply_result {
	uint64_t size; /* bytes of files */
	uint64_t entries;
	uint64_t left_out; /* devices */
	struct buf opaque; /* directories to be marked opaque, each ended by a NUL; released by the caller */
};

/* Reads the archive to the end of its stream. -errno with words: -EBADMSG, -EFBIG, -ENOSPC … */
int apply_archive(const struct apply_options *options, struct tar_reader *tar, struct apply_result *ret);
