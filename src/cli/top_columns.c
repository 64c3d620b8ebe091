/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/top_columns.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/zone.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define FILE_MAX (1 << 20)
#define DAY      86400

static char *read_whole(const char *path)
{
	autobuf text = BUF_INIT;

	if (file_read(AT_FDCWD, path, FILE_MAX, &text) < 0)
		error_clear();
	return buf_take(&text);
}

void top_machine_read(struct top_machine *ret)
{
	struct sysinfo info = { 0 };

	(void)sysinfo(&info);
	ret->ticks = (double)sysconf(_SC_CLK_TCK);
	ret->uptime = (double)info.uptime;
	ret->boot = clock_now() / 1000000000 - info.uptime;
	ret->memory = (uint64_t)info.totalram * info.mem_unit;
	ret->users = read_whole("/etc/passwd");
	ret->groups = read_whole("/etc/group");
}

void top_machine_release(struct top_machine *m)
{
	free(m->users);
	free(m->groups);
}

/* NAME:x:ID:… of the host's own file, or the number: nothing of the container's is looked up. */
static void add_owner(const char *file, uint32_t id, struct buf *out)
{
	char number[16];
	size_t len = (size_t)snprintf(number, sizeof number, "%" PRIu32, id);

	for (const char *line = file; line && *line; line = strchr(line, '\n'), line += line ? 1 : 0) {
		const char *first = strpbrk(line, ":\n"), *second = first && *first == ':' ? strpbrk(first + 1, ":\n") : NULL;

		if (second && *second == ':' && strncmp(second + 1, number, len) == 0 && second[1 + len] == ':') {
			buf_add(out, line, (size_t)(first - line));
			return;
		}
	}
	buf_add_str(out, number);
}

static int64_t seconds_used(const struct proc *p, const struct top_machine *m)
{
	return (int64_t)((double)(p->user_ticks + p->system_ticks) / m->ticks);
}

static double seconds_old(const struct proc *p, const struct top_machine *m)
{
	double age = m->uptime - (double)p->start / m->ticks;

	return age > 0 ? age : 0;
}

static double percent_used(const struct proc *p, const struct top_machine *m)
{
	double age = seconds_old(p, m);

	return age > 0 ? (double)(p->user_ticks + p->system_ticks) / m->ticks * 100 / age : 0;
}

#define NUMBER(name, format, value)                                                                \
	static void add_##name(const struct proc *p, const struct top_machine *m, struct buf *out) \
	{                                                                                          \
		(void)m;                                                                           \
		buf_add_format(out, format, value);                                                \
	}
NUMBER(pid, "%d", (int)p->pid)
NUMBER(ppid, "%d", (int)p->ppid)
NUMBER(pgid, "%d", (int)p->pgid)
NUMBER(sid, "%d", (int)p->sid)
NUMBER(uid, "%" PRIu32, p->uid)
NUMBER(ruid, "%" PRIu32, p->real_uid)
NUMBER(gid, "%" PRIu32, p->gid)
NUMBER(state, "%c", p->state)
NUMBER(nice, "%" PRId64, p->nice)
NUMBER(priority, "%" PRId64, 39 - p->priority)
NUMBER(threads, "%" PRId64, p->threads)
NUMBER(size, "%" PRIu64, p->size / 1024)
NUMBER(resident, "%" PRIu64, p->resident / 1024)
NUMBER(name, "%s", p->name)
NUMBER(percent_cpu, "%.1f", percent_used(p, m))
NUMBER(share, "%d", (int)percent_used(p, m))
NUMBER(percent_memory, "%.1f", m->memory ? (double)p->resident * 100 / (double)m->memory : 0)

/* Its number in the container; a process of another container that shares nothing with it has none. */
static void add_inside(const struct proc *p, const struct top_machine *m, struct buf *out)
{
	if (m->level < p->levels)
		buf_add_format(out, "%d", (int)p->inside[m->level]);
	else
		buf_add_char(out, '-');
}

static void add_user(const struct proc *p, const struct top_machine *m, struct buf *out)
{
	add_owner(m->users, p->uid, out);
}

static void add_real_user(const struct proc *p, const struct top_machine *m, struct buf *out)
{
	add_owner(m->users, p->real_uid, out);
}

static void add_group(const struct proc *p, const struct top_machine *m, struct buf *out)
{
	add_owner(m->groups, p->gid, out);
}

static void add_stat(const struct proc *p, const struct top_machine *m, struct buf *out)
{
	(void)m;
	buf_add_char(out, p->state);
	if (p->nice)
		buf_add_char(out, p->nice < 0 ? '<' : 'N');
	if (p->sid == p->pid)
		buf_add_char(out, 's');
	if (p->threads > 1)
		buf_add_char(out, 'l');
	if (p->foreground == p->pgid && p->tty)
		buf_add_char(out, '+');
}

