/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/unit.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"
#include "kernel/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SAID_MAX   512
#define CGROUP_MAX 4096

_Bool sys_unit_possible(void)
{
	autofree char *path = path_join(process_libexec(), "hoy-systemd");

	return access(path, X_OK) == 0;
}

/* A file in memory that holds @text, from its start. */
static int memory_file(const char *text)
{
	autofd int fd = memfd_create("systemd", MFD_CLOEXEC);

	if (fd < 0 || fd_write_full(fd, text, strlen(text)) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return fail_errno("make a file in memory");
	return take_fd(&fd);
}

static int spawn(const char *verb, const char *unit, const char *properties, int out, int said, struct process *ret)
{
	autofree char *path = path_join(process_libexec(), "hoy-systemd");
	autofd int in = memory_file(properties);
	const char *argv[] = { "hoy-systemd", verb, unit, NULL };
	struct process_spawn s = { .path = path, .argv = (char *const *)argv, .envp = environ, .stdio = { in, out, said } };

	if (in < 0)
		return in;
	if (access(path, X_OK) < 0)
		return fail_hint(fail(-ENOTSUP, "cgroups made by systemd: there is no %s", path),
				 "it is built where libsystemd is; without --systemd-cgroup hoy makes cgroups itself");
	return process_spawn(&s, ret);
}

/* What the helper said of its failure, in @text; and its errno. */
static int failure(int status, int said, char text[SAID_MAX])
{
	ssize_t n = pread(said, text, SAID_MAX - 1, 0);

	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return status > 0 && status < 126 ? -status : -EIO;
}

static int ask(const char *verb, const char *unit, const char *properties, char said_text[SAID_MAX])
{
	autofd int said = memory_file("");
	struct process p = PROCESS_NONE;
	int status = 0, r = said < 0 ? said : spawn(verb, unit, properties, -1, said, &p);

	if (r == 0)
		r = process_wait(&p, &status);
	return r == 0 && status ? failure(status, said, said_text) : r;
}

/* systemd-run's words for the same. */
static void say_start(struct step *step, const char *unit, const char *properties)
{
	step_say(step, "systemd-run --scope --unit=%s", step_quote(unit));
	for (const char *line = properties; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *name = strchr(line, ' ') + 1;
		size_t len = strcspn(name, " ");

		step_say(step, " -p %.*s=%.*s", (int)len, name, (int)strcspn(name + len + 1, "\n"), name + len + 1);
	}
}

static int start(const char *unit, const char *properties, struct process *ret_keeper, char **ret_cgroup, char said_text[SAID_MAX])
{
	autofd int said = memory_file(""), in = -1, out = -1;
	struct process p = PROCESS_NONE;
	char cgroup[CGROUP_MAX];
	size_t len = 0;
	int pipe_fds[2], status = 0, r;

	if (said < 0 || pipe2(pipe_fds, O_CLOEXEC) < 0)
		return fail_errno("make a pipe");
	in = pipe_fds[0];
	out = pipe_fds[1];
	r = spawn("start", unit, properties, out, said, &p);
	close(take_fd(&out));
	/* one line, or the end without one */
	while (r == 0 && len < sizeof cgroup - 1 && (len == 0 || cgroup[len - 1] != '\n')) {
		ssize_t n = read(in, cgroup + len, sizeof cgroup - 1 - len);

		if (n <= 0 && !(n < 0 && errno == EINTR))
			break;
		len += n > 0 ? (size_t)n : 0;
	}
	if (r == 0 && (len == 0 || cgroup[len - 1] != '\n')) {
		r = process_wait(&p, &status);
		return r < 0 ? r : failure(status, said, said_text);
	}
	if (r < 0)
		return r;
	*ret_keeper = p;
	*ret_cgroup = xstrndup(cgroup, len - 1);
	return 0;
}

/* Words of the helper's, or, when there are none, of whoever failed before it. */
static int end(struct step *step, int r, const char *what, const char *unit, const char *said)
{
	struct error_record words;

	if (r == 0 || *said)
		return *said ? step_end(step, r, "%s (%s)", what, said) : step_end(step, r, "%s %s", what, unit);
	error_pack(r, &words);
	(void)step_end(step, r, "%s %s", what, unit);
	(void)error_unpack(&words);
	return r;
}

int sys_unit_start(const char *why, const char *unit, const char *properties, struct process *ret_keeper, char **ret_cgroup)
{
	char said[SAID_MAX] = "";
	struct step step;
	int r = step_begin(&step, "systemd", why);

	if (step_heard())
		say_start(&step, unit, properties);
	if (r < 0)
		return step_end(&step, r, "ask systemd for the scope %s", unit);
	r = start(unit, properties, ret_keeper, ret_cgroup, said);
	return end(&step, r, "ask systemd for a scope", unit, said);
}

int sys_unit_set(const char *why, const char *unit, const char *properties)
{
	char said[SAID_MAX] = "";
	struct step step;
	int r = step_begin(&step, "systemd", why);

	if (r < 0)
		return step_end(&step, r, "ask systemd to change the scope %s", unit);
	r = ask("set", unit, properties, said);
	return end(&step, r, "ask systemd to change a scope", unit, said);
}

int sys_unit_stop(const char *why, const char *unit)
{
	char said[SAID_MAX] = "";
	struct step step;
	int r = step_begin(&step, "systemd", why);

	if (step_heard())
		step_say(&step, "systemctl stop %s", step_quote(unit));
	if (r < 0)
		return step_end(&step, r, "ask systemd to stop the scope %s", unit);
	r = ask("stop", unit, "", said);
	return end(&step, r, "ask systemd to stop a scope", unit, said);
}
