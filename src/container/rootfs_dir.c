/* SPDX-License-Identifier: Apache-2.0 */
#include "container/rootfs_dir.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/mount_option.h"
#include "kernel/mount.h"
#include "runtime/init.h"
#include "runtime/mount_idmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define IDMAP ":idmap"

/* What is behind the last colon, if it is an option; NULL: it is a part of the path. */
static const char *option_of(const char *typed)
{
	const char *colon = strrchr(typed, ':');

	if (!colon || colon == typed)
		return NULL;
	if (strcmp(colon, ":O") == 0 || strcmp(colon, IDMAP) == 0 || strncmp(colon, IDMAP "=", strlen(IDMAP) + 1) == 0)
		return colon;
	return NULL;
}

bool rootfs_dir_is_overlay(const char *typed)
{
	const char *option = option_of(typed);

	return option && strcmp(option, ":O") == 0;
}

static int read_mappings(const char *typed, struct spec_mount *ret)
{
	const char *option = option_of(typed), *equals = option ? strchr(option, '=') : NULL;

	return equals ? mount_option_idmap(equals + 1, ret) : 0;
}

static void mappings_release(struct spec_mount *m)
{
	free(m->uid_mappings.items);
	free(m->gid_mappings.items);
}

int rootfs_dir_image(const char *typed, struct image *ret)
{
	autocall(mappings_release) struct spec_mount mappings = { 0 };
	const char *option = option_of(typed);
	autofree char *path = xstrndup(typed, option ? (size_t)(option - typed) : strlen(typed)), *real = NULL;
	struct stat st;
	int r = read_mappings(typed, &mappings);

	if (r < 0)
		return fail_while(r, "--rootfs");
	real = realpath(path, NULL);
	if (!real || stat(real, &st) < 0)
		return fail_errno("--rootfs: find %s", path);
	if (!S_ISDIR(st.st_mode))
		return fail(-ENOTDIR, "--rootfs: %s is not a directory", path);
	if (strcmp(real, "/") == 0)
		return fail(-EINVAL, "--rootfs: / is the host's own root file system");
	strv_add_owned(&ret->layers, take(&real));
	ret->id = xstrdup("");
	ret->config.stop_timeout = -1;
	return 0;
}

void rootfs_dir_mappings(const char *typed, struct spec_root *ret)
{
	struct spec_mount mappings = { 0 };

	if (read_mappings(typed, &mappings) < 0)
		error_clear();
	ret->uid_mappings = mappings.uid_mappings;
	ret->gid_mappings = mappings.gid_mappings;
}

int rootfs_dir_view(const struct spec_root *root, int fd)
{
	autofd int own = fd, proc = -1, idmap = -1, tree = -1;
	int r;

	if (fd < 0 || !root->uid_mappings.count) {
		own = -1;
		return fd;
	}
	proc = init_open_proc();
	r = proc < 0 ? proc : (idmap = mount_idmap_make(proc, &root->uid_mappings, &root->gid_mappings, root->path));
	if (r >= 0)
		r = tree = sys_tree_clone(fd, root->path, true);
	if (r >= 0)
		r = sys_tree_idmap(tree, root->path, idmap, true);
	return r < 0 ? r : take_fd(&tree);
}
