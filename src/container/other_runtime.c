/* SPDX-License-Identifier: Apache-2.0 */
#include "container/other_runtime.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/process.h"
#include "container/environment.h"
#include "kernel/mount.h"
#include "kernel/process.h"
#include "runtime/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_MAX (1 << 20)
#define CONSOLE "console.sock"
/* the directory as the runtime has it: a socket's path may have 107 bytes */
#define CONSOLE_PATH "/proc/self/fd/3/" CONSOLE

int other_runtime_find(const char *name, char **ret)
{
	static const char *const own[] = { "", "hoy", "hoy-runtime" };
	static const char *const places[] = { "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin" };

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (!name || strcmp(name, own[i]) == 0)
			return 0;
	if (name[0] == '/' && access(name, X_OK) == 0) {
		*ret = xstrdup(name);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(places) && !strchr(name, '/'); i++) {
		autofree char *path = xasprintf("%s/%s", places[i], name);

		if (access(path, X_OK) == 0) {
			*ret = take(&path);
			return 0;
		}
	}
	return fail_hint(fail(-ENOENT, "unknown or invalid runtime name: %s", name),
			 "it is the absolute path of an OCI runtime, or the name of one in /usr/bin and the like");
}

/* ---- the bundle ---- */

/*
 * What the standard has no words for, and what another runtime would leave out without a word: all of a volume in place of a part
 * of it, files with their own owners.
 */
static int check(const struct other_runtime *o, const struct runtime_create *create)
{
	static const char own[] = "X-mount."; /* mount_options.h */
	const struct spec *spec = o->spec;
	const struct runtime_given *given = create->given;

	if (spec->root.uid_mappings.count)
		return fail(-EOPNOTSUPP, "--rootfs DIR:idmap= needs hoy's own runtime");
	if (given && given->tree_count)
		return fail(-EOPNOTSUPP,
			    "%s: what another container has, a disk or a server's files are mounted by hoy's own runtime alone",
			    given->trees[0].at);
	for (size_t i = 0; i < spec->mounts.count; i++) {
		const struct spec_mount *m = &spec->mounts.items[i];
		bool special = m->uid_mappings.count;

		for (size_t k = 0; k < m->options.count; k++)
			special |= strncmp(m->options.items[k], own, strlen(own)) == 0;
		if (special)
			return fail(-EOPNOTSUPP,
				    "%s: subpaths, idmap, U and several places of a file system need hoy's own runtime",
				    m->destination);
	}
	return 0;
}

/* What was opened for the container is said by the monitor's descriptors: the runtime is told paths. */
static int write_config(const struct other_runtime *o, const struct runtime_create *create)
{
	autobuf text = BUF_INIT;

	for (size_t i = 0; create->given && i < SPEC_NS_COUNT; i++)
		if (create->given->namespaces[i] >= 0) {
			autofree char *path = xasprintf("/proc/%d/fd/%d", getpid(), create->given->namespaces[i]);

			xreplace(&o->spec->linux_.namespaces[i].path, path);
		}
	spec_write(o->spec, &text);
	return file_write(o->dir, "config.json", text.data, text.len, 0600, FILE_VOLATILE);
}

struct overlay {
	const struct spec_root *root;
	struct strv lower, options;
};

static void overlay_fill(const struct spec_root *root, struct overlay *ret)
{
	ret->root = root;
	for (size_t i = root->overlay.lower.count; i > 0; i--)
		strv_add(&ret->lower, root->overlay.lower.items[i - 1]);
	strv_add_format(&ret->options, "upperdir=%s", root->overlay.upper);
	strv_add_format(&ret->options, "workdir=%s", root->overlay.work);
}

/* In the runtime's process, before it executes: the monitor has one thread, so its copy may do anything. */
static int mount_overlay(void *data)
{
	const struct overlay *o = data;
	autofd int top = -1, target = -1, mounted = -1;
	struct sys_mount m = { .type = "overlay",
			       .source = "overlay",
			       .options = (char *const *)strv_array(&o->options),
			       .lower = (char *const *)strv_array(&o->lower),
			       .shown = o->root->path };
	int r = sys_unshare("the overlay is mounted for the runtime and the container alone", CLONE_NEWNS);

	if (r == 0)
		r = top = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r >= 0)
		r = sys_mount_propagate("nothing of it gets out", top, "/", MS_SLAVE, true);
	if (r < 0 || o->lower.count == 0)
		return r;
	target = open(o->root->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (target < 0)
		return -errno;
	m.target = target;
	mounted = sys_mount("the image's layers below what the container writes", &m);
	return mounted < 0 ? mounted : 0;
}

/* ---- calling it ---- */

/* The last error in its log, in runc's JSON lines; or none. */
static char *last_words(const struct other_runtime *o)
{
	autobuf text = BUF_INIT;
	autostrv lines = { 0 };

	if (file_read(o->dir, "runtime.log", LOG_MAX, &text) < 0)
		return NULL;
	strv_split(&lines, text.data, '\n');
	for (size_t i = lines.count; i > 0; i--) {
		autojson struct json_object *line = NULL;
		const char *message = NULL;

		if (lines.items[i - 1][0] && json_parse(lines.items[i - 1], strlen(lines.items[i - 1]), "log", &line) == 0 &&
		    json_get_str(line, "log", "msg", &message) > 0)
			return xstrdup(message);
	}
	return NULL;
}

