/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/capability.h"

#include "kernel/step.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(n) (UINT64_C(1) << (n))

int sys_bounding_drop(const char *why, uint64_t drop, const char *shown)
{
	struct step step;
	int r = step_begin(&step, "capbset", why);

	if (step_heard())
		step_say(&step, "# setpriv --bounding-set %s", shown);
	for (unsigned int n = 0; r == 0 && n < 64; n++)
		if (drop & BIT(n) && prctl(PR_CAPBSET_DROP, n, 0, 0, 0) < 0)
			r = -errno;
	return step_end(&step, r, "drop capabilities from the bounding set");
}

int sys_keepcaps(const char *why, bool keep)
{
	struct step step;
	int r = step_begin(&step, "keepcaps", why);

	if (step_heard())
		step_say(&step, "# prctl(PR_SET_KEEPCAPS, %d)", keep);
	if (r == 0 && prctl(PR_SET_KEEPCAPS, keep ? 1 : 0, 0, 0, 0) < 0)
		r = -errno;
	return step_end(&step, r, "set PR_SET_KEEPCAPS");
}

int sys_capset(const char *why, uint64_t effective, uint64_t permitted, uint64_t inheritable, const char *shown)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ (uint32_t)effective, (uint32_t)permitted, (uint32_t)inheritable },
		{ (uint32_t)(effective >> 32), (uint32_t)(permitted >> 32), (uint32_t)(inheritable >> 32) },
	};
	struct step step;
	int r = step_begin(&step, "capset", why);

	if (step_heard())
		step_say(&step, "# capset: %s", shown);
	if (r == 0 && syscall(SYS_capset, &header, data) < 0)
		r = -errno;
	return step_end(&step, r, "set capabilities");
}

int sys_ambient(const char *why, uint64_t mask, const char *shown)
{
	struct step step;
	int r = step_begin(&step, "ambient", why);

	if (step_heard() && mask)
		step_say(&step, "# setpriv --ambient-caps %s", shown);
	if (r == 0 && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 && (errno != EINVAL || mask))
		r = -errno;
	for (unsigned int n = 0; r == 0 && n < 64; n++)
		if (mask & BIT(n) && prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, n, 0, 0) < 0)
			r = -errno;
	return step_end(&step, r, "set ambient capabilities");
}

void capability_read(uint64_t *ret_effective, uint64_t *ret_permitted, uint64_t *ret_inheritable)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	/* cannot fail for the calling thread with a version the kernel knows since 2.6.26 */
	(void)syscall(SYS_capget, &header, data);
	*ret_effective = data[0].effective | (uint64_t)data[1].effective << 32;
	*ret_permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	*ret_inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
}
