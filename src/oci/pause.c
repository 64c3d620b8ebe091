/* SPDX-License-Identifier: Apache-2.0 */
/* pause and resume: the cgroup's freezer. */
#include "base/error.h"
#include "base/memory.h"
#include "oci/command.h"
#include "runtime/cgroup.h"
#include "runtime/state_file.h"

#include <errno.h>

static int freeze(const struct oci *oci, const char *id, bool frozen)
{
	autocall(state_file_release) struct state_file state = { 0 };
	struct cgroup *cgroup = NULL;
	enum state_status status;
	autofd int dir = -1;
	int r = state_file_read(oci->root_fd, id, &state, &dir);

	if (r < 0)
		return r;
	status = state_file_status(&state);
	if (frozen && status != STATE_RUNNING && status != STATE_CREATED)
		return fail(-EBUSY, "container not running: %s is %s", id, state_status_name(status));
	if (!frozen && status != STATE_PAUSED)
		return fail(-EBUSY, "container not paused: %s is %s", id, state_status_name(status));
	r = state_file_cgroup(&state, &cgroup);
	if (r == 0 && !cgroup)
		r = fail(-ENOTSUP, "freeze %s: it has no cgroup", id);
	if (r == 0)
		r = cgroup_freeze(cgroup, frozen);
	cgroup_free(&cgroup);
	return r;
}

static int pause_run(const struct oci *oci, char *const *args, void *flags)
{
	(void)flags;
	return freeze(oci, args[0], true);
}

static int resume_run(const struct oci *oci, char *const *args, void *flags)
{
	(void)flags;
	return freeze(oci, args[0], false);
}

const struct oci_command oci_pause = {
	.name = "pause",
	.usage = "<container-id>",
	.summary = "pause suspends all processes inside the container",
	.min_args = 1,
	.max_args = 1,
	.root = OCI_ROOT_OPEN,
	.interspersed = true,
	.run = pause_run,
};

const struct oci_command oci_resume = {
	.name = "resume",
	.usage = "<container-id>",
	.summary = "resumes all processes that have been previously paused",
	.min_args = 1,
	.max_args = 1,
	.root = OCI_ROOT_OPEN,
	.interspersed = true,
	.run = resume_run,
};
