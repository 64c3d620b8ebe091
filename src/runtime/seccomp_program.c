/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/seccomp.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/process.h"
#include "kernel/seccomp.h"
#include "runtime/seccomp_cache.h"
#include "runtime/seccomp_compile.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The fields of *@seccomp: its own, or those that its text has, in @read, which the caller releases. */
static int look_into(const struct spec_seccomp **seccomp, struct spec_seccomp *read)
{
	int r = (*seccomp)->text ? spec_read_seccomp((*seccomp)->text, read) : 0;

	if (r == 0 && (*seccomp)->text)
		*seccomp = read;
	return r;
}

int seccomp_program_load(const struct spec_seccomp *seccomp, const char *cache_dir, struct seccomp_program *ret)
{
	autocall(spec_seccomp_release) struct spec_seccomp read = { 0 };
	char key[SECCOMP_KEY_MAX];
	int r;

	*ret = (struct seccomp_program){ 0 };
	if (!seccomp->set)
		return 0;
	if (cache_dir) {
		seccomp_cache_key(seccomp, key);
		if (seccomp_cache_read(cache_dir, key, ret) == 0)
			return 0;
	}
	r = look_into(&seccomp, &read);
	if (r == 0)
		r = seccomp_compile(seccomp, ret);
	if (r == 0 && cache_dir)
		seccomp_cache_write(cache_dir, key, ret);
	return r;
}

char *seccomp_program_cache(void)
{
	const char *dir = process_runtime_dir();

	return dir || geteuid() == 0 ? xasprintf("%s/hoy/seccomp", dir ? dir : "/run") : NULL;
}

void seccomp_program_release(struct seccomp_program *program)
{
	free(program->filter);
	*program = (struct seccomp_program){ 0 };
}

bool seccomp_program_notifies(const struct seccomp_program *program)
{
	return program->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;
}

int seccomp_program_apply(const struct seccomp_program *program, int *ret_listener)
{
	int r;

	*ret_listener = -1;
	if (program->count == 0)
		return 0;
	r = sys_seccomp("from here on only these system calls", program->filter, program->count, program->flags);
	if (r < 0)
		return r;
	if (seccomp_program_notifies(program))
		*ret_listener = r;
	return 0;
}

/* The "container process state" of config-linux.md, "Seccomp notify". */
static void write_process_state(const struct spec_seccomp *seccomp, const char *oci_version, pid_t pid, const char *state,
				struct buf *out)
{
	struct json_writer w;

	json_writer_init(&w, out, false);
	json_begin_object(&w, NULL);
	json_put_str(&w, "ociVersion", oci_version);
	json_begin_array(&w, "fds");
	json_put_str(&w, NULL, "seccompFd");
	json_end_array(&w);
	json_put_i64(&w, "pid", pid);
	json_put_str(&w, "metadata", seccomp->listener_metadata ? seccomp->listener_metadata : "");
	json_put_raw(&w, "state", state);
	json_end_object(&w);
}

int seccomp_send_listener(const struct spec_seccomp *seccomp, const char *oci_version, pid_t pid, const char *state, int listener)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autocall(spec_seccomp_release) struct spec_seccomp read = { 0 };
	autobuf text = BUF_INIT;
	autofd int fd = -1;
	int r = look_into(&seccomp, &read);

	if (r < 0)
		return r;
	if (!seccomp->listener_path)
		return fail(-EINVAL, "linux.seccomp.listenerPath: SCMP_ACT_NOTIFY needs it");
	if (strlen(seccomp->listener_path) >= sizeof address.sun_path)
		return fail(-ENAMETOOLONG, "linux.seccomp.listenerPath: it is longer than a socket's name can be");
	strcpy(address.sun_path, seccomp->listener_path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof address) < 0)
		return fail_errno("failed to connect with seccomp agent specified in the seccomp profile: %s",
				  seccomp->listener_path);
	write_process_state(seccomp, oci_version, pid, state, &text);
	r = fd_send(fd, text.data, text.len, &listener, 1);
	return r < 0 ? fail_code(r, "send the seccomp listener to %s", seccomp->listener_path) : 0;
}
