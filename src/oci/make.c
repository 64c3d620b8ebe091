/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/make.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"
#include "base/process.h"
#include "oci/attach.h"
#include "oci/bundle.h"
#include "oci/notify.h"
#include "runtime/cgroup.h"
#include "runtime/hooks.h"
#include "runtime/seccomp.h"
#include "runtime/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Binds or connects through the descriptor of the directory: sun_path holds 108 bytes, paths are longer. */
static int unix_address(const char *path, int *ret_dir, struct sockaddr_un *ret)
{
	autofree char *parent = path_parent(path);
	int n;

	*ret_dir = open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*ret_dir < 0)
		return fail_errno("open %s", parent);
	memset(ret, 0, sizeof *ret);
	ret->sun_family = AF_UNIX;
	n = snprintf(ret->sun_path, sizeof ret->sun_path, "/proc/self/fd/%d/%s", *ret_dir, path_base(path));
	if (n >= (int)sizeof ret->sun_path)
		return fail(-ENAMETOOLONG, "use socket %s: its name is too long", path);
	return 0;
}

/*
 * Two seconds for a listener to come: callers start it and us at once, and a runtime that takes longer to get here finds it
 * there.
 */
static int connect_patiently(int fd, const struct sockaddr_un *address)
{
	const struct timespec step = { .tv_nsec = 5 * 1000 * 1000 };
	int r = -1;

	for (int tries = 0; tries < 400; tries++) {
		r = connect(fd, (const struct sockaddr *)address, sizeof *address);
		if (r == 0 || (errno != ENOENT && errno != ECONNREFUSED))
			break;
		(void)nanosleep(&step, NULL);
	}
	return r;
}

int socket_connect(const char *path, const char *what)
{
	autofd int dir = -1, fd = -1;
	struct sockaddr_un address;
	int r = unix_address(path, &dir, &address);

	if (r < 0)
		return fail_while(r, "%s", what);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect_patiently(fd, &address) < 0)
		return fail_errno("%s: connect to %s", what, path);
	return take_fd(&fd);
}

int socket_send_fd(const char *path, const char *what, const char *name, int fd)
{
	autofd int s = socket_connect(path, what);
	int r;

	if (s < 0)
		return s;
	r = fd_send(s, name, strlen(name), &fd, 1);
	return r < 0 ? fail_code(r, "%s: send to %s", what, path) : 0;
}

int pid_file_write(const char *path, pid_t pid)
{
	char text[16];
	int n = snprintf(text, sizeof text, "%d", pid);

	return file_write(AT_FDCWD, path, text, (size_t)n, 0644, FILE_VOLATILE);
}

int preserved_fds(const struct oci *oci, int64_t more, unsigned int *ret)
{
	const char *count = getenv("LISTEN_FDS"), *owner = getenv("LISTEN_PID");
	uint32_t listen = 0, pid = 0;

	if (count && number_u32(count, &listen) < 0)
		return fail(-EINVAL, "read $LISTEN_FDS: '%s' is no number", count);
	/* systemd names us; podman and others leave it out */
	if (owner && (number_u32(owner, &pid) < 0 || (pid_t)pid != getpid()))
		listen = 0;
	if (more < 0 || more + listen > 1024)
		return fail(-E2BIG, "preserve descriptors: %lld is not from 0 to 1024", (long long)more + listen);
	if (more + listen > oci->inherited)
		return fail(-EBADF, "unable to preserve descriptors: preserved-fd %u (descriptor %u) is not open", oci->inherited,
			    3 + oci->inherited);
	*ret = (unsigned int)(more + listen);
	return 0;
}

static int listen_for_start(int dir)
{
	autofd int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/" STATE_FILE_START, dir);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1) < 0)
		return fail_errno("make the socket that start uses");
	return take_fd(&fd);
}

/* A terminal's master has to go somewhere: to a console socket, or, in the foreground, to us. */
static int check_terminal(const struct spec *spec, const struct make_flags *flags, bool attached)
{
	if (spec->process.terminal && !flags->console_socket && !attached)
		return fail(-EINVAL, "cannot allocate tty if runc will detach without setting console socket");
	if (!spec->process.terminal && flags->console_socket)
		return fail(-EINVAL, "cannot use console socket if runc will not detach or allocate tty");
	return 0;
}

