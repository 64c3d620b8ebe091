/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/self.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SEALS (F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

static bool is_protected(void)
{
	autofd int self = open("/proc/self/exe", O_PATH | O_CLOEXEC), memory = -1;
	struct statvfs fs;
	int seals;

	if (self >= 0 && fstatvfs(self, &fs) == 0 && fs.f_flag & ST_RDONLY)
		return true;
	memory = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	seals = memory < 0 ? -1 : fcntl(memory, F_GET_SEALS);
	return seals >= 0 && (seals & SEALS) == SEALS;
}

/* A mount of the one file, in no namespace, read-only: nobody can find it to change that. */
static int read_only_mount(void)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	autofd int fd = (int)syscall(SYS_open_tree, AT_FDCWD, "/proc/self/exe", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (fd < 0 || syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof attr) < 0)
		return -errno;
	return take_fd(&fd);
}

static int sealed_copy(void)
{
	autofd int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	autofd int to = memfd_create("hoy", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	long long n;

	if (from < 0 || to < 0)
		return -errno;
	n = file_copy(from, to, -1);
	if (n < 0)
		return (int)n;
	return fchmod(to, 0555) < 0 || fcntl(to, F_ADD_SEALS, SEALS) < 0 ? -errno : take_fd(&to);
}

/* As environ is: set once, at the start of main. */
static char **command_line;

void self_init(int argc, char *const *argv)
{
	command_line = xcalloc((size_t)argc + 1, sizeof *argv);
	memcpy(command_line, argv, (size_t)argc * sizeof *argv);
}

int self_protect(void)
{
	const char *unprotected = secure_getenv("HOY_UNPROTECTED");
	autofd int fd = -1;

	if (unprotected && strcmp(unprotected, "1") == 0)
		return 0;
	if (is_protected()) {
		/* after an exec by descriptor the kernel calls the process by the descriptor's number */
		(void)prctl(PR_SET_NAME, program_invocation_short_name);
		return 0;
	}
	fd = read_only_mount();
	if (fd < 0)
		fd = sealed_copy();
	if (fd < 0)
		return fail_code(fd, "protect hoy's own binary from containers");
	/* the helper programs lie beside the file, and its mount shows no path */
	(void)setenv("HOY_LIBEXEC", process_libexec(), 0);
	(void)syscall(SYS_execveat, fd, "", command_line, environ, AT_EMPTY_PATH);
	return fail_errno("execute hoy's own binary from where containers cannot write to it");
}
