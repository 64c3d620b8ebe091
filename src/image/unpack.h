/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The parent's half of hoy-unpack: starts one sandboxed program for one archive, and reads what it found. The bytes of an
 * archive are never parsed in the engine itself: hoy-unpack decompresses, hashes and unpacks them inside a directory it
 * cannot leave (kernel/sandbox.h). Several may run side by side. Runs in the command (pull, import, load, cp).
 *
 * The program: `hoy-unpack layer BYTES` or `hoy-unpack copy [plain] [UID GID]`, 3 = the stream, 4 = the target directory, 5
 * = where it writes its result: one line of JSON, then the directories to be marked opaque, each ended by a NUL. Those
 * marks are trusted.overlay.* attributes, and setting them here keeps CAP_SYS_ADMIN out of the program. For the way back
 * see image/pack.h.
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
	/*
	 * No layer but files for a directory that is in use: it need not be empty, and what was there stays unless a file of
	 * the archive has its name. What was unpacked before a failure stays, too; there is no limit on the size.
	 */
	bool copy;
	bool owned; /* with @copy: all of it gets @uid and @gid, whoever the archive says */
	uint32_t uid, gid;
	bool plain; /* with @copy: no devices, setuid, setgid or attributes */
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
	uint64_t compressed;             /* bytes read (packing: written) */
	uint64_t size;                   /* bytes of the files */
	uint64_t entries;
	uint64_t left_out; /* devices, with @plain */
	char *changed;     /* packing: a file that became shorter while it was read; NULL: none */
};
void unpack_result_release(struct unpack_result *r);

/* What both halves of the program share: starts it with 3 = @stream, 4 = @directory, 5 = the result, 6 = @more unless -1. */
int unpack_spawn(char *const *argv, int stream, int directory, int more, struct unpack *ret);

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
