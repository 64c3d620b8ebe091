/* SPDX-License-Identifier: Apache-2.0 */
#include "container/volume_address.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/process.h"
#include "network/address.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define GETENT     "/usr/bin/getent"
#define ANSWER_MAX 4096
#define OPTION     "addr="
#define SERVER     "say the server's address: o=addr=192.0.2.1" /* the hint */

/* The first of IPv4, or else the first: a line each, of the address and more. As Docker chooses. */
static int choose(char *answer, struct address *ret)
{
	char *line;

	while ((line = strsep(&answer, "\n"))) {
		struct address a;

		line[strcspn(line, " \t")] = '\0';
		if (address_parse(line, &a) == 0 && (!ret->family || (ret->family == AF_INET6 && a.family == AF_INET)))
			*ret = a;
	}
	return ret->family ? 0 : -ENOENT;
}

static int ask(const char *name, struct address *ret)
{
	const char *const argv[] = { "getent", "ahosts", "--", name, NULL };
	struct process_spawn spawn = { .path = GETENT, .argv = (char *const *)argv, .stdio = { -1, -1, -1 } };
	autocall(process_end) struct process p = PROCESS_NONE;
	char answer[ANSWER_MAX];
	autofd int from = -1, to = -1;
	int pipe_fds[2], status, r;
	ssize_t len;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return fail_errno("make a pipe");
	from = pipe_fds[0];
	spawn.stdio[1] = to = pipe_fds[1];
	r = process_spawn(&spawn, &p);
	if (r < 0)
		return fail_hint(r, SERVER);
	close(take_fd(&to));
	len = fd_read_full(from, answer, sizeof answer - 1);
	if (len < 0)
		return fail_code((int)len, "read what " GETENT " says");
	answer[len] = '\0';
	r = process_wait(&p, &status);
	return r < 0 ? r : choose(answer, ret);
}

static int find_one(char **option)
{
	const char *name = *option + strlen(OPTION);
	struct address a = { 0 };
	char text[ADDRESS_TEXT_MAX];
	int r;

	if (!*name)
		return fail_hint(fail(-EINVAL, "the volume's option " OPTION " is empty"), SERVER);
	if (address_parse(name, &a) == 0)
		return 0;
	r = ask(name, &a);
	if (r == -ENOENT)
		return fail_hint(fail(r, "the volume's server %s is not known here", name), "getent ahosts %s says what is", name);
	if (r < 0)
		return r;
	free(*option);
	*option = xasprintf(OPTION "%s", address_text(&a, text));
	return 0;
}

/* mount(2) takes it from the type, the calls that hoy uses do not. */
static void say_version(struct spec_mount *m)
{
	if (strcmp(m->type, "nfs4") == 0 && !strv_env_get(&m->options, "vers") && !strv_env_get(&m->options, "nfsvers"))
		strv_add(&m->options, "vers=4");
}

int volume_address_find(struct spec *spec)
{
	int r = 0;

	for (size_t i = 0; i < spec->mounts.count; i++) {
		struct spec_mount *m = &spec->mounts.items[i];

		if (!m->type || (strncmp(m->type, "nfs", 3) != 0 && strcmp(m->type, "cifs") != 0))
			continue;
		say_version(m);
		for (size_t k = 0; r == 0 && k < m->options.count; k++)
			if (strncmp(m->options.items[k], OPTION, strlen(OPTION)) == 0)
				r = find_one(&m->options.items[k]);
	}
	return r;
}
