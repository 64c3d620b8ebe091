/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/pidfd.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Below /proc/PID/ns. */
static const char *const names[] = {
	[SPEC_NS_USER] = "user",   [SPEC_NS_CGROUP] = "cgroup", [SPEC_NS_IPC] = "ipc",   [SPEC_NS_UTS] = "uts",
	[SPEC_NS_NETWORK] = "net", [SPEC_NS_PID] = "pid",       [SPEC_NS_MOUNT] = "mnt", [SPEC_NS_TIME] = "time",
};
static_assert(ARRAY_SIZE(names) == SPEC_NS_COUNT, "a namespace type without a name");

pid_t pidfd_pid(int pidfd)
{
	autobuf text = BUF_INIT;
	char path[48];
	const char *line;
	uint64_t pid = 0;
	int r;

	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
	r = file_read(AT_FDCWD, path, 4096, &text);
	if (r < 0)
		return r;
	/* "Pid:" and a tab; -1 of one that has ended, 0 of one outside this pid namespace */
	line = strstr(text.data, "Pid:\t");
	if (line)
		line += strlen("Pid:\t");
	if (!line || number_take(&line, 10, &pid) < 0 || pid == 0 || pid > INT_MAX)
		return fail(-ESRCH, "the process has ended");
	return (pid_t)pid;
}

int pidfd_namespace(int pidfd, enum spec_namespace_type type)
{
	autofd int fd = -1;
	char path[48];
	pid_t pid = pidfd_pid(pidfd);

	if (pid < 0)
		return pid;
	snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, names[type]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? fail(-ESRCH, "the process has ended") : fail_errno("open %s", path);
	/* it was not reaped when the path was looked up: the number was still its own */
	if (syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) < 0)
		return fail(-ESRCH, "the process has ended");
	return take_fd(&fd);
}
