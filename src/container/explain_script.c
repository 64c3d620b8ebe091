/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --explain=script: the container is built for real, up to the point where its command would execute, in a place of its own;
 * every step reports itself as one record "H|N|C|X<TAB>command<TAB># why" (kernel/step.h). Arranged they are a script: the
 * host's part, what a process does to enter the container (in files of the script's directory, for a shell cannot clone),
 * and the cleaning up in a trap.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/memory.h"
#include "container/container.h"
#include "container/create.h"
#include "container/explain_volume.h"
#include "container/join.h"
#include "container/message.h"
#include "container/volume_device.h"
#include "kernel/step.h"
#include "runtime/pidfd.h"
#include "runtime/runtime.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define RECORDS_MAX (8 << 20)
#define FILE_MAX    (1 << 20)

/* The script in the making. */
struct script {
	const struct container *container;
	struct buf host, network, enter, inside, cleanup;
	unsigned int parts;  /* files of the inside after the first */
	struct strv volumes; /* explain_volume.h */
};

static void script_release(struct script *s)
{
	buf_release(&s->host);
	buf_release(&s->network);
	buf_release(&s->enter);
	buf_release(&s->inside);
	buf_release(&s->cleanup);
	strv_release(&s->volumes);
}

/* Adds @line with the place it was built in as $DIR and its id as $ID, where a shell replaces them: not in single quotes. */
static void add_words(struct buf *out, const struct script *s, const char *line)
{
	const struct container *c = s->container;
	size_t path = strlen(c->path), id = strlen(c->id), len, n;
	bool quoted = false;

	while (*line) {
		quoted ^= *line == '\'';
		if (!quoted && strncmp(line, c->path, path) == 0) {
			buf_add_str(out, "${DIR}");
			line += path;
		} else if (!quoted && (len = explain_volume_at(&s->volumes, line, &n))) {
			buf_add_format(out, "${DIR}/volumes/%zu", n);
			line += len;
		} else if (!quoted && strncmp(line, c->id, id) == 0) {
			buf_add_str(out, "${ID}");
			line += id;
		} else {
			buf_add_char(out, *line++);
		}
	}
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && strcmp(text + len - n, end) == 0;
}

/* "echo 4711 > …/cgroup.procs": the process that enters is another one when the script runs. */
static bool is_entering(const char *command)
{
	return strncmp(command, "echo ", 5) == 0 && isdigit((unsigned char)command[5]) && ends_with(command, "/cgroup.procs");
}

static void add_line(struct buf *out, const struct script *s, const char *command, const char *why)
{
	add_words(out, s, command);
	if (why && *why)
		buf_add_format(out, "  %s", why);
	buf_add_char(out, '\n');
}

static void add_host(struct script *s, const char *command, const char *why)
{
	if (strncmp(command, "unshare ", 8) == 0) {
		autofree char *full = xasprintf("exec %s sh ${DIR}/inside.sh", command);

		add_line(&s->enter, s, full, why);
	} else if (is_entering(command)) {
		autobuf whole = BUF_INIT;
		autofree char *line = xasprintf("echo $$%s", command + 5 + strspn(command + 5, "0123456789"));

		/* in front of the unshare line: whoever is in the cgroup takes its children with it */
		add_line(&whole, s, line, why);
		buf_add_str(&whole, s->enter.data);
		buf_clear(&s->enter);
		buf_add_str(&s->enter, whole.data);
	} else {
		add_line(&s->host, s, command, why);
	}
}

/*
 * Two steps of init are said, not done: behind pivot_root the host's programs would be out of the shell's reach, so the root
 * and the working directory are entered with the command itself (runtime/program.c).
 */
static bool is_left_to_exec(const char *command, const char *why)
{
	return strstr(command, " pivot_root ") || (why && strcmp(why, "# process.cwd") == 0);
}

static void add_inside(struct script *s, const char *command, const char *why)
{
	autofree char *changed = NULL;

	if (is_left_to_exec(command, why)) {
		changed = xasprintf("# below: %s", command);
	} else if (strncmp(command, "unshare ", 8) == 0) {
		/* a shell cannot change its own namespaces: unshare goes on with the rest, in a file of its own */
		changed = xasprintf("exec %s sh \"${DIR}/inside.%u.sh\"", command, ++s->parts);
		add_line(&s->inside, s, changed, why);
		buf_add_format(&s->inside, "END_OF_INSIDE\ncat >\"${DIR}/inside.%u.sh\" <<'END_OF_INSIDE'\nset -eu\n", s->parts);
		return;
	}
	explain_volume_fill(s->container, &s->volumes, command, &s->inside);
	add_line(&s->inside, s, changed ? changed : command, why);
}

