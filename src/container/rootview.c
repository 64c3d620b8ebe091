/* SPDX-License-Identifier: Apache-2.0 */
#include "container/rootview.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernel/mount.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FSCONFIG_STRING_MAX 255 /* the kernel's own limit on one value */

static int set_option(int fs, const char *key, const char *value)
{
	return syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0) < 0 ? -errno : 0;
}

static int create_overlay(int fs)
{
	return syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ? -errno : 0;
}

/* One lowerdir+ a layer, topmost first. */
static int create_of_layers(int fs, const struct strv *layers)
{
	int r = 0;

	for (size_t i = layers->count; r == 0 && i > 0; i--)
		r = set_option(fs, "lowerdir+", layers->items[i - 1]);
	return r < 0 ? r : create_overlay(fs);
}

/*
 * Before Linux 6.7 all layers go into one value of at most 255 bytes: their descriptors' numbers do, counted from
 * /proc/self/fd as the working directory. Before 6.5 they are looked up when the overlay is created.
 */
static int create_in_short(int fs, const struct strv *layers)
{
	autofd int here = open(".", O_PATH | O_CLOEXEC);
	autobuf value = BUF_INIT;
	int *fds = xcalloc(layers->count, sizeof *fds), r = here < 0 ? -errno : 0;
	size_t opened = 0;

	for (size_t i = layers->count; r == 0 && i > 0; i--) {
		fds[opened] = open(layers->items[i - 1], O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fds[opened] < 0) {
			r = -errno;
			break;
		}
		buf_add_format(&value, "%s%d", value.len ? ":" : "", fds[opened++]);
	}
	if (r == 0 && value.len > FSCONFIG_STRING_MAX)
		r = -E2BIG;
	if (r == 0 && chdir("/proc/self/fd") < 0)
		r = -errno;
	if (r == 0) {
		r = set_option(fs, "lowerdir", value.data);
		if (r == 0)
			r = create_overlay(fs);
		if (fchdir(here) < 0 && r == 0)
			r = -errno;
	}
	while (opened > 0)
		close(fds[--opened]);
	free(fds);
	return r;
}

static int make_overlay(const struct strv *layers)
{
	autofd int fs = (int)syscall(SYS_fsopen, "overlay", FSOPEN_CLOEXEC);
	int r = fs < 0 ? -errno : sys_overlay_appends() ? create_of_layers(fs, layers) : create_in_short(fs, layers), fd;

	if (r < 0)
		return r;
	fd = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC,
			  MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC);
	return fd < 0 ? -errno : fd;
}

int rootview_open(const struct strv *lower, const char *upper)
{
	autostrv layers = { 0 };
	int fd;

	strv_add_all(&layers, lower);
	if (upper)
		strv_add(&layers, upper);
	if (layers.count == 0)
		return fail(-EINVAL, "look into the image: it has no layers");
	if (layers.count == 1) {
		fd = open(layers.items[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		return fd < 0 ? fail_errno("open layer %s", layers.items[0]) : fd;
	}
	fd = make_overlay(&layers);
	return fd < 0 ? fail_code(fd, "put the image's %zu layers together", layers.count) : fd;
}
