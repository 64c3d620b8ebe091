/* SPDX-License-Identifier: Apache-2.0 */
#include "container/life_hooks.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "runtime/hooks.h"
#include "runtime/runtime.h"

static int run(const struct container *c, const struct spec *spec, enum spec_hook_kind kind, const char *status, pid_t pid)
{
	autofree char *state = hooks_state(spec, c->id, status, pid, c->path);

	return hooks_run(spec, kind, state, c->path);
}

int life_hooks_started(const struct container *c, pid_t pid)
{
	return c->spec.hooks[SPEC_HOOK_POSTSTART].count ? run(c, &c->spec, SPEC_HOOK_POSTSTART, "running", pid) : 0;
}

void life_hooks_stopped(const struct container *c)
{
	autocall(spec_release) struct spec spec = { 0 };
	int r = spec_read_file(c->dir, "config.json", &spec);

	if (r == 0)
		r = run(c, &spec, SPEC_HOOK_POSTSTOP, "stopped", 0);
	if (r < 0)
		log_warning("container %.12s: %s", c->id, error_text(r));
}
