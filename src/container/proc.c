/* SPDX-License-Identifier: Apache-2.0 */
#include "container/proc.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define STAT_MAX      1024
#define STATUS_MAX    (1 << 20) /* with 65536 groups */
#define ARGUMENTS_MAX 32768     /* what is longer is cut: one process has megabytes of them, if it likes */

/* The numbers of /proc/PID/stat, by the fields' numbers in proc(5). */
enum {
	STAT_PPID = 4,
	STAT_PGRP,
	STAT_SESSION,
	STAT_TTY_NR,
	STAT_TPGID,
	STAT_UTIME = 14,
	STAT_STIME,
	STAT_PRIORITY = 18,
	STAT_NICE,
	STAT_NUM_THREADS,
	STAT_STARTTIME = 22,
	STAT_VSIZE,
	STAT_RSS,
};

void proc_release(struct proc *p)
{
	free(p->name);
	free(p->arguments);
	*p = (struct proc){ 0 };
}

/*
 * "PID (NAME) STATE PPID …": a name is of any bytes, ") R 1" among them; the numbers behind it have no parenthesis, so the last
 * one ends it. The numbers are those of proc(5).
 */
int proc_parse_stat(const char *text, struct proc *ret)
{
	const char *open = strchr(text, '('), *close = strrchr(text, ')');
	int64_t n[STAT_RSS + 1];
	char *end;

	if (!open || !close || close < open || close[1] != ' ' || !close[2])
		return -EINVAL;
	ret->pid = (pid_t)strtol(text, &end, 10);
	if (end == text)
		return -EINVAL;
	ret->state = close[2];
	text = close + 3;
	for (size_t i = STAT_PPID; i < ARRAY_SIZE(n); i++, text = end) {
		n[i] = strtoll(text, &end, 10);
		if (end == text)
			return -EINVAL;
	}
	ret->ppid = (pid_t)n[STAT_PPID];
	ret->pgid = (pid_t)n[STAT_PGRP];
	ret->sid = (pid_t)n[STAT_SESSION];
	ret->tty = (int)n[STAT_TTY_NR];
	ret->foreground = (pid_t)n[STAT_TPGID];
	ret->user_ticks = (uint64_t)n[STAT_UTIME];
	ret->system_ticks = (uint64_t)n[STAT_STIME];
	ret->priority = n[STAT_PRIORITY];
	ret->nice = n[STAT_NICE];
	ret->threads = n[STAT_NUM_THREADS];
	ret->start = (uint64_t)n[STAT_STARTTIME];
	ret->size = (uint64_t)n[STAT_VSIZE];
	ret->resident = (uint64_t)n[STAT_RSS] * (uint64_t)sysconf(_SC_PAGESIZE);
	free(ret->name);
	ret->name = xstrndup(open + 1, (size_t)(close - open - 1));
	return 0;
}

/* What stands behind "KEY:" at the beginning of a line; NULL when there is no such line. */
static const char *line_of(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n'), line += line ? 1 : 0)
		if (strncmp(line, key, len) == 0 && line[len] == ':')
			return line + len + 1;
	return NULL;
}

/* "Uid:	REAL	EFFECTIVE	…" */
static void read_ids(const char *line, uint32_t *ret_real, uint32_t *ret_effective)
{
	uint32_t *const ids[] = { ret_real, ret_effective };

	for (size_t i = 0; line && i < ARRAY_SIZE(ids); i++) {
		uint64_t id;

		line += strspn(line, "\t ");
		if (number_take(&line, 10, &id) < 0)
			return;
		*ids[i] = (uint32_t)id;
	}
}

/* The kernel writes the name in the first line with its line ends escaped, so no name can pass for another line. */
void proc_parse_status(const char *text, struct proc *ret)
{
	const char *uid = line_of(text, "Uid"), *gid = line_of(text, "Gid"), *inside = line_of(text, "NSpid");

	read_ids(uid, &ret->real_uid, &ret->uid);
	read_ids(gid, &ret->real_gid, &ret->gid);
	ret->levels = 0;
	while (inside && ret->levels < PROC_LEVELS_MAX) {
		char *end;
		long pid = strtol(inside, &end, 10);

		if (end == inside)
			break;
		ret->inside[ret->levels++] = (pid_t)pid;
		inside = *end == '\n' ? NULL : end;
	}
	if (ret->levels == 0) /* a kernel without namespaces of pids */
		ret->inside[ret->levels++] = ret->pid;
}

/* At most @max bytes of a file of the process. */
static int read_file(int dir, const char *name, size_t max, struct buf *ret)
{
	autofd int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = 1;

	buf_clear(ret);
	while (fd >= 0 && n > 0 && ret->len < max) {
		size_t room = max - ret->len < STAT_MAX ? max - ret->len : STAT_MAX;

		buf_reserve(ret, room);
		n = fd_read_full(fd, ret->data + ret->len, room);
		ret->len += n > 0 ? (size_t)n : 0;
		ret->data[ret->len] = '\0';
	}
	return fd < 0 || n < 0 || ret->len == 0 ? -ESRCH : 0;
}

static void read_arguments(int dir, struct proc *p)
{
	autobuf text = BUF_INIT;

	if (read_file(dir, "cmdline", ARGUMENTS_MAX, &text) < 0)
		return;
	while (text.len > 0 && text.data[text.len - 1] == '\0')
		text.len--;
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '\0')
			text.data[i] = ' ';
	if (text.len > 0)
		p->arguments = buf_take(&text);
}

int proc_read(pid_t pid, struct proc *ret)
{
	autocall(proc_release) struct proc p = { 0 };
	autobuf text = BUF_INIT;
	char path[32];
	autofd int dir = -1;

	snprintf(path, sizeof path, "/proc/%d", (int)pid);
	/* one directory is one process: none of another one that gets its number later is read */
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || read_file(dir, "stat", STAT_MAX, &text) < 0 || proc_parse_stat(text.data, &p) < 0 ||
	    read_file(dir, "status", STATUS_MAX, &text) < 0)
		return -ESRCH;
	proc_parse_status(text.data, &p);
	read_arguments(dir, &p);
	*ret = p;
	p = (struct proc){ 0 };
	return 0;
}