struct creating {
	const struct oci *oci;
	const char *id;
	const struct make_flags *flags;
	const struct bundle *bundle;
	int dir;   /* of its state */
	int start; /* the socket on which init will wait for `start`, or -1 */
};

static void fill_state(const struct creating *c, struct state_file *ret)
{
	const struct bundle *b = c->bundle;
	char now[CLOCK_TEXT_MAX];

	ret->id = xstrdup(c->id);
	ret->oci_version = xstrdup(b->spec.oci_version);
	ret->bundle = xstrdup(b->path);
	ret->rootfs = bundle_rootfs(b);
	ret->created = xstrdup(clock_format(clock_now(), now));
	ret->owner = geteuid();
	for (size_t i = 0; i < b->spec.annotations.count; i++) {
		struct spec_pair *pair = spec_grow(&ret->annotations);

		pair->key = xstrdup(b->spec.annotations.items[i].key);
		pair->value = xstrdup(b->spec.annotations.items[i].value);
	}
}

/* Before the cgroup is made: a kill from here on leaves nothing that `delete` could not find. */
static int record_plan(void *data, const char *cgroup)
{
	autocall(state_file_release) struct state_file state = { 0 };
	const struct creating *c = data;
	int r;

	fill_state(c, &state);
	state.cgroup = xstrdup(cgroup);
	state.creator = getpid();
	r = process_start_time(state.creator, &state.creator_start);
	return r < 0 ? fail_code(r, "find this process below /proc") : state_file_write(c->dir, &state);
}

/* What `start`, `exec` and `delete` will read: the bundle may be another one by then. */
static int keep_config(void *data)
{
	const struct creating *c = data;
	const struct buf *config = &c->bundle->config;

	return file_write(c->dir, STATE_FILE_CONFIG, config->data, config->len, 0600, FILE_VOLATILE);
}

/* Socket activation: the process counts from its own pid, which is 1 in most. */
static int pass_activation(const struct oci *oci, struct strv *env)
{
	autofree char *count = NULL, *named = NULL;
	const char *names = getenv("LISTEN_FDNAMES");
	unsigned int fds = 0;
	int r = preserved_fds(oci, 0, &fds);

	if (r < 0 || fds == 0)
		return r;
	count = xasprintf("LISTEN_FDS=%u", fds);
	strv_env_set(env, count);
	strv_env_set(env, "LISTEN_PID=1");
	if (names) {
		named = xasprintf("LISTEN_FDNAMES=%s", names);
		strv_env_set(env, named);
	}
	return 0;
}

/* What is written once init stands: the state, and what the caller asked to be told. */
static int record(const struct creating *c, struct made *made)
{
	autocall(state_file_release) struct state_file state = { 0 };
	const struct runtime_container *container = &made->container;
	const struct make_flags *flags = c->flags;
	int r;

	fill_state(c, &state);
	state.pid = container->pid;
	state.cgroup = container->cgroup ? xstrdup(cgroup_path(container->cgroup)) : NULL;
	r = process_start_time(state.pid, &state.start_time);
	if (r == 0)
		r = state_file_write(c->dir, &state);
	if (r == 0 && flags->pidfd_socket)
		r = socket_send_fd(flags->pidfd_socket, "pidfd socket", "pidfd", container->pidfd);
	if (r == 0 && flags->pid_file)
		r = pid_file_write(flags->pid_file, state.pid);
	if (r == 0)
		made->state = state_file_text(&state, STATE_RUNNING);
	return r;
}

static void undo(struct runtime_container *c)
{
	if (c->pid > 0) {
		(void)kill(c->pid, SIGKILL);
		(void)waitpid(c->pid, NULL, 0);
	}
	(void)runtime_delete(c);
}

