/* SPDX-License-Identifier: Apache-2.0 */
#include "container/exec.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "container/attach.h"
#include "container/environment.h"
#include "container/exec_keeper.h"
#include "container/exec_list.h"
#include "container/rootview.h"
#include "container/terminal.h"
#include "container/user.h"
#include "runtime/capability.h"
#include "runtime/cgroup.h"
#include "runtime/exec.h"
#include "runtime/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

struct job {
	struct handle *h;
	const struct exec_options *o;
	struct spec spec; /* the container's, its process changed into the new one */
	struct cgroup *cgroup;
	char id[EXEC_ID_MAX]; /* in events */
	struct detach_keys keys;
	int init; /* pidfd of the container's pid 1 */
};

static void job_release(struct job *j)
{
	spec_release(&j->spec);
	cgroup_free(&j->cgroup);
	cleanup_fd(&j->init);
}

/* The container's own user unless another was asked for, looked up in what its root file system is now. */
static int change_user(struct job *j)
{
	autocall(user_release) struct user u = { 0 };
	autofree char *upper = xasprintf("%s/containers/%s/upper", j->h->home->store->root, j->h->record.id);
	struct spec_user *p = &j->spec.process.user;
	autostrv layers = { 0 };
	autofd int root = -1;
	int r;

	if (!j->o->user || !*j->o->user)
		return 0;
	if (j->h->record.layers.count == 0)
		strv_add(&layers, j->spec.root.path);
	else
		strv_add_all(&layers, &j->h->record.layers);
	root = rootview_open(&layers, j->h->record.layers.count ? upper : NULL);
	r = root < 0 ? root : user_resolve(root, j->o->user, &j->h->record.group_add, &u);
	if (r < 0)
		return r;
	p->uid = u.uid;
	p->gid = u.gid;
	free(p->additional_gids);
	p->additional_gids = take(&u.groups);
	p->additional_gid_count = u.group_count;
	strv_env_unset(&j->spec.process.env, "HOME");
	strv_add_format(&j->spec.process.env, "HOME=%s", u.home);
	return 0;
}

/* What the rights of a user are: none for another than root, all for --privileged. */
static void change_rights(struct job *j)
{
	struct spec_capabilities *c = &j->spec.process.capabilities;

	if (j->o->privileged) {
		c->bounding = capability_available();
		j->spec.linux_.seccomp.set = false;
	}
	c->effective = c->permitted = j->spec.process.user.uid == 0 ? c->bounding : 0;
	c->inheritable = c->ambient = 0;
}

static int change_environment(struct job *j)
{
	struct strv *env = &j->spec.process.env;
	autostrv before = { 0 };
	struct environment e = { .hostname = j->h->record.hostname ? j->h->record.hostname : "",
				 .home = "/",
				 .tty = j->o->tty,
				 .image = &before,
				 .files = &j->o->env_files,
				 .options = &j->o->env };

	strv_add_all(&before, env);
	strv_release(env);
	return environment_make(&e, env);
}

/* config.json is the container's; its process becomes the one to be run. */
static int make_spec(struct job *j)
{
	struct spec_process *p = &j->spec.process;
	uint16_t rows, columns;
	int r = spec_read_file(j->h->dir, "config.json", &j->spec);

	if (r < 0)
		return r == -ENOENT ? fail(-ENOENT, "its config.json is gone") : r;
	strv_release(&p->args);
	strv_add_all(&p->args, &j->o->command);
	p->terminal = j->o->tty;
	if (j->o->tty && !j->o->detach) {
		terminal_size(isatty(STDIN_FILENO) ? STDIN_FILENO : STDOUT_FILENO, &rows, &columns);
		p->console_height = rows;
		p->console_width = columns;
	}
	if (j->o->workdir && *j->o->workdir)
		xreplace(&p->cwd, j->o->workdir);
	r = change_user(j);
	if (r == 0)
		r = change_environment(j);
	if (r == 0)
		change_rights(j);
	return r;
}

static int make_pipe(int *ret_read, int *ret_write)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return fail_errno("create a pipe");
	*ret_read = fds[0];
	*ret_write = fds[1];
	return 0;
}

/*
 * Pipes, not the user's own descriptors: a process in the container must not be able to open again, for other access, what
 * the user has open.
 */
