/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/program.h"

#include "base/beneath.h"
#include "base/cleanup.h"
#include "base/errno_name.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"
#include "kernel/file.h"
#include "kernel/process.h"
#include "kernel/step.h"
#include "runtime/hooks.h"
#include "runtime/identity.h"
#include "runtime/init.h"
#include "runtime/limits.h"
#include "runtime/lsm.h"
#include "runtime/seccomp.h"
#include "runtime/sync.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define PASSWD_MAX   (1 << 20)

/* ---- limits ---- */

static int apply_limits(struct init *in)
{
	const struct spec_process *p = &in->spec->process;
	int r = limits_apply_rlimits(&p->rlimits);

	if (r == 0 && p->oom_score_adj.set) {
		autofd int self = openat(in->proc, "self", O_PATH | O_DIRECTORY | O_CLOEXEC);

		r = self < 0 ? fail_errno("open /proc/self")
			     : limits_apply_oom_score_adj(self, p->oom_score_adj.value, in->rootless);
	}
	if (r == 0)
		r = limits_apply_scheduler(&p->scheduler);
	/* sched_setattr(2): a deadline is only promised to who may run on every processor */
	if (r == -EPERM && p->scheduler.set && in->spec->linux_.resources.cpu.cpus)
		return fail_while(r, "process scheduler can't be used together with AllowedCPUs (linux.resources.cpu.cpus)");
	if (r == 0)
		r = limits_apply_io_priority(&p->io_priority);
	if (r == 0)
		r = limits_apply_memory_policy(&in->spec->linux_.memory_policy);
	if (r == 0)
		r = limits_apply_personality(in->spec->linux_.personality, &in->spec->linux_.personality_flags);
	limits_apply_umask(&p->user);
	return r;
}

/* ---- working directory ---- */

static int enter_cwd(struct init *in)
{
	const char *cwd = in->spec->process.cwd;
	/* in the root and by no magic link: /proc/self/fd/N would lead to what the host has open */
	autofd int fd = beneath_open(in->root, cwd, O_PATH | O_DIRECTORY, 0);
	char *real;
	int r;

	if (fd < 0)
		return fail_code(fd, "change to the working directory %s", cwd);
	r = sys_chdir("process.cwd", fd, cwd);
	if (r < 0)
		return r;
	/* getcwd of a directory outside the root begins with "(unreachable)" or fails: the last line of CVE-2024-21626 */
	real = getcwd(NULL, 0);
	if (!real || real[0] != '/')
		r = fail(-EXDEV, "change to the working directory %s: it is not inside the container", cwd);
	free(real);
	return r;
}

/* ---- environment ---- */

/* The home directory of @uid in the container's /etc/passwd; NULL when it is not listed. Caller frees. */
static char *find_home(struct init *in, uint32_t uid)
{
	autofd int fd = beneath_open(in->root, "/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	autobuf text = BUF_INIT;
	autostrv lines = { 0 };
	struct stat st;

	/* a FIFO or a device in its place would make us wait, a huge file would cost memory: then there is no entry */
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || file_read_fd(fd, "/etc/passwd", PASSWD_MAX, &text) < 0)
		return NULL;
	strv_split(&lines, text.data, '\n');
	for (size_t i = 0; i < lines.count; i++) {
		autostrv fields = { 0 };
		uint32_t found;

		strv_split(&fields, lines.items[i], ':');
		if (fields.count >= 6 && number_u32(fields.items[2], &found) == 0 && found == uid)
			return xstrdup(fields.items[5]);
	}
	return NULL;
}

static void set_home(struct init *in, struct strv *env)
{
	autofree char *home = NULL;
	const char *given = strv_env_get(env, "HOME");
	autofree char *entry = NULL;

	if (given && *given)
		return;
	home = find_home(in, in->spec->process.user.uid);
	entry = xasprintf("HOME=%s", home && *home ? home : "/");
	strv_env_set(env, entry);
}

/* ---- program ---- */

/* Whether @path may be executed by somebody; -errno otherwise. */
static int check_executable(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	return st.st_mode & 0111 ? 0 : -EACCES;
}

/* Engines search these words for runc's, which are Go's: the reason begins with a small letter. */
static int program_fails(const char *doing, int reason)
{
	const char *text = errno_text(-reason);

	return fail(reason - RUNTIME_EXEC_ERROR, "%s: %c%s", doing, tolower((unsigned char)text[0]), text + 1);
}

