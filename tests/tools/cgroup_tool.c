/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container that is a cgroup and nothing else, for tests/run/35-cgroup.bats:
 *
 *	cgroup_tool run    PATH RESOURCES.json COMMAND…   make, run the command inside, report, kill, remove
 *	cgroup_tool start  PATH RESOURCES.json COMMAND…   make, run in the background, print the handle
 *	cgroup_tool enter  PATH RESOURCES.json COMMAND…   like run, but not born in its v2 cgroup
 *	cgroup_tool update|freeze|thaw|kill|remove|stats|pids HANDLE [RESOURCES.json]
 *
 * RESOURCES.json is linux.resources of the runtime spec; "-" is none.
 */
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "kernel/step.h"
#include "runtime/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int die(int r)
{
	log_failure(r);
	return r == -ENOENT ? 3 : 1;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int read_resources(const char *file, struct spec_resources *ret)
{
	autojson struct json_object *json = NULL;
	int r;

	if (strcmp(file, "-") == 0)
		return 0;
	r = json_read(AT_FDCWD, file, 1 << 20, &json);
	return r < 0 ? r : spec_parse_resources(json, ret);
}

static pid_t start(const struct cgroup *cgroup, const char *verb, char **command)
{
	bool apart = strcmp(verb, "enter") == 0;
	int fd = apart ? -1 : cgroup_clone_fd(cgroup), gate[2], r;
	struct clone_args args = { .exit_signal = SIGCHLD,
				   .flags = fd >= 0 ? CLONE_INTO_CGROUP : 0,
				   .cgroup = fd >= 0 ? (unsigned int)fd : 0 };
	char c;
	pid_t pid;

	if (pipe2(gate, O_CLOEXEC) < 0)
		return -errno;
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
	if (pid == 0) {
		close(gate[1]);
		r = cgroup_enter_self(cgroup, fd >= 0);
		if (r < 0)
			_exit(die(r));
		if (read(gate[0], &c, 1) < 0)
			_exit(126);
		/* who reads our output does not wait for it */
		for (int i = 0; strcmp(verb, "start") == 0 && i < 3; i++) {
			close(i);
			(void)open("/dev/null", O_RDWR);
		}
		execvp(command[0], command);
		_exit(127);
	}
	close(gate[1]);
	close(gate[0]);
	return pid;
}

static void print(const char *name, uint64_t value)
{
	if (value == UINT64_MAX)
		printf("%s=none\n", name);
	else
		printf("%s=%" PRIu64 "\n", name, value);
}

static int stats(struct cgroup *cgroup)
{
	struct cgroup_stats s;
	uint64_t kills = UINT64_MAX;
	int r = cgroup_stats(cgroup, &s);

	(void)cgroup_oom_kills(cgroup, &kills);
	print("memory_usage", s.memory_usage);
	print("memory_limit", s.memory_limit);
	print("memory_peak", s.memory_peak);
	print("oom_kills", kills);
	print("cpu_usage_ns", s.cpu_usage_ns);
	print("pids", s.pids);
	print("pids_limit", s.pids_limit);
	print("io_read_bytes", s.io_read_bytes);
	return r;
}

static int make(const char *verb, const char *path, const char *file, char **command)
{
	struct cgroup_options options = { .path = path, .id = "test" };
	struct spec_resources resources = { 0 };
	struct cgroup *cgroup = NULL;
	double began = now(), made, ran, ended;
	int status = 0, r = read_resources(file, &resources);
	pid_t pid;

	if (r == 0)
		r = cgroup_create(&options, &resources, &cgroup);
	spec_resources_release(&resources);
	if (r < 0)
		return die(r);
	made = now();
	pid = start(cgroup, verb, command);
	if (strcmp(verb, "start") == 0) {
		printf("%s\n", cgroup_path(cgroup));
		cgroup_free(&cgroup);
		return 0;
	}
	(void)waitpid(pid, &status, 0);
	ran = now();
	printf("status=%d\n", WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	stats(cgroup);
	ended = now();
	r = cgroup_kill(cgroup);
	if (r == 0)
		r = cgroup_remove(cgroup);
	cgroup_free(&cgroup);
	if (r < 0)
		return die(r);
	fprintf(stderr, "make %.0f us, run %.0f us, end %.0f us\n", made - began, ran - made, now() - ended);
	return 0;
}

static int on_existing(const char *verb, const char *handle, const char *file)
{
	struct spec_resources resources = { 0 };
	struct cgroup *cgroup = NULL;
	pid_t *pids = NULL;
	size_t count = 0;
	int r = cgroup_open(handle, &cgroup);

	if (r < 0)
		return die(r);
	if (strcmp(verb, "update") == 0) {
		r = read_resources(file, &resources);
		if (r == 0)
			r = cgroup_update(cgroup, &resources);
		spec_resources_release(&resources);
	} else if (strcmp(verb, "freeze") == 0 || strcmp(verb, "thaw") == 0) {
		r = cgroup_freeze(cgroup, *verb == 'f');
	} else if (strcmp(verb, "kill") == 0) {
		r = cgroup_kill(cgroup);
	} else if (strcmp(verb, "remove") == 0) {
		r = cgroup_remove(cgroup);
	} else if (strcmp(verb, "stats") == 0) {
		r = stats(cgroup);
	} else if (strcmp(verb, "pids") == 0) {
		r = cgroup_pids(cgroup, &pids, &count);
		for (size_t i = 0; r == 0 && i < count; i++)
			printf("%d\n", pids[i]);
		free(pids);
	} else {
		r = fail(-EINVAL, "there is no %s", verb);
	}
	cgroup_free(&cgroup);
	return r < 0 ? die(r) : 0;
}

int main(int argc, char **argv)
{
	log_setup("cgroup_tool", LOG_WARNING, LOG_PLAIN, -1);
	if (argc > 1 && strcmp(argv[1], "-x") == 0) {
		step_explain(EXPLAIN_LINES, fcntl(2, F_DUPFD_CLOEXEC, 10));
		argc--;
		argv++;
	}
	if (argc >= 5)
		return make(argv[1], argv[2], argv[3], argv + 4);
	if (argc >= 3)
		return on_existing(argv[1], argv[2], argc > 3 ? argv[3] : "-");
	fprintf(stderr, "cgroup_tool: see the head of its source\n");
	return 2;
}