static int make_streams(const struct exec_options *o, int inside[3], struct attachment *a)
{
	int r = 0;

	if (o->tty)
		return 0;
	if (o->interactive && !o->detach)
		r = make_pipe(&inside[0], &a->input);
	else if ((inside[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0)
		r = fail_errno("open /dev/null");
	for (int i = 1; r == 0 && i < 3; i++)
		if (o->detach && (inside[i] = open("/dev/null", O_WRONLY | O_CLOEXEC)) < 0)
			r = fail_errno("open /dev/null");
	if (r == 0 && !o->detach)
		r = make_pipe(&a->output, &inside[1]);
	if (r == 0 && !o->detach)
		r = make_pipe(&a->error, &inside[2]);
	return r;
}

static int describe(struct job *j, const char *cache, struct runtime_exec *e)
{
	struct cgroup_options options = { .path = j->h->record.cgroup, .id = j->h->record.id };
	int r = cgroup_find(&options, &j->cgroup);

	if (r < 0)
		return r == -ENOENT ? fail(-ESRCH, "container %s is not running", j->h->record.name) : r;
	e->id = j->h->record.id;
	e->init = j->h->state.pid;
	e->init_pidfd = j->init;
	e->spec = &j->spec;
	e->process = &j->spec.process;
	e->cgroup_path = cgroup_path(j->cgroup);
	e->seccomp_cache = cache;
	e->die_with_parent = j->o->bound;
	return 0;
}

/* Streams until it ends. 1 when the user detached from it. */
static int watch(struct job *j, struct attachment *a, int socket, int pidfd, int console, int *ret_exit_code)
{
	int r;

	a->tty = j->o->tty;
	a->interactive = j->o->interactive;
	/* with a terminal of its own the keys reach it by that; without one Ctrl-C is for the process */
	a->sig_proxy = true;
	if (a->tty) {
		a->output = fcntl(console, F_DUPFD_CLOEXEC, 3);
		if (a->output < 0)
			return fail_errno("duplicate the terminal");
	}
	a->keys = &j->keys;
	r = attach_child(a, pidfd, console);
	if (r == 1)
		exec_keeper_detach(socket);
	return r == 0 ? exec_keeper_wait(socket, ret_exit_code) : r;
}

static int run(struct job *j, int *ret_exit_code)
{
	autocall(attachment_release) struct attachment a = ATTACHMENT_NONE;
	autofree char *cache = xasprintf("%s/seccomp", j->h->home->store->root);
	autofd int pidfd = -1, console = -1, socket = -1;
	struct runtime_exec e = RUNTIME_EXEC_NONE;
	struct exec_keeper k = { .container = j->h,
				 .id = j->id,
				 .command = &j->o->command,
				 .exec = &e,
				 .detached = j->o->detach,
				 .bound = j->o->bound };
	int r = describe(j, cache, &e);

	if (r == 0)
		r = make_streams(j->o, e.stdio, &a);
	if (r == 0)
		r = exec_keeper_start(&k, &pidfd, &console, &socket);
	for (int i = 0; i < 3; i++)
		cleanup_fd(&e.stdio[i]);
	if (r < 0) {
		*ret_exit_code = runtime_exec_exit_code(r);
		/* Docker's exec: what is no matter of the command is 1, and so is everything with -d */
		if (*ret_exit_code == 125 || j->o->detach)
			*ret_exit_code = 1;
		return r;
	}
	if (j->o->detach) {
		*ret_exit_code = 0;
		return 0;
	}
	return watch(j, &a, socket, pidfd, console, ret_exit_code);
}

int container_exec(struct handle *h, const struct exec_options *o, int *ret_exit_code)
{
	autocall(job_release) struct job j = { .h = h, .o = o, .init = -1 };
	int r;

	*ret_exit_code = 1;
	r = o->tty && o->interactive && !o->detach ? terminal_check() : 0;
	if (r == 0)
		r = detach_keys_parse(o->detach_keys ? o->detach_keys : DETACH_KEYS_DEFAULT, &j.keys);
	if (r < 0)
		return r;
	r = handle_pidfd(h, &j.init);
	if (r == 0 && h->state.status == STATUS_PAUSED)
		r = fail_hint(fail(-EBUSY, "container %s is paused", h->record.name), "unpause the container before exec");
	if (r == 0)
		r = make_spec(&j);
	if (r < 0)
		return r;
	random_hex(j.id, EXEC_ID_MAX - 1);
	attach_hold_signals();
	return run(&j, ret_exit_code);
}
