/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/identity.h"

#include "base/buf.h"
#include "base/error.h"
#include "kernel/process.h"
#include "runtime/capability.h"

#include <errno.h>
#include <strings.h>

int identity_apply(const struct spec_process *p, bool rootless, bool keep_groups)
{
	int r = capability_limit_bounding(p->capabilities.bounding);

	if (r == 0)
		r = capability_keep(true);
	if (r == 0 && !keep_groups) {
		r = sys_setgroups("process.user.additionalGids", p->user.additional_gids, p->user.additional_gid_count);
		/* "deny" in /proc/PID/setgroups: the groups of whoever called us stay, which rootless containers live with */
		if (r == -EPERM && rootless && !p->user.additional_gid_count)
			r = 0;
	}
	if (r == 0)
		r = sys_setgid("process.user.gid", p->user.gid);
	if (r == 0)
		r = sys_setuid("process.user.uid", p->user.uid);
	if (r == 0)
		r = capability_keep(false);
	return r < 0 ? r : capability_apply(&p->capabilities);
}

/* "-all,+chown,+kill" */
static void add_capabilities(struct buf *b, const char *option, uint64_t set)
{
	buf_add_format(b, " --%s=-all", option);
	for (unsigned int i = 0; i < CAPABILITY_COUNT; i++)
		if (set & CAPABILITY_BIT(i)) {
			buf_add_str(b, ",+");
			for (const char *c = capability_name(i) + 4; *c; c++)
				buf_add_char(b, *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c);
		}
}

char *identity_words(const struct spec_process *p, bool keep_root)
{
	struct buf b = BUF_INIT;

	buf_add_str(&b, "setpriv");
	if (!keep_root)
		buf_add_format(&b, " --reuid=%u --regid=%u", p->user.uid, p->user.gid);
	if (p->user.additional_gid_count)
		buf_add_str(&b, " --groups=");
	else
		buf_add_str(&b, " --clear-groups");
	for (size_t i = 0; i < p->user.additional_gid_count; i++)
		buf_add_format(&b, "%s%u", i ? "," : "", p->user.additional_gids[i]);
	add_capabilities(&b, "bounding-set", p->capabilities.bounding);
	add_capabilities(&b, "inh-caps", p->capabilities.inheritable);
	if (p->capabilities.ambient)
		add_capabilities(&b, "ambient-caps", p->capabilities.ambient);
	if (p->no_new_privileges)
		buf_add_str(&b, " --no-new-privs");
	return buf_take(&b);
}
