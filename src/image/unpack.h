/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The parent's half of hoy-unpack: starts one sandboxed program for one layer, and reads what it found. The bytes of a
 * layer are never parsed in the engine itself: hoy-unpack decompresses, hashes and unpacks them inside a directory it
 * cannot leave (kernel/sandbox.h). Several may run side by side. Runs in the command (pull, import, load).
 *
 * The program: `hoy-unpack layer --max-size BYTES`, 3 = the stream, 4 = the empty target directory, 5 = where it writes
 * its result: one line of JSON, then the directories to be marked opaque, each ended by a NUL. Those marks are
 * trusted.overlay.* attributes, and setting them here keeps CAP_SYS_ADMIN out of the program.
 */
#include "base/process.h"

#include <stdbool.h>
#include <stdint.h>

#define UNPACK_DIGEST_MAX 72 /* "sha256:", 64 hex digits and a NUL */

/* What a layer may grow to where the caller knows nothing better. */
#define UNPACK_SIZE_MAX (UINT64_C(128) << 30)

struct unpack_options {
	int stream; /* the layer as fetched (gzip, zstd or plain tar, seen by its first bytes): a pipe or file, read to its end */
	int directory;     /* an empty directory; left half-filled on failure, the caller removes it */
	uint64_t max_size; /* bytes of the uncompressed archive and of what it unpacks to; 0 is UNPACK_SIZE_MAX */
};

struct unpack {
	struct process process;
	int result;    /* becomes readable (or hung up) when the program has ended its work: for a poll or loop */
	int directory; /* own copy */
};
#define UNPACK_NONE ((struct unpack){ .process = PROCESS_NONE, .result = -1, .directory = -1 })

struct unpack_result {
	char digest[UNPACK_DIGEST_MAX];  /* of the bytes read from the stream, all of them */
	char diff_id[UNPACK_DIGEST_MAX]; /* of the uncompressed archive (OCI image spec, config.md) */
	uint64_t compressed;             /* bytes read */
	uint64_t size;                   /* bytes of the files unpacked */
	uint64_t entries;
};

/*
 * Starts the unpacker. Both descriptors of @options are used, not owned, and may be closed at once. Returns 0 with *@ret
 * owned by the caller, who ends it with unpack_finish or unpack_abort; or -errno with words.
 */
int unpack_start(const struct unpack_options *options, struct unpack *ret);
/*
 * Waits for the end, marks opaque directories, releases @u. Nothing is synced to disk: the caller does that once for all
 * layers (syncfs). Returns 0, or -errno with words: -EBADMSG the layer is damaged or hostile, -EFBIG it is larger than
 * allowed, -ENOSPC, -ECHILD the program died without a word.
 */
int unpack_finish(struct unpack *u, struct unpack_result *ret);
/* Kills it and releases @u; fine for UNPACK_NONE and after unpack_finish. For autocall. */
void unpack_abort(struct unpack *u);
