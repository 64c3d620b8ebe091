/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/hooks.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/process.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SAID_MAX 1024 /* of a hook's stderr, for the error */

static const char *const kind_names[] = {
	[SPEC_HOOK_PRESTART] = "prestart",
	[SPEC_HOOK_CREATE_RUNTIME] = "createRuntime",
	[SPEC_HOOK_CREATE_CONTAINER] = "createContainer",
	[SPEC_HOOK_START_CONTAINER] = "startContainer",
	[SPEC_HOOK_POSTSTART] = "poststart",
	[SPEC_HOOK_POSTSTOP] = "poststop",
};
static_assert(ARRAY_SIZE(kind_names) == SPEC_HOOK_COUNT, "a hook without a name");

char *hooks_state(const struct spec *spec, const char *id, const char *status, pid_t pid, const char *bundle)
{
	autobuf text = BUF_INIT;
	struct json_writer w;

	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	json_put_str(&w, "ociVersion", spec->oci_version);
	json_put_str(&w, "id", id);
	json_put_str(&w, "status", status);
	json_put_i64(&w, "pid", pid);
	json_put_str(&w, "bundle", bundle);
	if (spec->annotations.count) {
		json_begin_object(&w, "annotations");
		for (size_t i = 0; i < spec->annotations.count; i++)
			json_put_str(&w, spec->annotations.items[i].key, spec->annotations.items[i].value);
		json_end_object(&w);
	}
	json_end_object(&w);
	return buf_take(&text);
}

/* A file in memory: a hook that never reads its stdin cannot block us, one that does sees its end. */
static int memory_file(const char *text, size_t len)
{
	autofd int fd = memfd_create("hook", MFD_CLOEXEC);

	if (fd < 0 || fd_write_full(fd, text, len) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return fail_errno("make a file in memory");
	return take_fd(&fd);
}

static int wait_until(struct process *p, const struct opt_i64 *timeout, int *ret_status)
{
	int64_t end = clock_monotonic() + (timeout->set ? timeout->value : 0) * 1000000000;

	while (timeout->set) {
		struct pollfd ended = { .fd = p->pidfd, .events = POLLIN };
		int64_t left = (end - clock_monotonic() + 999999) / 1000000;
		int n = poll(&ended, 1, left > INT_MAX ? INT_MAX : left < 0 ? 0 : (int)left);

		if (n > 0)
			break;
		if (n == 0 && left <= 0) {
			process_end(p);
			return fail(-ETIMEDOUT, "it did not end within %lld seconds", (long long)timeout->value);
		}
	}
	return process_wait(p, ret_status);
}

static int describe_failure(int status, int said)
{
	char text[SAID_MAX + 1];
	ssize_t n = pread(said, text, SAID_MAX, 0);

	n = n < 0 ? 0 : n;
	while (n > 0 && strchr("\n ", text[n - 1]))
		n--;
	text[n] = '\0';
	/* a shell's way to count, or the hook itself was killed */
	if (status > 128 && status <= 128 + 31) {
		const char *name = strsignal(status - 128);

		return fail(-EIO, "exit code %d (%c%s)%s%s", status, tolower((unsigned char)name[0]), name + 1, n ? ": " : "",
			    text);
	}
	return fail(-EIO, "exit code %d%s%s", status, n ? ": " : "", text);
}

static int go_to(void *path)
{
	return chdir(path) < 0 ? -errno : 0;
}

static int run_one(const struct spec_hook *hook, int state, const char *cwd)
{
	autofd int said = memory_file("", 0);
	struct process_spawn spawn = { .path = hook->path, .stdio = { state, -1, said }, .data = (void *)cwd };
	struct process p = PROCESS_NONE;
	autostrv argv = { 0 };
	int status = 0, r;

	if (said < 0)
		return said;
	if (hook->args.count)
		strv_add_all(&argv, &hook->args);
	else
		strv_add(&argv, hook->path);
	spawn.argv = strv_array(&argv);
	/* as runc: without an env it is that of who runs it */
	spawn.envp = hook->env.count ? strv_array(&hook->env) : environ;
	if (cwd)
		spawn.prepare = go_to;
	r = process_spawn(&spawn, &p);
	if (r == 0)
		r = wait_until(&p, &hook->timeout, &status);
	return r == 0 && status ? describe_failure(status, said) : r;
}

int hooks_run(const struct spec *spec, enum spec_hook_kind kind, const char *state, const char *cwd)
{
	const struct spec_hook_list *list = &spec->hooks[kind];

	for (size_t i = 0; i < list->count; i++) {
		autofd int in = memory_file(state, strlen(state));
		int r = in < 0 ? in : run_one(&list->items[i], in, cwd);

		if (r < 0)
			return fail_while(r, "error running %s hook #%zu: %s", kind_names[kind], i, list->items[i].path);
		log_debug("hook %s %s ended well", kind_names[kind], list->items[i].path);
	}
	return 0;
}
