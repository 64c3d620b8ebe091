/* SPDX-License-Identifier: Apache-2.0 */
#include "image/store.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

static const char *const folders[] = { "blobs/sha256", "partial", "layers", "images" };

void store_free(struct store **s)
{
	if (!*s)
		return;
	cleanup_fd(&(*s)->fd);
	free((*s)->root);
	free(*s);
	*s = NULL;
}

static int make_folders(int fd)
{
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		int r = dir_make_all(fd, folders[i], 0700);

		if (r < 0)
			return r;
	}
	return 0;
}

int store_open(const char *root, struct store **ret)
{
	autocall(store_free) struct store *s = xnew(struct store);
	struct stat st;
	int r;

	s->fd = -1;
	s->root = *root == '/' ? xstrdup(root) : realpath(root, NULL);
	if (!s->root) {
		/* a relative root that is still to be made */
		autofree char *here = getcwd(NULL, 0);

		s->root = xasprintf("%s/%s", here ? here : "", root);
	}
	r = dir_make_all(AT_FDCWD, s->root, 0700);
	if (r < 0)
		return r;
	s->fd = open(s->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->fd < 0)
		return fail_errno("open %s", s->root);
	/* the last folder is made last: where it is, the others are */
	if (fstatat(s->fd, folders[ARRAY_SIZE(folders) - 1], &st, 0) < 0) {
		r = make_folders(s->fd);
		if (r < 0)
			return r;
	}
	*ret = take(&s);
	return 0;
}