/* One record; its parts are cut in place. What the command executes may have newlines and tabs in it. */
static void add_record(struct script *s, char *record)
{
	char *command = record + 2, *why = NULL;

	for (char *p = command; (p = strstr(p, "\t# ")); p++)
		why = p;
	if (why)
		*why++ = '\0';
	switch (record[0]) {
	case 'H':
		add_host(s, command, why);
		break;
	case 'N':
		add_line(&s->network, s, command, why);
		break;
	case 'C':
		add_inside(s, command, why);
		break;
	case 'X':
		/* a cable that is cut here is gone by then: with the network namespace */
		if (strncmp(command, "ip link set veth", 16) != 0)
			add_line(&s->cleanup, s, command, why);
		break;
	default:
		break;
	}
}

/* A file that the container mounts, as a here document. */
static int print_file(const struct container *c, const char *name)
{
	autobuf text = BUF_INIT;
	int r = file_read(c->dir, name, FILE_MAX, &text);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	printf("cat >${DIR}/%s <<'END_OF_FILE'\n%s%sEND_OF_FILE\n", name, text.data,
	       text.len && text.data[text.len - 1] != '\n' ? "\n" : "");
	return 0;
}

/*
 * The network is made from outside while the first process waits in its namespaces. The networks' own bridges and rules are
 * there: hoy made them, and they stay.
 */
static void print_network(const struct script *s)
{
	printf("# the network, from outside: the process waits in its namespaces meanwhile\n"
	       "mkfifo ${DIR}/go\n"
	       "exec 9<&0\n"
	       "sh ${DIR}/enter.sh <&9 &\n"
	       "PID=$!\n"
	       "exec 9<&-\n"
	       "while kill -0 $PID && [ \"$(readlink /proc/$PID/ns/net)\" = \"$(readlink /proc/self/ns/net)\" ]; do sleep 0.02; done\n"
	       "%s"
	       "echo go >${DIR}/go\n"
	       "wait $PID || status=$?\n"
	       "exit $status\n",
	       s->network.data);
}

static int print_script(const struct script *s, const char *image)
{
	static const char *const files[] = { "hosts", "hostname", "resolv.conf" };
	const struct container *c = s->container;
	autobuf volumes = BUF_INIT;
	struct stat st;
	int r = 0;

	if (fstatat(c->dir, "upper", &st, 0) < 0)
		return fail_errno("look at the upper directory");
	printf("#!/bin/sh\n"
	       "# The container that hoy makes of %s, by hand: run it as root. It uses the image's layers where hoy keeps them.\n"
	       "# What has no shell equivalent stands in it as a remark.\n"
	       "set -eu\n"
	       "ID=%s\n"
	       "DIR=$(mktemp -d)\n"
	       "ROOT=${DIR}/rootfs\n"
	       "export ID DIR ROOT\n\n"
	       "cleanup() {\n"
	       "set +e\n"
	       "%s"
	       "rm -rf ${DIR}\n"
	       "}\n"
	       "trap cleanup EXIT\n\n"
	       "# the directories of the container, and the files that are its own\n"
	       "mkdir -m %04o ${DIR}/upper && chown %u:%u ${DIR}/upper\n"
	       "mkdir ${DIR}/work ${DIR}/rootfs\n",
	       image, c->id, s->cleanup.data, st.st_mode & 07777, st.st_uid, st.st_gid);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(files); i++)
		r = print_file(c, files[i]);
	if (r < 0)
		return r;
	explain_volumes_make(&s->volumes, &volumes);
	printf("%s\n# outside: before the namespaces exist\n%s\n"
	       "# inside: what the first process does in its new namespaces\n"
	       "cat >${DIR}/inside.sh <<'END_OF_INSIDE'\nset -eu\n%s%sEND_OF_INSIDE\n\n"
	       "# a process of its own goes in, so that this one can clean up\n"
	       "cat >${DIR}/enter.sh <<'END_OF_ENTER'\nset -eu\n"
	       "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-  # no descriptor of the caller's goes in\n"
	       "%sEND_OF_ENTER\n\n"
	       "status=0\n"
	       "%s",
	       volumes.data, s->host.data, s->network.len ? "read -r go <${DIR}/go\n" : "", s->inside.data, s->enter.data,
	       s->network.len ? "" : "sh ${DIR}/enter.sh || status=$?\nexit $status\n");
	if (s->network.len)
		print_network(s);
	return fflush(stdout) == 0 ? 0 : fail_errno("write the script");
}

