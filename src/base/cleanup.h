/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Scoped release and hand-over. `autofree char *s = NULL;` is freed and `autofd int fd = -1;` is closed when the scope
 * ends, whatever way it ends; take() and take_fd() hand the thing over and disarm the release. Releases keep errno.
 * What must outlive a process, or be undone after SIGKILL, does not belong here: see container/undo.h.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_free(void *p)
{
	int saved = errno;

	free(*(void **)p);
	errno = saved;
}

static inline void cleanup_fd(const int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	errno = saved;
}

static inline void cleanup_file(FILE **f)
{
	int saved = errno;

	if (*f)
		fclose(*f);
	errno = saved;
}

static inline void cleanup_dir(DIR **d)
{
	int saved = errno;

	if (*d)
		closedir(*d);
	errno = saved;
}

#define autofree __attribute__((cleanup(cleanup_free)))
#define autofd   __attribute__((cleanup(cleanup_fd)))
#define autofile __attribute__((cleanup(cleanup_file)))
#define autodir  __attribute__((cleanup(cleanup_dir)))
/* For structs with an x_release(struct x *) or x_free(struct x **) of their own. */
#define autocall(function) __attribute__((cleanup(function)))

/* Hands over a pointer: the variable becomes NULL. */
#define take(pointer)                       \
	({                                  \
		__auto_type _p = (pointer); \
		__auto_type _v = *_p;       \
		*_p = NULL;                 \
		_v;                         \
	})

/* Hands over a descriptor: the variable becomes -1. */
static inline int take_fd(int *fd)
{
	int v = *fd;

	*fd = -1;
	return v;
}
