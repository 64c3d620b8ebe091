/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/process.h"
#include "base/strv.h"
#include "oci/command.h"
#include "runtime/cgroup.h"
#include "runtime/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct ps_flags {
	const char *format;
};

static const struct option options[] = {
	{ 'f', "format", OPTION_STRING, offsetof(struct ps_flags, format), "value", "select one of: table or json", "\"table\"" },
	OPTIONS_END,
};

#define OUTPUT_MAX (16 << 20)

/* Runs the host's ps; what it printed in @ret. */
static int run_ps(char *const *words, struct buf *ret)
{
	static const char *const places[] = { "/bin/ps", "/usr/bin/ps" };
	struct process_spawn spawn = { .stdio = { -1, -1, STDERR_FILENO }, .envp = environ };
	struct process ps = PROCESS_NONE;
	autofd int out = -1, in = -1;
	autostrv argv = { 0 };
	int pipe_fds[2], status, r;

	for (size_t i = 0; i < ARRAY_SIZE(places) && !spawn.path; i++)
		if (access(places[i], X_OK) == 0)
			spawn.path = places[i];
	if (!spawn.path)
		return fail(-ENOENT, "list processes: this machine has no ps (package procps)");
	strv_add(&argv, "ps");
	for (; *words; words++)
		strv_add(&argv, *words);
	if (argv.count == 1)
		strv_add(&argv, "-ef");
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return fail_errno("list processes: pipe");
	out = pipe_fds[0];
	in = pipe_fds[1];
	spawn.argv = strv_array(&argv);
	spawn.stdio[1] = in;
	r = process_spawn(&spawn, &ps);
	if (r < 0)
		return r;
	close(take_fd(&in));
	for (;;) {
		ssize_t n;

		buf_reserve(ret, 65536);
		n = fd_read_full(out, ret->data + ret->len, 65536);
		if (n <= 0 || ret->len > OUTPUT_MAX)
			break;
		ret->len += (size_t)n;
		ret->data[ret->len] = '\0';
	}
	r = process_wait(&ps, &status);
	if (r == 0 && status != 0)
		r = fail(-EIO, "list processes: ps ended with code %d", status);
	return r;
}

/* The @index-th word of a line, as a pid; 0 when it is none. */
static uint32_t word_as_pid(const char *line, size_t index)
{
	uint32_t pid = 0;

	for (size_t i = 0;; i++) {
		size_t len;

		line += strspn(line, " \t");
		len = strcspn(line, " \t\n");
		if (len == 0)
			return 0;
		if (i == index) {
			autofree char *word = xstrndup(line, len);

			return number_u32(word, &pid) < 0 ? 0 : pid;
		}
		line += len;
	}
}

static int pid_column(const char *heading)
{
	autostrv words = { 0 };
	int column = 0;

	strv_split(&words, heading, ' ');
	for (size_t i = 0; i < words.count; i++) {
		if (!*words.items[i])
			continue;
		if (strcmp(words.items[i], "PID") == 0)
			return column;
		column++;
	}
	return fail(-EINVAL, "couldn't find PID field in ps output");
}

static int print_table(char *const *words, const pid_t *pids, size_t count)
{
	autobuf text = BUF_INIT;
	autostrv lines = { 0 };
	int column, r = run_ps(words, &text);

	if (r < 0)
		return r;
	strv_split(&lines, text.data, '\n');
	column = pid_column(lines.items[0]);
	if (column < 0)
		return column;
	puts(lines.items[0]);
	for (size_t i = 1; i < lines.count; i++) {
		uint32_t pid = word_as_pid(lines.items[i], (size_t)column);

		for (size_t k = 0; pid && k < count; k++)
			if (pids[k] == (pid_t)pid)
				puts(lines.items[i]);
	}
	return 0;
}

static void print_json(const pid_t *pids, size_t count)
{
	putchar('[');
	for (size_t i = 0; i < count; i++)
		printf("%s%d", i ? "," : "", pids[i]);
	puts("]");
}

static int run(const struct oci *oci, char *const *args, void *data)
{
	autocall(state_file_release) struct state_file state = { 0 };
	const struct ps_flags *flags = data;
	bool json = flags->format && strcmp(flags->format, "json") == 0;
	autofree pid_t *pids = NULL;
	struct cgroup *cgroup = NULL;
	autofd int dir = -1;
	size_t count = 0;
	int r = state_file_read(oci->root_fd, args[0], &state, &dir);

	if (r == 0 && flags->format && !json && strcmp(flags->format, "table") != 0)
		r = fail(-EINVAL, "invalid format option: %s", flags->format);
	if (r == 0)
		r = state_file_cgroup(&state, &cgroup);
	if (r == 0 && cgroup)
		r = cgroup_pids(cgroup, &pids, &count);
	cgroup_free(&cgroup);
	if (r == 0 && json)
		print_json(pids, count);
	else if (r == 0)
		r = print_table(args + 1, pids, count);
	return r;
}

const struct oci_command oci_ps = {
	.name = "ps",
	.usage = "[command options] <container-id> [ps options]",
	.summary = "ps displays the processes running inside a container",
	.options = options,
	.options_size = sizeof(struct ps_flags),
	.min_args = 1,
	.max_args = 0xffff,
	.root = OCI_ROOT_OPEN,
	.interspersed = false,
	.run = run,
};
