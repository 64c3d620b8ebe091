/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/seccomp.h"

#include "kernel/step.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <unistd.h>

int sys_seccomp(const char *why, const struct sock_filter *filter, size_t count, uint32_t flags)
{
	const struct sock_fprog program = { .len = (unsigned short)count, .filter = (struct sock_filter *)filter };
	struct step step;
	int r = step_begin(&step, "seccomp", why);

	if (step_heard())
		step_say(&step, "# seccomp: a filter of %zu instructions, flags %#x", count, flags);
	if (r == 0) {
		long n = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);

		/* with TSYNC a positive number is the thread that could not follow */
		if (n < 0)
			r = -errno;
		else
			r = flags & SECCOMP_FILTER_FLAG_NEW_LISTENER ? (int)n : n > 0 ? -ESRCH : 0;
	}
	return step_end(&step, r, "install the seccomp filter");
}
