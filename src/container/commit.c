/* SPDX-License-Identifier: Apache-2.0 */
#include "container/commit.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "container/control.h"
#include "container/diff.h"
#include "container/environment.h"
#include "container/mark.h"
#include "image/changes.h"
#include "image/commit.h"
#include "image/make.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORD_MAX (4 << 20)
#define RECORD     "record.json"

/* ---- standing still ---------------------------------------------------------------------------------------------- */

/* A process that lets the container go on when its pipe is closed, by us or by our end. */
struct guard {
	struct handle *h; /* borrowed */
	int pipe;
	pid_t pid;
	bool paused; /* by us */
};
#define GUARD_NONE ((struct guard){ .pipe = -1 })

static _Noreturn void run_guard(struct handle *h, int pipe)
{
	char byte;
	int r;

	/* a signal for the command's group is not for this one */
	(void)setsid();
	while (read(pipe, &byte, 1) < 0 && errno == EINTR)
		;
	r = handle_refresh(h);
	if (r == 0 && h->state.status == STATUS_PAUSED)
		r = control_pause(h, false);
	_exit(r < 0);
}

/* Guarded first, then paused: never the other way round. */
static int guard_pause(struct handle *h, struct guard *g)
{
	struct sys_clone how = { .cgroup = -1, .shown = "" };
	autofd int ours = -1, theirs = -1, pidfd = -1;
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return fail_errno("pause the container: pipe");
	theirs = fds[0];
	ours = fds[1];
	g->pid = sys_clone("the container goes on whatever happens to the command", &how, &pidfd);
	if (g->pid == 0) {
		close(take_fd(&ours));
		run_guard(h, theirs);
	}
	if (g->pid < 0)
		return g->pid;
	g->pipe = take_fd(&ours);
	g->h = h;
	r = control_pause(h, true);
	g->paused = r == 0;
	/* somebody else paused it, or it has ended, which is as still */
	return r == -EALREADY || r == -ESRCH ? 0 : r;
}

/* The guard has died, or could not: then it is for us. */
static void go_on(struct handle *h)
{
	/* whatever became of the mark: what is marked is thawed */
	int r = mark_set(h->home, h->record.id, MARK_PAUSED, true);

	if (r == 0)
		r = handle_refresh(h);
	if (r == 0 && h->state.status == STATUS_PAUSED)
		r = control_pause(h, false);
	if (r < 0)
		log_warning("container %s is still paused: %s", h->record.name, error_text(r));
}

static void guard_release(struct guard *g)
{
	int status = 0;

	cleanup_fd(&g->pipe);
	while (g->pid > 0 && waitpid(g->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (g->paused && status != 0)
		go_on(g->h);
	*g = GUARD_NONE;
}

static int pack(struct handle *h, bool pause, struct commit_layer *ret)
{
	autocall(guard_release) struct guard guard = GUARD_NONE;
	autocall(diff_release) struct diff diff = { 0 };
	autofree char *changed = NULL;
	autofd int upper = -1;
	int r = 0;

	if (pause && h->state.status == STATUS_RUNNING)
		r = guard_pause(h, &guard);
	if (r == 0)
		r = diff_read(h, &diff);
	if (r < 0)
		return r;
	upper = openat(h->dir, "upper", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (upper < 0)
		return fail_errno("open what the container wrote");
	r = commit_pack(h->home->store, upper, &diff.opaque, &diff.hidden, ret, &changed);
	if (r == 0 && changed)
		log_warning("%s became shorter while it was read: zeros stand for what was missing", changed);
	return r;
}

/* ---- the config -------------------------------------------------------------------------------------------------- */

static int take_string(struct json_object *config, const char *key, char **field)
{
	const char *value = NULL;
	int r = json_get_str(config, RECORD, key, &value);

	if (r == 1)
		xreplace(field, *value ? value : NULL);
	return r;
}

static int take_list(struct json_object *config, const char *key, struct strv *list, bool *set)
{
	strv_release(list);
	*set = false;
	return json_get_strv(config, RECORD, key, list);
}

/* How the container was to be run becomes how the image is to be run. */
static int take_config(const struct handle *h, struct imageconfig *c)
{
	autojson struct json_object *record = NULL;
	bool had_directory = c->working_dir;
	struct json_object *config;
	int r = json_read(h->dir, RECORD, RECORD_MAX, &record);

	if (r < 0)
		return r;
	config = json_get(record, "Config");
	strv_release(&c->env);
	if ((r = json_get_strv(config, RECORD, "Env", &c->env)) < 0 || (r = take_string(config, "User", &c->user)) < 0 ||
	    (r = take_string(config, "WorkingDir", &c->working_dir)) < 0 ||
	    (r = take_string(config, "StopSignal", &c->stop_signal)) < 0 ||
	    (r = take_list(config, "Cmd", &c->cmd, &c->cmd_set)) < 0 ||
	    (r = take_list(config, "Entrypoint", &c->entrypoint, &c->entrypoint_set)) < 0)
		return r;
	if (!had_directory && c->working_dir && strcmp(c->working_dir, "/") == 0)
		free(take(&c->working_dir));
	strv_release(&c->labels);
	strv_add_all(&c->labels, &h->record.labels);
	return 0;
}

static void add_history(const struct commit_options *o, bool empty, struct imageconfig *c)
{
	struct imageconfig_history *last;
	char now[CLOCK_TEXT_MAX];

	c->history = xrealloc(c->history, (c->history_count + 1) * sizeof *c->history);
	last = &c->history[c->history_count++];
	clock_format(clock_now(), now);
	*last = (struct imageconfig_history){ .created = xstrdup(now),
					      .created_by = strv_join(&c->cmd, " "),
					      .author = xstrdup(o->author),
					      .comment = xstrdup(o->message),
					      .empty_layer = empty };
	xreplace(&c->created, now);
	xreplace(&c->author, o->author ? o->author : "");
}

static int apply_changes(const struct strv *changes, struct imageconfig *c)
{
	int r = 0;

	for (size_t i = 0; r == 0 && changes && i < changes->count; i++)
		r = changes_apply(c, changes->items[i]);
	return r;
}

int container_commit(struct handle *h, const struct commit_options *o, char ret_id[DIGEST_MAX])
{
	autofree char *id = xasprintf("sha256:%s", h->record.image_id), *reference = NULL;
	autocall(commit_base_release) struct commit_base base = { 0 };
	autocall(commit_layer_release) struct commit_layer layer = COMMIT_LAYER_NONE;
	int r = make_reference(o->reference, &reference);

	if (r == 0 && !h->record.image_id[0])
		r = fail(-EOPNOTSUPP, "a container without an image cannot be committed");
	if (r == 0)
		r = commit_base_find(h->home->store, id, &base);
	if (r == 0)
		r = take_config(h, &base.config);
	if (r == 0)
		r = apply_changes(o->changes, &base.config);
	if (r == 0)
		r = pack(h, o->pause, &layer);
	if (r < 0)
		return r;
	add_history(o, layer.empty, &base.config);
	r = commit_image(h->home->store, &layer, &base, o->reference, ret_id);
	if (r == 0)
		handle_event(h, "commit",
			     (const char *const[]){ "comment", o->message ? o->message : "", "imageID", ret_id, NULL });
	return r;
}
