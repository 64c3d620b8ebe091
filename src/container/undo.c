/* SPDX-License-Identifier: Apache-2.0 */
#include "container/undo.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/strv.h"
#include "container/container.h"
#include "container/event.h"
#include "container/name.h"
#include "container/record.h"
#include "container/state.h"
#include "container/volume_use.h"
#include "network/connect.h"
#include "runtime/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define JOURNAL_MAX (64 << 10)
#define ID_DIGITS   64
#define WAIT_TURNS  400
#define WAIT_NS     5000000

static int open_directory(int dirfd, const char *name)
{
	return openat(dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static int begin(const struct home *home, const char *id, int flags)
{
	for (;;) {
		autofd int fd = -1;
		struct stat st;

		if (mkdirat(home->running, id, 0700) < 0 && errno != EEXIST)
			return fail_errno("create %s/containers/%s", home->runroot, id);
		fd = open_directory(home->running, id);
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0 || flock(fd, LOCK_EX | flags) < 0 || fstat(fd, &st) < 0)
			return fd >= 0 && errno == EWOULDBLOCK ? -EAGAIN : fail_errno("lock %s/containers/%s", home->runroot, id);
		if (st.st_nlink > 0)
			return take_fd(&fd);
		/* between our mkdir and our lock another command took the new directory for an abandoned one: again */
	}
}

int undo_begin(const struct home *home, const char *id)
{
	return begin(home, id, 0);
}

int undo_begin_now(const struct home *home, const char *id)
{
	return begin(home, id, LOCK_NB);
}

/* What a monitor that was killed in its end left is undone with the rest. */
static void add_left(int fd, struct buf *out)
{
	autobuf text = BUF_INIT;
	autostrv lines = { 0 };

	if (file_read(fd, "undo", JOURNAL_MAX, &text) < 0)
		error_clear();
	strv_split(&lines, text.data, '\n');
	for (size_t i = 0; i < lines.count; i++)
		if (strncmp(lines.items[i], "network ", 8) == 0 || strncmp(lines.items[i], "cgroup ", 7) == 0)
			buf_add_format(out, "%s\n", lines.items[i]);
}

int undo_write(int fd, const char *name, const char *cgroup, bool keep)
{
	autofd int journal = -1;
	autobuf text = BUF_INIT;
	int r;

	buf_add_format(&text, "name %s\ndirectory\n", name);
	add_left(fd, &text);
	journal = openat(fd, "undo", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	r = journal < 0 ? -errno : 0;
	if (cgroup)
		buf_add_format(&text, "cgroup %s\n", cgroup);
	if (keep)
		buf_add_str(&text, "keep\n");
	if (r == 0)
		r = fd_write_full(journal, text.data, text.len);
	return r < 0 ? fail_code(r, "write the undo journal") : 0;
}

static int add_line(int fd, const char *line)
{
	autofd int journal = openat(fd, "undo", O_WRONLY | O_APPEND | O_CLOEXEC);
	int r = journal < 0 ? -errno : fd_write_full(journal, line, strlen(line));

	return r < 0 ? fail_code(r, "write the undo journal") : 0;
}

int undo_note(int fd, const char *what, const char *name)
{
	autofree char *line = xasprintf("%s %s\n", what, name);

	return add_line(fd, line);
}

int undo_keep(int fd)
{
	return add_line(fd, "keep\n");
}

int undo_volumes(int fd)
{
	return add_line(fd, "volumes\n");
}

static int remove_cgroup(const char *path)
{
	struct cgroup_options options = { .path = path };
	struct cgroup *cgroup = NULL;
	int r = cgroup_find(&options, &cgroup);

	if (r == 0)
		r = cgroup_kill(cgroup);
	if (r == 0)
		r = cgroup_remove(cgroup);
	cgroup_free(&cgroup);
	return r == -ENOENT ? 0 : r;
}

/* The record of a container whose monitor is gone says what is true. */
static int mark_ended(const struct home *home, const char *id)
{
	autofd int dir = open_directory(home->containers, id);
	autocall(state_release) struct state s = { 0 };
	int r;

	if (dir < 0)
		return errno == ENOENT ? 0 : -errno;
	r = state_read(dir, &s);
	if (r < 0 || s.status == STATUS_CREATED || (s.status == STATUS_EXITED && !s.lost))
		return r;
	/* whatever it says: its monitor would hold the lock that we hold */
	if (!s.lost)
		state_lose(&s);
	s.finished = clock_now();
	return state_write(dir, &s);
}

static int remove_directory(const struct home *home, const char *id, bool volumes)
{
	volume_use_end(home, id, volumes);
	return dir_remove_tree(home->containers, id);
}

void undo_run(const struct home *home, const char *id, int fd, bool cgroup_gone)
{
	autobuf text = BUF_INIT;
	autostrv lines = { 0 };
	bool keep;
	int r = file_read(fd, "undo", JOURNAL_MAX, &text);

	if (r < 0 && r != -ENOENT) {
		log_warning("cannot clean up after container %.12s: %s", id, error_text(r));
		return;
	}
	strv_split(&lines, text.data, '\n');
	keep = strv_contains(&lines, "keep");
	r = 0;
	for (size_t i = lines.count; i > 0; i--) {
		const char *line = lines.items[i - 1];
		int one = 0;

		if (strncmp(line, "cgroup ", 7) == 0 && !cgroup_gone)
			one = remove_cgroup(line + 7);
		else if (strncmp(line, "network ", 8) == 0)
			one = connect_undo(&(struct network_home){ home->store->root, home->runroot }, line + 8, id);
		else if (strcmp(line, "directory") == 0)
			one = keep ? mark_ended(home, id) : remove_directory(home, id, strv_contains(&lines, "volumes"));
		else if (strncmp(line, "name ", 5) == 0 && !keep)
			name_release(home, line + 5, id);
		if (one < 0) {
			log_warning("cannot clean up after container %.12s: %s", id, error_text(one));
			r = one;
		}
	}
	if (r == 0)
		(void)dir_remove_tree(home->running, id);
}

int undo_try_lock(const struct home *home, const char *id)
{
	autofd int fd = open_directory(home->running, id);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EAGAIN : -errno;
	return fstat(fd, &st) == 0 && st.st_nlink > 0 ? take_fd(&fd) : -ENOENT;
}

void undo_wait(const struct home *home, const char *id)
{
	for (int i = 0; i < WAIT_TURNS; i++) {
		autofd int fd = undo_try_lock(home, id);

		if (fd != -EAGAIN)
			return;
		(void)nanosleep(&(struct timespec){ .tv_nsec = WAIT_NS }, NULL);
	}
}

/* For the journal of events: what its monitor could not say any more. */
static void tell(const struct home *home, const struct record *record, const char *action, const char *const *more)
{
	struct event e = { .type = "container",
			   .action = action,
			   .id = record->id,
			   .image = record->image,
			   .name = record->name,
			   .labels = &record->labels,
			   .more = more };

	event_add(home, &e);
}

static void recover(const struct home *home, const char *id, int lock)
{
	autofd int dir = open_directory(home->containers, id);
	autocall(record_release) struct record record = { 0 };
	autocall(state_release) struct state state = { 0 };
	bool was_whole = dir >= 0 && record_read(dir, &record) == 0 && state_read(dir, &state) == 0;
	char code[16];

	undo_run(home, id, lock, false);
	snprintf(code, sizeof code, "%d", STATE_EXIT_LOST);
	if (was_whole && state.lost)
		tell(home, &record, "die", (const char *const[]){ "exitCode", code, NULL });
	if (was_whole && faccessat(home->containers, id, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		tell(home, &record, "destroy", NULL);
}

static int recover_one(int dirfd, const char *name, void *data)
{
	const struct home *home = data;
	autofd int fd = -1;

	(void)dirfd;
	if (strlen(name) != ID_DIGITS)
		return 0;
	fd = undo_try_lock(home, name);
	if (fd >= 0)
		recover(home, name, fd);
	return 0;
}

void container_recover(const struct home *home)
{
	(void)dir_each(home->running, ".", recover_one, (void *)home);
}
