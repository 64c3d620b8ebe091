/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The parent's half of hoy-unpack on its way back: from a directory to an archive, written by a sandboxed program that cannot
 * leave the directory. Runs in the command (cp, export, commit, save).
 *
 * The program: `hoy-unpack pack HOW SOURCE NAME`, 3 = where the archive goes, 4 = the directory, 5 = the result (unpack.h);
 * with HOW "layer" 6 = what stands below the directory that is opaque or hidden, each a letter, a path and a NUL.
 */
#include "base/strv.h"
#include "image/unpack.h"

enum pack_how {
	PACK_FILES, /* a plain tar archive, times in whole seconds as Docker writes them */
	PACK_EXACT, /* the same with fractions of seconds */
	PACK_LAYER, /* an overlay's upper directory as an OCI layer, compressed with gzip and hashed */
};

struct pack_options {
	enum pack_how how;
	int stream;         /* where it goes; used, not owned */
	int directory;      /* used, not owned: O_PATH will do */
	const char *source; /* a name in the directory, never followed; "." is all that is in it */
	const char *name;   /* what the archive calls it; "": the names in it stand alone */
	/*
	 * PACK_LAYER: paths below the directory, or NULL: those whose mark trusted.overlay.opaque the program cannot see (that
	 * takes CAP_SYS_ADMIN), and those that are to be left out.
	 */
	const struct strv *opaque, *hidden;
};

/* Starts it; ended by unpack_finish or unpack_abort. A stream whose reader is gone gives -EPIPE there. */
int pack_start(const struct pack_options *options, struct unpack *ret);