static int join_networks(struct container *c, const struct runtime_container *runtime, struct networks_held *held)
{
	struct networks_container joining = {
		.home = c->home, .id = c->id, .name = c->name, .hostname = c->hostname, .dir = c->dir, .lock = c->lock
	};
	autofd int netns = -1;
	int r;

	if (c->networks.mode != NETWORKS_OWN)
		return 0;
	netns = pidfd_namespace(runtime->pidfd, SPEC_NS_NETWORK);
	if (netns < 0)
		return netns;
	joining.netns = netns;
	step_set_side(STEP_NETWORK);
	r = networks_join(&joining, &c->networks, held);
	step_set_side(STEP_HOST);
	return r;
}

/* The child: builds the container and takes it down again, each step a record in the pipe @records. */
static _Noreturn void build(struct container *c, int records, int control)
{
	struct runtime_create create = { .id = c->id,
					 .spec = &c->spec,
					 .stdio = { -1, -1, -1 },
					 .console_socket = -1,
					 .start_socket = -1,
					 .die_with_parent = true,
					 .script_only = true };
	struct runtime_container runtime = RUNTIME_CONTAINER_NONE;
	struct message last = { .kind = MESSAGE_EXITED };
	struct networks_container leaving = { .home = c->home, .id = c->id, .dir = c->dir, .lock = c->lock };
	struct networks_held held = { 0 };
	struct join join = { 0 };
	int r = join_open(c->home, &c->spec, &join), status;

	if (r == 0)
		r = networks_prepare(c->home, &c->networks);
	step_explain(EXPLAIN_SCRIPT, records);
	if (r == 0)
		r = volume_devices_open(c, &join);
	create.given = join_given(&join);
	if (r == 0)
		r = runtime_create(&create, &runtime);
	if (r == 0)
		r = join_networks(c, &runtime, &held);
	if (r == 0)
		r = runtime_start(&runtime);
	if (r < 0) {
		last.kind = MESSAGE_FAILED;
		error_pack(r, &last.error);
	} else {
		(void)waitpid(runtime.pid, &status, 0);
	}
	step_set_side(STEP_CLEANUP);
	(void)runtime_delete(&runtime);
	volume_devices_end(c);
	networks_leave(&leaving, &c->networks, &held);
	(void)message_send(control, &last, NULL, 0);
	_exit(0);
}

/* Forks the builder and reads all it says. */
static int collect(struct container *c, struct buf *records)
{
	autofd int out = -1, in = -1, ours = -1, theirs = -1;
	int pipes[2], sockets[2], r;
	struct message last;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0)
		return fail_errno("create a pipe");
	out = pipes[0];
	in = pipes[1];
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
		return fail_errno("create a pair of sockets");
	ours = sockets[0];
	theirs = sockets[1];
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		return fail_errno("fork");
	if (pid == 0)
		build(c, in, theirs);
	close(take_fd(&in));
	close(take_fd(&theirs));
	r = file_read_fd(out, "the steps", RECORDS_MAX, records);
	if (r < 0)
		close(take_fd(&out)); /* the builder must not wait for us while we wait for it */
	(void)waitpid(pid, NULL, 0);
	if (r < 0)
		return r;
	if (message_receive(ours, &last, NULL, 0) != 1)
		return fail(-ECONNRESET, "the process that builds it ended without a word");
	return last.kind == MESSAGE_FAILED ? error_unpack(&last.error) : 0;
}

static bool begins_record(const char *text)
{
	return *text && strchr("HNCX", *text) && text[1] == '\t';
}

/* Where the next record begins: at the head of a line; other lines belong to a command with newlines in it. */
static char *next_record(char *record)
{
	char *end = record;

	do {
		end += strcspn(end, "\n");
		end += *end == '\n';
	} while (*end && !begins_record(end));
	return end;
}

static int make_script(struct container *c, const char *image)
{
	autocall(script_release) struct script s = { c, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT, 0, { 0 } };
	autobuf records = BUF_INIT;
	char *record, *next;
	int r = collect(c, &records);

	if (r < 0)
		return r;
	explain_volumes(c, &s.volumes);
	for (record = records.data; *record; record = next) {
		next = next_record(record);
		if (next > record && next[-1] == '\n')
			next[-1] = '\0';
		if (begins_record(record))
			add_record(&s, record);
	}
	return print_script(&s, image);
}

int container_explain_script(const struct home *home, const struct run_options *o, const struct image *image)
{
	autocall(container_release) struct container c = CONTAINER_NONE;
	int r = container_create(home, o, image, &c);

	if (r < 0)
		return r;
	r = make_script(&c, o->image);
	if (r < 0) {
		struct error_record why;

		error_pack(r, &why);
		container_destroy(&c, false);
		return error_unpack(&why);
	}
	container_destroy(&c, true);
	return 0;
}
