/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/exec.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/number.h"
#include "oci/attach.h"
#include "oci/make.h"
#include "runtime/capability.h"
#include "runtime/seccomp.h"
#include "runtime/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define PROCESS_MAX (1 << 20)

struct exec_flags {
	const char *console_socket, *pidfd_socket, *cwd, *user, *process, *pid_file, *process_label, *apparmor;
	struct strv env, additional_gids, caps, cgroups;
	int64_t preserve_fds;
	bool detach, tty, no_new_privs, ignore_paused;
};

#define AT(member) offsetof(struct exec_flags, member)
static const struct option options[] = {
	{ 0, "console-socket", OPTION_STRING, AT(console_socket), "value",
	  "path to an AF_UNIX socket which will receive the master end of the console's pseudoterminal" },
	{ 0, "pidfd-socket", OPTION_STRING, AT(pidfd_socket), "value",
	  "path to an AF_UNIX socket which will receive a pidfd of the exec process" },
	{ 0, "cwd", OPTION_STRING, AT(cwd), "value", "current working directory in the container" },
	{ 'e', "env", OPTION_LIST, AT(env), "value", "set environment variables" },
	{ 't', "tty", OPTION_BOOL, AT(tty), .help = "allocate a pseudo-TTY" },
	{ 'u', "user", OPTION_STRING, AT(user), "value", "UID (format: <uid>[:<gid>])" },
	{ 'g', "additional-gids", OPTION_LIST, AT(additional_gids), "value", "additional gids" },
	{ 'p', "process", OPTION_STRING, AT(process), "value", "path to the process.json" },
	{ 'd', "detach", OPTION_BOOL, AT(detach), .help = "detach from the container's process" },
	{ 0, "pid-file", OPTION_STRING, AT(pid_file), "value", "specify the file to write the process id to" },
	{ 0, "process-label", OPTION_STRING, AT(process_label), "value", "set the asm process label for the process" },
	{ 0, "apparmor", OPTION_STRING, AT(apparmor), "value", "set the apparmor profile for the process" },
	{ 0, "no-new-privs", OPTION_BOOL, AT(no_new_privs), .help = "set the no new privileges value for the process" },
	{ 'c', "cap", OPTION_LIST, AT(caps), "value", "add a capability to the bounding set for the process" },
	{ 0, "preserve-fds", OPTION_INT, AT(preserve_fds), "value",
	  "pass N additional file descriptors to the container (stdio + $LISTEN_FDS + N in total)" },
	{ 0, "cgroup", OPTION_LIST, AT(cgroups), "value",
	  "run the process in an (existing) sub-cgroup of the container's: [controller:]path" },
	{ 0, "ignore-paused", OPTION_BOOL, AT(ignore_paused), .help = "allow exec in a paused container" },
	OPTIONS_END,
};
#undef AT

/* "1000" or "1000:100": strictly 32 bits, never a name (CVE-2026-30892). */
static int parse_user(const char *text, struct spec_user *ret)
{
	autofree char *uid = xstrndup(text, strcspn(text, ":"));
	const char *colon = strchr(text, ':');

	if (number_u32(uid, &ret->uid) < 0 || (colon && number_u32(colon + 1, &ret->gid) < 0))
		return fail(-EINVAL, "--user: '%s' is not UID[:GID]", text);
	return 0;
}

static int add_gids(const struct strv *words, struct spec_user *user)
{
	user->additional_gids = xrealloc(user->additional_gids, (user->additional_gid_count + words->count) * sizeof(uint32_t));
	for (size_t i = 0; i < words->count; i++)
		if (number_u32(words->items[i], &user->additional_gids[user->additional_gid_count++]) < 0)
			return fail(-EINVAL, "--additional-gids: '%s' is no group id", words->items[i]);
	return 0;
}

/*
 * runc's rule: what is added comes into all sets but inheritable's and ambient's, which stay empty (CVE-2022-29162), unless the
 * container's process has inheritable ones: then it becomes ambient where it is one of these.
 */
static void add_capabilities(const struct strv *names, struct spec_capabilities *c)
{
	for (size_t i = 0; i < names->count; i++) {
		int n = capability_from_name(names->items[i]);

		if (n < 0) {
			log_warning("--cap: unknown capability %s is left out", names->items[i]);
			continue;
		}
		c->bounding |= CAPABILITY_BIT(n);
		c->effective |= CAPABILITY_BIT(n);
		c->permitted |= CAPABILITY_BIT(n);
		if (c->inheritable)
			c->ambient |= CAPABILITY_BIT(n);
		c->set = true;
	}
}

