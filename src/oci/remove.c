/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/remove.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "runtime/cgroup.h"
#include "runtime/hooks.h"
#include "runtime/intel_rdt.h"

static int remove_cgroup(const struct state_file *state)
{
	struct cgroup *cgroup = NULL;
	int r = state_file_cgroup(state, &cgroup);

	if (r == 0 && cgroup) {
		/* processes that joined a pid namespace of others outlive init */
		r = cgroup_kill(cgroup);
		if (r == 0)
			r = cgroup_remove(cgroup);
	}
	cgroup_free(&cgroup);
	return r;
}

/* What is left of a class of service when its files are gone is none of ours. */
static int remove_rdt(const struct spec_intel_rdt *spec, const char *id)
{
	autocall(intel_rdt_release) struct intel_rdt rdt = { 0 };
	const char *root;

	if (!spec->set || intel_rdt_root(&root) < 0)
		return 0;
	intel_rdt_plan(spec, root, id, &rdt);
	return intel_rdt_remove(&rdt);
}

int remove_container(const struct oci *oci, const struct state_file *state, int dir)
{
	autocall(spec_release) struct spec spec = { 0 };
	autofree char *text = NULL;
	int r = remove_cgroup(state);

	if (r < 0)
		return r;
	if (state_file_config(dir, &spec) < 0)
		return state_file_remove(oci->root_fd, state->id);
	r = remove_rdt(&spec.linux_.intel_rdt, state->id);
	if (r < 0)
		return r;
	/* runtime.md, lifecycle 12: a failing poststop hook is a warning, the others still run */
	if (spec.hooks[SPEC_HOOK_POSTSTOP].count) {
		text = state_file_text(state, STATE_STOPPED);
		r = hooks_run(&spec, SPEC_HOOK_POSTSTOP, text, NULL);
		if (r < 0)
			log_warning("%s", error_text(r));
	}
	return state_file_remove(oci->root_fd, state->id);
}