static int lookup_fails(const char *name, int reason)
{
	bool missing = reason == -ENOENT || reason == -ENOTDIR;
	autofree char *doing = missing ? xasprintf("exec: \"%s\": stat %s", name, name) : xasprintf("exec: \"%s\"", name);

	/* a directory: in the words of newer and of older engines, which both search for theirs */
	if (reason == -EISDIR)
		return fail(reason - RUNTIME_EXEC_ERROR, "%s: is a directory: permission denied", doing);
	return program_fails(doing, reason);
}

/* args[0] as execvp finds it, with the PATH of the process. */
static int find_program(const char *name, const char *path, char **ret)
{
	autostrv dirs = { 0 };
	int first = 0;

	if (strchr(name, '/')) {
		int r = check_executable(name);

		if (r < 0)
			return lookup_fails(name, r);
		*ret = xstrdup(name);
		return 0;
	}
	strv_split(&dirs, path, ':');
	for (size_t i = 0; i < dirs.count; i++) {
		autofree char *candidate = path_join(*dirs.items[i] ? dirs.items[i] : ".", name);
		int r = check_executable(candidate);

		if (r == 0) {
			*ret = take(&candidate);
			return 0;
		}
		/* a directory or a file without x in front of the right one is passed over, as shells do */
		if (r != -ENOENT && r != -ENOTDIR && r != -EISDIR && first == 0)
			first = r;
	}
	if (first)
		return lookup_fails(name, first);
	return fail(-ENOENT - RUNTIME_EXEC_ERROR, "exec: \"%s\": executable file not found in $PATH", name);
}

/* A directory that only its owner may enter, and who builds the container is not, nor almighty: the user goes there himself. */
static int enter_cwd_as_user(struct init *in)
{
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (root < 0)
		return fail_errno("open /");
	in->root = root;
	r = enter_cwd(in);
	in->root = -1;
	return r;
}

int program_prepare(struct init *in)
{
	const struct spec_process *p = &in->spec->process;
	const char *path;
	int r = apply_limits(in);

	if (r < 0 || !p->set)
		return r;
	r = enter_cwd(in);
	in->cwd_later = r == -EACCES;
	if (r < 0 && !in->cwd_later)
		return r;
	for (size_t i = 0; i < p->env.count; i++)
		if (strchr(p->env.items[i], '=') && p->env.items[i][0] != '=')
			strv_env_set(&in->env, p->env.items[i]);
	set_home(in, &in->env);
	/* from a directory that is not entered yet: exec will say */
	if (in->cwd_later && p->args.items[0][0] != '/' && strchr(p->args.items[0], '/')) {
		in->program = xstrdup(p->args.items[0]);
		return 0;
	}
	path = strv_env_get(&in->env, "PATH");
	return find_program(p->args.items[0], path ? path : DEFAULT_PATH, &in->program);
}

/* ---- rights ---- */

/*
 * What is made for the process becomes the user's, as runc does it: who runs as him opens /dev/stdout again, as many programs
 * do, and it was made by root. Devices of the host's stay what they are.
 */
static int own_stdio(const struct init *in)
{
	const struct spec_process *p = &in->spec->process;

	for (int fd = 0; fd < 3; fd++) {
		char shown[FD_PATH_MAX];
		struct stat st;
		int r;

		if (fstat(fd, &st) < 0 || st.st_uid == p->user.uid || S_ISBLK(st.st_mode) || (S_ISCHR(st.st_mode) && !p->terminal))
			continue;
		r = sys_chown("the user may open it again", fd, fd_path(fd, shown), p->user.uid, st.st_gid);
		if (r < 0 && r != -EPERM && r != -EINVAL && r != -EROFS) /* an owner that this user namespace does not know */
			return r;
	}
	return 0;
}

static int apply_filter(struct init *in)
{
	int listener = -1, r = seccomp_program_apply(in->seccomp, &listener);

	if (r == 0 && listener >= 0) {
		r = sync_send(in->sync, SYNC_LISTENER, listener);
		close(listener);
	}
	return r;
}

