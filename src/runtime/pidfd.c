/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/pidfd.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

pid_t pidfd_pid(int pidfd)
{
	autobuf text = BUF_INIT;
	char path[48];
	const char *line;
	int pid = -1, r;

	snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
	r = file_read(AT_FDCWD, path, 4096, &text);
	if (r < 0)
		return r;
	line = strstr(text.data, "Pid:");
	if (!line || sscanf(line, "Pid: %d", &pid) != 1 || pid <= 0)
		return fail(-ESRCH, "the process has ended");
	return pid;
}