/* Docker tells the exit codes 126 and 127 by these words, which all runtimes use. */
static int code_of(const char *words)
{
	if (strstr(words, "executable file not found") || strstr(words, "no such file or directory"))
		return -RUNTIME_EXEC_ERROR - ENOENT;
	if (strstr(words, "permission denied") || strstr(words, "is a directory"))
		return -RUNTIME_EXEC_ERROR - EACCES;
	return -EIO;
}

struct call {
	const char *command;
	const char *more[6]; /* its options, up to the first NULL */
	const int *stdio;    /* NULL: /dev/null */
	struct overlay *overlay;
};

static int call(const struct other_runtime *o, const struct call *k)
{
	static char *const environment[] = { (char *)"PATH=" ENVIRONMENT_PATH, NULL };
	struct process_spawn spawn = {
		.path = o->program, .envp = environment, .stdio = { -1, -1, -1 }, .fds = &o->dir, .fd_count = 1
	};
	struct process p = PROCESS_NONE;
	autofree char *words = NULL;
	autostrv argv = { 0 };
	int status = 0, r;

	strv_add(&argv, o->program);
	strv_add(&argv, "--root");
	strv_add_format(&argv, "%s/runtime", o->path);
	strv_add(&argv, "--log");
	strv_add_format(&argv, "%s/runtime.log", o->path);
	strv_add(&argv, "--log-format=json");
	strv_add(&argv, k->command);
	for (size_t i = 0; i < ARRAY_SIZE(k->more) && k->more[i]; i++)
		strv_add(&argv, k->more[i]);
	strv_add(&argv, o->id);
	spawn.argv = strv_array(&argv);
	if (k->stdio)
		memcpy(spawn.stdio, k->stdio, sizeof spawn.stdio);
	if (k->overlay) {
		spawn.prepare = mount_overlay;
		spawn.data = k->overlay;
	}
	r = process_spawn(&spawn, &p);
	if (r == 0)
		r = process_wait(&p, &status);
	if (r < 0 || status == 0)
		return r;
	words = last_words(o);
	return fail(code_of(words ? words : ""), "OCI runtime %s failed: %s", k->command, words ? words : "it said nothing");
}

/* The socket on which it sends the terminal's master. */
static int listen_console(const struct other_runtime *o)
{
	autofd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/" CONSOLE, o->dir);
	(void)unlinkat(o->dir, CONSOLE, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1) < 0)
		return fail_errno("listen for the terminal");
	return take_fd(&fd);
}

/* It has ended, so what it sent is there. */
static int receive_console(int listening, int *ret)
{
	autofd int fd = -1;
	char name[256];
	ssize_t n;

	if (fd_set_nonblock(listening, true) < 0)
		return fail_errno("wait for the terminal");
	fd = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
	n = fd < 0 ? -errno : fd_receive(fd, name, sizeof name, ret, 1);
	return n <= 0 || *ret < 0 ? fail(-EPROTO, "OCI runtime create sent no terminal") : 0;
}

static int find_process(const struct other_runtime *o, struct runtime_container *made)
{
	struct cgroup_options options = { .path = o->spec->linux_.cgroups_path, .id = o->id };
	autofree char *text = NULL;
	uint32_t pid = 0;
	int r = file_read_line(o->dir, "pid", &text);

	if (r < 0 || number_u32(text, &pid) < 0 || pid == 0)
		return fail(-EPROTO, "OCI runtime create wrote no pid");
	made->pid = (pid_t)pid;
	made->pidfd = (int)syscall(SYS_pidfd_open, made->pid, 0);
	if (made->pidfd < 0)
		return fail_errno("open process %d", made->pid);
	r = cgroup_find(&options, &made->cgroup);
	return r == -ENOENT ? 0 : r;
}

/* Its create is over when the container's process waits: orphaned, and so this process's child while it is a reaper. */
static int create_adopted(const struct other_runtime *o, const struct runtime_create *create, int console)
{
	autofree char *pid_file = xasprintf("%s/pid", o->path);
	struct overlay overlay = { 0 };
	struct call k = { .command = "create",
			  .more = { "--bundle", o->path, "--pid-file", pid_file },
			  .stdio = create->stdio,
			  .overlay = &overlay };
	int r;

	if (console >= 0) {
		k.more[4] = "--console-socket";
		k.more[5] = CONSOLE_PATH;
	}
	overlay_fill(&create->spec->root, &overlay);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	r = call(o, &k);
	(void)prctl(PR_SET_CHILD_SUBREAPER, 0);
	strv_release(&overlay.lower);
	strv_release(&overlay.options);
	return r;
}

int other_runtime_create(const struct other_runtime *o, const struct runtime_create *create, struct runtime_container *ret)
{
	struct runtime_container made = RUNTIME_CONTAINER_NONE;
	autofd int console = create->spec->process.terminal ? listen_console(o) : -1;
	int r = create->spec->process.terminal && console < 0 ? console : check(o, create);

	if (r == 0)
		r = write_config(o, create);
	if (r == 0)
		r = create_adopted(o, create, console);
	if (r < 0)
		return r;
	r = find_process(o, &made);
	if (r == 0 && console >= 0)
		r = receive_console(console, &made.console);
	*ret = made;
	return r;
}

int other_runtime_start(const struct other_runtime *o)
{
	return call(o, &(struct call){ .command = "start" });
}

void other_runtime_delete(const struct other_runtime *o)
{
	int r = call(o, &(struct call){ .command = "delete", .more = { "--force" } });

	if (r < 0)
		log_debug("%s", error_text(r));
}
