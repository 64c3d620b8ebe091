/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where `export` and `save` write: a file that has its name only when it is whole, or standard output, which must not be a
 * terminal. Command's process.
 */
struct outfile {
	int fd;
	char *path;      /* NULL: standard output, or something that is no file and is written to as it is */
	char *temporary; /* where the file system has no nameless files */
};
#define OUTFILE_NONE ((struct outfile){ .fd = -1 })

/* @path NULL: standard output. -EINVAL with Docker's words for a terminal. */
int outfile_open(const char *path, struct outfile *ret);
/* Gives it its name, in place of what has that name. */
int outfile_commit(struct outfile *o);
/* Without outfile_commit nothing is left of it. */
void outfile_release(struct outfile *o);