static int create(struct creating *creating, struct made *made)
{
	const struct make_flags *flags = creating->flags;
	const struct bundle *b = creating->bundle;
	autofree char *cache = seccomp_program_cache();
	struct runtime_create c = RUNTIME_CREATE_NONE;
	autofd int console = -1;
	int r = preserved_fds(creating->oci, flags->preserve_fds, &c.preserve_fds);

	if (r == 0 && flags->console_socket) {
		console = socket_connect(flags->console_socket, "console socket");
		r = console < 0 ? console : 0;
	}
	if (r < 0)
		return r;
	c.id = creating->id;
	c.spec = &b->spec;
	c.bundle_path = b->path;
	c.seccomp_cache = cache;
	c.console_socket = console;
	c.console_bare = console < 0;
	c.start_socket = creating->start;
	c.no_pivot = flags->no_pivot;
	c.no_new_keyring = flags->no_new_keyring;
	c.no_cgroup = creating->oci->no_cgroup;
	c.systemd_cgroup = creating->oci->systemd_cgroup;
	c.rootless = creating->oci->rootless;
	c.cgroup_planned = record_plan;
	c.meanwhile = keep_config;
	c.data = creating;
	r = runtime_create(&c, &made->container);
	if (r < 0)
		return r;
	r = record(creating, made);
	if (r == 0 && creating->start >= 0)
		r = runtime_leave(&made->container);
	if (r < 0)
		undo(&made->container);
	return r;
}

/* runtime.md, lifecycle: when a hook of creation fails, what was made is undone and the poststop hooks run. */
static int run_poststop(const struct creating *c, int error)
{
	autocall(state_file_release) struct state_file state = { 0 };
	autofree char *text = NULL;
	struct error_record words;

	error_pack(error, &words);
	if (c->bundle->spec.hooks[SPEC_HOOK_POSTSTOP].count) {
		int r;

		fill_state(c, &state);
		text = state_file_text(&state, STATE_STOPPED);
		r = hooks_run(&c->bundle->spec, SPEC_HOOK_POSTSTOP, text, NULL);
		if (r < 0)
			log_warning("%s", error_text(r));
	}
	return error_unpack(&words);
}

int make_container(const struct oci *oci, const char *id, const struct make_flags *flags, bool started_elsewhere, struct made *ret)
{
	autocall(bundle_release) struct bundle bundle = BUNDLE_NONE;
	struct made made = MADE_NONE;
	autofd int dir = -1, start = -1;
	int r = state_file_check_id(id);

	if (r == 0)
		r = bundle_read(flags->bundle, flags->config, &bundle);
	if (r == 0 && !bundle.spec.process.set && !started_elsewhere) /* config.md: required when start is called */
		r = fail(-EINVAL, "process: it is missing");
	if (r == 0)
		r = check_terminal(&bundle.spec, flags, !started_elsewhere && !flags->detach);
	if (r == 0 && !started_elsewhere && !flags->detach)
		attach_console_size(&bundle.spec.process);
	if (r < 0)
		return r;
	dir = state_file_reserve(oci->root_fd, id);
	if (dir < 0)
		return dir;
	if (started_elsewhere) {
		start = listen_for_start(dir);
		r = start < 0 ? start : 0;
	}
	if (r == 0)
		r = pass_activation(oci, &bundle.spec.process.env);
	if (r == 0 && notify_host())
		r = notify_prepare(oci, id, dir, &bundle.spec);
	if (r == 0 && notify_host() && !started_elsewhere) {
		made.notify = notify_bind(dir);
		r = made.notify < 0 ? made.notify : 0;
	}
	if (r == 0) {
		struct creating creating = { .oci = oci, .id = id, .flags = flags, .bundle = &bundle, .dir = dir, .start = start };

		r = create(&creating, &made);
		if (r < 0)
			r = run_poststop(&creating, r);
	}
	if (r < 0) {
		made_release(&made);
		(void)state_file_remove(oci->root_fd, id);
		return r;
	}
	made.spec = bundle.spec;
	bundle.spec = (struct spec){ 0 };
	*ret = made;
	return 0;
}

void made_release(struct made *made)
{
	spec_release(&made->spec);
	free(made->state);
	made->state = NULL;
	cgroup_free(&made->container.cgroup);
	cleanup_fd(&made->notify);
	made->notify = -1;
}
