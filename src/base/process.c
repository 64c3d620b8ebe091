/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FDS_MAX 16

/* Moves every descriptor out of the way of 0..@count, then puts each in its place. */
static int arrange_fds(const struct process_spawn *s, int report)
{
	int high[FDS_MAX];
	size_t count = 3 + s->fd_count;

	for (size_t i = 0; i < count; i++) {
		int fd = i < 3 ? s->stdio[i] : s->fds[i - 3];
		int opened = fd < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : fd;

		high[i] = fcntl(opened, F_DUPFD_CLOEXEC, FDS_MAX + 4);
		if (high[i] < 0)
			return -errno;
	}
	for (size_t i = 0; i < count; i++)
		if (dup2(high[i], (int)i) < 0)
			return -errno;
	return fd_close_from((unsigned int)count, &report, 1);
}

static int run_child(const struct process_spawn *s, int report, pid_t parent)
{
	static char *const no_environment[] = { NULL };
	sigset_t none;
	int r;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (int i = 1; i < 32; i++)
		(void)signal(i, SIG_DFL);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		return -ESRCH;
	r = arrange_fds(s, report);
	if (r == 0 && s->prepare)
		r = s->prepare(s->data);
	if (r < 0)
		return r;
	execve(s->path, s->argv, s->envp ? s->envp : no_environment);
	return -errno;
}

int process_spawn(const struct process_spawn *s, struct process *ret)
{
	autofd int report = -1, child_report = -1, high = -1;
	int pipe_fds[2], r, error;
	pid_t parent = getpid(), pid;

	if (s->fd_count + 3 > FDS_MAX)
		return fail(-EINVAL, "start %s: too many descriptors", s->path);
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return fail_errno("start %s: pipe", s->path);
	report = pipe_fds[0];
	child_report = pipe_fds[1];
	high = fcntl(child_report, F_DUPFD_CLOEXEC, FDS_MAX + 4);
	if (high < 0)
		return fail_errno("start %s: dup", s->path);
	pid = fork();
	if (pid < 0)
		return fail_errno("start %s: fork", s->path);
	if (pid == 0) {
		error = run_child(s, high, parent);
		(void)!write(high, &error, sizeof error);
		_exit(127);
	}
	close(take_fd(&child_report));
	close(take_fd(&high));
	ret->pid = pid;
	ret->pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	r = (int)fd_read_full(report, &error, sizeof error);
	if (r == sizeof error || ret->pidfd < 0) {
		if (ret->pidfd < 0)
			error = -errno;
		process_end(ret);
		return fail_code(error, "start %s", s->path);
	}
	return 0;
}

int process_exit_code(int wait_status)
{
	return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

int process_wait(struct process *p, int *ret_status)
{
	int status;
	pid_t r;

	do
		r = waitpid(p->pid, &status, 0);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return fail_errno("wait for process %d", p->pid);
	if (p->pidfd >= 0)
		close(p->pidfd);
	*p = PROCESS_NONE;
	*ret_status = process_exit_code(status);
	return 0;
}

void process_end(struct process *p)
{
	int saved = errno, status;

	if (p->pid > 0) {
		(void)kill(p->pid, SIGKILL);
		(void)process_wait(p, &status);
	}
	errno = saved;
}

int process_start_time(pid_t pid, uint64_t *ret)
{
	char path[64];
	autobuf stat = BUF_INIT;
	autostrv fields = { 0 };
	const char *behind_name;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	if (file_read(AT_FDCWD, path, 8192, &stat) < 0)
		return -ESRCH;
	/* the name may hold spaces and brackets: count from the last bracket */
	behind_name = strrchr(stat.data, ')');
	if (!behind_name || !behind_name[1])
		return -ESRCH;
	strv_split(&fields, behind_name + 2, ' ');
	if (fields.count < 20 || strchr("ZX", fields.items[0][0]) || number_u64(fields.items[19], ret) < 0)
		return -ESRCH;
	return 0;
}

bool process_is_rootless(void)
{
	const ino_t of_the_machine = 0xEFFFFFFD; /* USER_NS_INIT_INO of linux/nsfs.h, the same since Linux 3.8 */
	struct stat st;

	return geteuid() != 0 || (stat("/proc/self/ns/user", &st) == 0 && st.st_ino != of_the_machine);
}

const char *process_runtime_dir(void)
{
	const char *dir = getenv("XDG_RUNTIME_DIR"), *user = getenv("USER");

	if (!dir || *dir != '/' || (geteuid() == 0 && user && strcmp(user, "root") == 0))
		return NULL;
	return process_is_rootless() ? dir : NULL;
}

const char *process_libexec(void)
{
	static char found[PATH_MAX];
	const char *asked = secure_getenv("HOY_LIBEXEC");
	autofree char *dir = NULL, *beside = NULL;
	char self[PATH_MAX];
	ssize_t n;

	if (found[0])
		return found;
	if (asked && asked[0] == '/') {
		snprintf(found, sizeof found, "%s", asked);
		return found;
	}
	n = readlink("/proc/self/exe", self, sizeof self - 1);
	self[n < 0 ? 0 : n] = '\0';
	dir = path_parent(self);
	beside = path_join(dir, "hoy-unpack");
	/* in the build directory the helpers lie beside the program, installed they do not */
	snprintf(found, sizeof found, "%s", access(beside, X_OK) == 0 ? dir : HOY_LIBEXECDIR);
	return found;
}