/* The container's own process, changed by the options. */
static int from_options(const struct exec_flags *flags, char *const *command, struct spec_process *p)
{
	int r = 0;

	if (!*command)
		return fail(-EINVAL, "process args cannot be empty");
	strv_release(&p->args);
	for (; *command; command++)
		strv_add(&p->args, *command);
	if (flags->cwd)
		xreplace(&p->cwd, flags->cwd);
	if (flags->apparmor)
		xreplace(&p->apparmor_profile, flags->apparmor);
	if (flags->process_label)
		xreplace(&p->selinux_label, flags->process_label);
	p->terminal = flags->tty;
	p->no_new_privileges = p->no_new_privileges || flags->no_new_privs;
	for (size_t i = 0; i < flags->env.count; i++)
		strv_env_set(&p->env, flags->env.items[i]);
	if (flags->user)
		r = parse_user(flags->user, &p->user);
	if (r == 0 && flags->additional_gids.count)
		r = add_gids(&flags->additional_gids, &p->user);
	add_capabilities(&flags->caps, &p->capabilities);
	return r;
}

static int from_file(const char *path, struct spec_process *p)
{
	autojson struct json_object *o = NULL;
	autobuf text = BUF_INIT;
	int r = file_read_any(path, PROCESS_MAX, &text);

	if (r == 0)
		r = json_parse(text.data, text.len, path, &o);
	spec_process_release(p);
	return r < 0 ? r : spec_parse_process(o, p);
}

static int check_process(const struct spec_process *p, const struct exec_flags *flags)
{
	if (p->args.count == 0 || !*p->args.items[0])
		return fail(-EINVAL, "process args cannot be empty");
	if (!p->cwd || p->cwd[0] != '/')
		return fail(-EINVAL, "process.cwd: '%s' is not an absolute path", p->cwd ? p->cwd : "");
	if (p->terminal && flags->detach && !flags->console_socket)
		return fail(-EINVAL, "cannot allocate tty if runc will detach without setting console socket");
	if (!p->terminal && flags->console_socket)
		return fail(-EINVAL, "cannot use console socket if runc will not detach or allocate tty");
	return 0;
}

static int check_status(const struct state_file *state, const struct exec_flags *flags)
{
	enum state_status status = state_file_status(state);

	if (status == STATE_STOPPED || status == STATE_CREATING)
		return fail(-ESRCH, "cannot exec in a stopped container: %s", state->id);
	if (status == STATE_PAUSED && !flags->ignore_paused)
		return fail_hint(fail(-EBUSY, "cannot exec in a paused container (use --ignore-paused to override): %s", state->id),
				 "it would wait until somebody resumes the container");
	return 0;
}

static int start(const struct oci *oci, const struct state_file *state, const struct spec *spec, const struct exec_flags *flags,
		 struct runtime_container *ret)
{
	struct runtime_exec e = RUNTIME_EXEC_NONE;
	autofree char *cache = seccomp_program_cache();
	autofd int console = -1, init = state_file_pidfd(state);
	int r = init < 0 ? init : preserved_fds(oci, flags->preserve_fds, &e.preserve_fds);

	if (r == 0 && flags->console_socket) {
		console = socket_connect(flags->console_socket, "console socket");
		r = console < 0 ? console : 0;
	}
	if (r < 0)
		return r;
	e.id = state->id;
	e.init = state->pid;
	e.init_pidfd = init;
	e.spec = spec;
	e.process = &spec->process;
	e.cgroup_path = state->cgroup;
	e.sub_cgroups = &flags->cgroups;
	e.seccomp_cache = cache;
	e.console_socket = console;
	e.console_bare = console < 0;
	return runtime_exec(&e, ret);
}

static int run(const struct oci *oci, char *const *args, void *data)
{
	autocall(state_file_release) struct state_file state = { 0 };
	autocall(spec_release) struct spec spec = { 0 };
	struct runtime_container process = RUNTIME_CONTAINER_NONE;
	const struct exec_flags *flags = data;
	autofd int dir = -1;
	int status = 0, r = state_file_read(oci->root_fd, args[0], &state, &dir);

	if (r == 0)
		r = check_status(&state, flags);
	if (r == 0)
		r = state_file_config(dir, &spec);
	if (r == 0)
		r = flags->process ? from_file(flags->process, &spec.process) : from_options(flags, args + 1, &spec.process);
	if (r == 0)
		r = check_process(&spec.process, flags);
	if (r == 0 && !flags->detach)
		attach_console_size(&spec.process);
	if (r == 0)
		r = start(oci, &state, &spec, flags, &process);
	if (r < 0)
		return r;
	if (flags->pidfd_socket)
		r = socket_send_fd(flags->pidfd_socket, "pidfd socket", "pidfd", process.pidfd);
	if (r == 0 && flags->pid_file)
		r = pid_file_write(flags->pid_file, process.pid);
	if (r == 0 && !flags->detach)
		r = attach_wait(&process, -1, &status);
	if (r < 0) {
		(void)kill(process.pid, SIGKILL);
		(void)waitpid(process.pid, NULL, 0);
	}
	return r < 0 ? r : status;
}

const struct oci_command oci_exec = {
	.name = "exec",
	.usage = "[command options] <container-id> <command> [command options]  || -p process.json <container-id>",
	.summary = "execute new process inside the container",
	.options = options,
	.options_size = sizeof(struct exec_flags),
	.min_args = 1,
	.max_args = 0xffff,
	.root = OCI_ROOT_OPEN,
	.interspersed = false,
	.failure = 255, /* runc's: told from every exit code a process can well have */
	.enters = true,
	.run = run,
};
