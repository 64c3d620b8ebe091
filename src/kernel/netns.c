/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/netns.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "kernel/step.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

int sys_loopback_up(const char *why)
{
	struct ifreq request = { .ifr_name = "lo" };
	struct step step;
	int r = step_begin(&step, "link", why);

	if (step_heard())
		step_say(&step, "ip link set lo up");
	if (r == 0) {
		autofd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

		request.ifr_flags = IFF_UP | IFF_RUNNING;
		if (fd < 0 || ioctl(fd, SIOCSIFFLAGS, &request) < 0)
			r = -errno;
	}
	return step_end(&step, r, "bring up the loopback interface");
}

int sys_net_value(const char *why, const char *where, int dirfd, const char *path, const char *value)
{
	struct step step;
	int r = step_begin(&step, "write", why);

	if (step_heard())
		step_say(&step, "%ssysctl -qw net/%s=%s", where, path, value);
	if (r == 0) {
		autofd int fd = openat(dirfd, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

		r = fd < 0 ? -errno : fd_write_full(fd, value, strlen(value));
	}
	return step_end(&step, r, "set net/%s to %s", path, value);
}
