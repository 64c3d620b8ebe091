/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/lsm.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "kernel/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int write_label(int proc, const char *module_file, const char *file, const char *label)
{
	autofree char *shown = NULL;
	autofd int dir = -1;
	const char *name = file;

	/* an LSM's own directory since Linux 5.1, and for stacked ones the only place */
	dir = module_file ? openat(proc, module_file, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	if (dir < 0)
		dir = openat(proc, "thread-self/attr", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail_errno("open /proc/thread-self/attr");
	shown = xasprintf("/proc/self/attr/%s", name);
	return sys_write("label of the program to come", dir, name, shown, label);
}

bool lsm_has_selinux(void)
{
	autobuf text = BUF_INIT;

	return file_read(AT_FDCWD, "/proc/filesystems", 64 << 10, &text) == 0 && strstr(text.data, "\tselinuxfs\n");
}

int lsm_apply(int proc, const char *apparmor_profile, const char *selinux_label)
{
	int r = 0;

	if (selinux_label && *selinux_label)
		r = write_label(proc, NULL, "exec", selinux_label);
	if (r < 0)
		return fail_while(r, "process.selinuxLabel");
	if (apparmor_profile && *apparmor_profile && strcmp(apparmor_profile, "unconfined") != 0) {
		autofree char *command = xasprintf("exec %s", apparmor_profile);

		r = write_label(proc, "thread-self/attr/apparmor", "exec", command);
		if (r < 0)
			return fail_while(r, "process.apparmorProfile");
	}
	return 0;
}