/*
 * What is left open is closed, not only marked for exec: the kernel resolves the program, its #! line and its loader while
 * marked descriptors are still there, and "/proc/self/fd/N/../../bin/sh" by a directory of the host's is the host's file
 * (CVE-2024-21626). Sockets, the log and explain's stream lead nowhere.
 */
int program_close_descriptors(struct init *in, bool labelled)
{
	const int keep[] = { in->sync, in->create->start_socket, step_explain_fd(), log_fd(), labelled ? -1 : in->proc };
	int r = fd_close_from(3 + in->create->preserve_fds, keep, ARRAY_SIZE(keep));

	in->bundle = in->root = in->old_root = -1;
	if (labelled)
		in->proc = -1;
	return r < 0 ? fail_code(r, "close the host's descriptors") : 0;
}

/* crun's annotation for podman's --group-add keep-groups: the groups of whoever called us stay. */
static bool keeps_groups(const struct spec *spec)
{
	for (size_t i = 0; i < spec->annotations.count; i++)
		if (strcmp(spec->annotations.items[i].key, "run.oci.keep_original_groups") == 0)
			return strcmp(spec->annotations.items[i].value, "1") == 0;
	return false;
}

int program_confine(struct init *in)
{
	const struct spec_process *p = &in->spec->process;
	int r = 0;

	r = own_stdio(in);
	if (r == 0)
		r = lsm_apply(in->proc, p->apparmor_profile, p->selinux_label);
	if (r == 0)
		r = program_close_descriptors(in, true);
	/* without no_new_privs the filter needs CAP_SYS_ADMIN, which is about to go; with it, the later the better */
	if (r == 0 && !p->no_new_privileges)
		r = apply_filter(in);
	if (r == 0)
		r = identity_apply(p, in->rootless, keeps_groups(in->spec));
	if (r == 0 && in->cwd_later)
		r = enter_cwd_as_user(in);
	/* a change of user clears the signal */
	if (r == 0 && in->create->die_with_parent)
		r = sys_die_with_parent("the container does not outlive its monitor", SIGKILL);
	if (r == 0 && p->no_new_privileges)
		r = sys_no_new_privs("setuid programs give nothing");
	if (r == 0 && p->no_new_privileges)
		r = apply_filter(in);
	return r;
}

/* ---- exec ---- */

static void add_environment(struct buf *b, const struct init *in)
{
	buf_add_str(b, "env -i");
	for (size_t i = 0; i < in->env.count; i++)
		buf_add_format(b, " %s", step_quote(in->env.items[i]));
}

/*
 * exec setpriv … env -i A=b … program args. In a script these are programs of the host, which are out of reach behind
 * pivot_root: there unshare enters the new root last, and goes to the working directory.
 */
static char *exec_words(const struct init *in)
{
	const struct spec_process *p = &in->spec->process;
	bool script = in->create->script_only;
	autofree char *rights = identity_words(p, script);
	autobuf b = BUF_INIT;

	buf_add_str(&b, "exec ");
	if (script) {
		add_environment(&b, in);
		buf_add_format(&b, " \"$(command -v setpriv)\"%s", rights + strlen("setpriv"));
		buf_add_format(&b, " \"$(command -v unshare)\" --root=\"$ROOT\" --wd=%s", step_quote(p->cwd));
		if (p->user.uid || p->user.gid)
			buf_add_format(&b, " --setgid=%u --setuid=%u", p->user.gid, p->user.uid);
	} else {
		buf_add_format(&b, "%s ", rights);
		add_environment(&b, in);
	}
	for (size_t i = 0; i < p->args.count; i++)
		buf_add_format(&b, " %s", step_quote(p->args.items[i]));
	return buf_take(&b);
}

int program_execute(struct init *in)
{
	const struct spec_process *p = &in->spec->process;
	autofree char *said = step_heard() ? exec_words(in) : NULL, *hint = NULL, *doing = NULL;
	int r;

	if (in->create->script_only) {
		step_remark("the filter of system calls and the limits have no shell equivalent");
		return sys_exec_said("the container's command", said);
	}
	r = sys_exec("the container's command", in->program, strv_array(&p->args), strv_array(&in->env), said);
	hint = xstrdup(error_hint(r));
	doing = xasprintf("exec %s", in->program);
	r = program_fails(doing, r);
	return hint ? fail_hint(r, "%s", hint) : r;
}
