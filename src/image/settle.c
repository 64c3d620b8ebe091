/* SPDX-License-Identifier: Apache-2.0 */
#include "image/settle.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/number.h"
#include "image/layer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TITLE     "hoy: syncing layers"
#define ARG_START 48 /* fields of /proc/PID/stat, counted from 1 */
#define ARG_END   49

/* What ps shows: it is not the command that was typed any more. */
static void set_title(void)
{
	autobuf stat = BUF_INIT;
	autostrv fields = { 0 };
	const char *behind_name;
	uint64_t start, end;

	if (file_read(AT_FDCWD, "/proc/self/stat", 8192, &stat) < 0 || !(behind_name = strrchr(stat.data, ')')) || !behind_name[1])
		return;
	strv_split(&fields, behind_name + 2, ' ');
	if (fields.count < ARG_END - 2 || number_u64(fields.items[ARG_START - 3], &start) < 0 ||
	    number_u64(fields.items[ARG_END - 3], &end) < 0 || end <= start)
		return;
	memset((void *)(uintptr_t)start, 0, end - start);
	strncpy((char *)(uintptr_t)start, TITLE, end - start - 1);
}

static _Noreturn void run(const struct store *s, const struct strv *chains, int report)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC), keep[] = { s->fd, report };

	/* the caller's terminal and pipes must not wait for the disk, and no lock may */
	for (int fd = 0; fd < 3; fd++)
		(void)dup2(null, fd);
	(void)fd_close_from(3, keep, 2);
	(void)setsid();
	set_title();
	if (syncfs(s->fd) == 0)
		for (size_t i = 0; i < chains->count; i++)
			layer_settle(s, chains->items[i]);
	_exit(0);
}

/* Without a process (no more allowed, say) the layers stay unsettled, which is no harm in this boot. */
static void start(const struct store *s, struct settle *t)
{
	int pipe_fds[2], status;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		/* twice, so that init reaps it */
		if (fork() == 0)
			run(s, &t->waiting, pipe_fds[1]);
		_exit(0);
	}
	close(pipe_fds[1]);
	if (pid < 0) {
		close(pipe_fds[0]);
		return;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	t->running = pipe_fds[0];
	strv_release(&t->waiting);
}

void settle_add(const struct store *s, struct settle *t, const char *chain)
{
	strv_add(&t->waiting, chain);
	if (t->running < 0)
		start(s, t);
}

void settle_next(const struct store *s, struct settle *t)
{
	cleanup_fd(&t->running);
	t->running = -1;
	if (t->waiting.count)
		start(s, t);
}

void settle_end(const struct store *s, struct settle *t)
{
	int64_t end = clock_monotonic() + SETTLE_PATIENCE_MS * INT64_C(1000000);

	while (t->running >= 0) {
		struct pollfd p = { .fd = t->running };
		int64_t left = (end - clock_monotonic()) / 1000000;
		int n = poll(&p, 1, left < 0 ? 0 : (int)left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		settle_next(s, t);
	}
	/* one that still runs was not told of these */
	if (t->waiting.count) {
		cleanup_fd(&t->running);
		start(s, t);
	}
	cleanup_fd(&t->running);
	strv_release(&t->waiting);
	*t = SETTLE_NONE;
}
