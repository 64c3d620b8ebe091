/* SPDX-License-Identifier: Apache-2.0 */
#include "container/home.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* The directory is nearly always there: it is made only when opening it says that it is not. */
static int open_or_make(int dirfd, const char *path, const char *shown, int *ret)
{
	int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd < 0 && errno == ENOENT) {
		r = dir_make_all(dirfd, path, 0700);
		if (r < 0)
			return r;
		fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0)
		return fail_errno("open %s", shown);
	*ret = fd;
	return 0;
}

int home_open(const struct store *store, const char *runroot, struct home **ret)
{
	autocall(home_free) struct home *h = xnew(struct home);
	autofree char *running = path_join(runroot, "containers");
	int r;

	*h = (struct home){ .store = store, .runroot = xstrdup(runroot), .containers = -1, .names = -1, .running = -1 };
	r = open_or_make(store->fd, "containers", "containers", &h->containers);
	if (r == 0)
		r = open_or_make(store->fd, "names", "names", &h->names);
	if (r == 0)
		r = open_or_make(AT_FDCWD, running, running, &h->running);
	if (r < 0)
		return r;
	*ret = take(&h);
	return 0;
}

void home_free(struct home **home)
{
	struct home *h = *home;

	if (!h)
		return;
	cleanup_fd(&h->containers);
	cleanup_fd(&h->names);
	cleanup_fd(&h->running);
	free(h->runroot);
	free(h);
	*home = NULL;
}