/* Majors 136 to 143 are pseudo terminals, 4 and 5 consoles and serial lines (devices.txt). */
static void add_tty(const struct proc *p, const struct top_machine *m, struct buf *out)
{
	unsigned int major_number = major((dev_t)p->tty), minor_number = minor((dev_t)p->tty);

	(void)m;
	if (p->tty == 0)
		buf_add_char(out, '?');
	else if (major_number >= 136 && major_number <= 143)
		buf_add_format(out, "pts/%u", minor_number + (major_number - 136) * 256);
	else if (major_number == 4)
		buf_add_format(out, minor_number < 64 ? "tty%u" : "ttyS%u", minor_number < 64 ? minor_number : minor_number - 64);
	else
		buf_add_format(out, "%u:%u", major_number, minor_number);
}

/* "10:42" of today, "Nov25" of another day. */
static void add_start(const struct proc *p, const struct top_machine *m, struct buf *out)
{
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int64_t start = m->boot + (int64_t)((double)p->start / m->ticks), now = clock_now() / 1000000000;
	int64_t then = start + zone_offset(start), in_day = then % DAY, days = then / DAY;
	int year, month, day;

	clock_date(days, &year, &month, &day);
	if (days == (now + zone_offset(now)) / DAY)
		buf_add_format(out, "%02d:%02d", (int)(in_day / 3600), (int)(in_day / 60 % 60));
	else
		buf_add_format(out, "%s%02d", months[month - 1], day);
}

static void add_time(const struct proc *p, const struct top_machine *m, struct buf *out)
{
	int64_t s = seconds_used(p, m);

	if (s >= DAY)
		buf_add_format(out, "%" PRId64 "-", s / DAY);
	buf_add_format(out, "%02d:%02d:%02d", (int)(s % DAY / 3600), (int)(s % 3600 / 60), (int)(s % 60));
}

/* As BSD's. */
static void add_short_time(const struct proc *p, const struct top_machine *m, struct buf *out)
{
	int64_t s = seconds_used(p, m);

	buf_add_format(out, "%" PRId64 ":%02d", s / 60, (int)(s % 60));
}

/* [[DD-]HH:]MM:SS */
static void add_age(const struct proc *p, const struct top_machine *m, struct buf *out)
{
	int64_t s = (int64_t)seconds_old(p, m);

	if (s >= DAY)
		buf_add_format(out, "%" PRId64 "-", s / DAY);
	if (s >= 3600)
		buf_add_format(out, "%02d:", (int)(s % DAY / 3600));
	buf_add_format(out, "%02d:%02d", (int)(s % 3600 / 60), (int)(s % 60));
}

static void add_age_seconds(const struct proc *p, const struct top_machine *m, struct buf *out)
{
	buf_add_format(out, "%" PRId64, (int64_t)seconds_old(p, m));
}

/* With its arguments; one that has none is shown by its name. */
static void add_command(const struct proc *p, const struct top_machine *m, struct buf *out)
{
	(void)m;
	if (p->arguments)
		buf_add_str(out, p->arguments);
	else
		buf_add_format(out, "[%s]", p->name);
}

static const struct top_column columns[] = {
	{ "pid tgid", "PID", add_pid },
	{ "cpid", "CPID", add_inside },
	{ "ppid", "PPID", add_ppid },
	{ "pgid pgrp", "PGID", add_pgid },
	{ "sid sess session", "SID", add_sid },
	{ "user euser uname", "USER", add_user },
	{ "ruser", "RUSER", add_real_user },
	{ "uid euid", "UID", add_uid },
	{ "ruid", "RUID", add_ruid },
	{ "group egroup", "GROUP", add_group },
	{ "gid egid", "GID", add_gid },
	{ "s state", "S", add_state },
	{ "stat", "STAT", add_stat },
	{ "c", "C", add_share },
	{ "%cpu pcpu", "%CPU", add_percent_cpu },
	{ "%mem pmem", "%MEM", add_percent_memory },
	{ "vsz vsize", "VSZ", add_size },
	{ "rss rssize rsz", "RSS", add_resident },
	{ "tty tt tname", "TTY", add_tty },
	{ "stime start_time start bsdstart", "STIME", add_start },
	{ "time cputime", "TIME", add_time },
	{ "bsdtime", "TIME", add_short_time },
	{ "etime", "ELAPSED", add_age },
	{ "etimes", "ELAPSED", add_age_seconds },
	{ "ni nice", "NI", add_nice },
	{ "pri", "PRI", add_priority },
	{ "nlwp thcount", "NLWP", add_threads },
	{ "comm ucmd ucomm", "COMMAND", add_name },
	{ "args cmd command", "CMD", add_command },
};

const struct top_column *top_column_find(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
		for (const char *word = columns[i].names; *word;) {
			size_t size = strcspn(word, " ");

			if (size == len && strncmp(word, name, len) == 0)
				return &columns[i];
			word += size + (word[size] == ' ');
		}
	return NULL;
}
