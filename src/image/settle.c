/* SPDX-License-Identifier: Apache-2.0 */
#include "image/settle.h"

#include "base/fd.h"
#include "base/file.h"
#include "base/number.h"
#include "image/collect.h"
#include "image/layer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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

static _Noreturn void run(const struct store *s, const struct strv *chains)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	uint64_t bytes;

	/* the caller's terminal and pipes must not wait for the disk, and no lock may */
	for (int fd = 0; fd < 3; fd++)
		(void)dup2(null, fd);
	(void)fd_close_from(3, &s->fd, 1);
	(void)setsid();
	/* an orderly shutdown syncs, too, and then the mark is right */
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	set_title();
	if (syncfs(s->fd) == 0)
		for (size_t i = 0; i < chains->count; i++)
			layer_settle(s, chains->items[i]);
	(void)image_collect(s, COLLECT_AGE, &bytes);
	_exit(0);
}

void settle_start(const struct store *s, const struct strv *chains)
{
	pid_t pid = chains->count ? fork() : -1;
	int status;

	if (pid == 0) {
		/* twice, so that init reaps it */
		if (fork() == 0)
			run(s, chains);
		_exit(0);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}
