/* SPDX-License-Identifier: Apache-2.0 */
#include "image/unpack.h"

#include "base/beneath.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/path.h"
#include "image/whiteout.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>

#define RESULT_MAX (16 * 1024 * 1024)

int unpack_spawn(char *const *argv, int stream, int target, int more, struct unpack *ret)
{
	autofree char *program = path_join(process_libexec(), "hoy-unpack");
	autofd int result = -1, result_child = -1, directory = -1;
	int pipe_fds[2], fds[4] = { stream, target, -1, more }, r;
	struct process_spawn spawn = {
		.path = program, .argv = argv, .stdio = { -1, -1, 2 }, .fds = fds, .fd_count = more < 0 ? 3 : 4
	};
	struct process process;

	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		return fail_errno("start the unpacker: pipe");
	result = pipe_fds[0];
	result_child = pipe_fds[1];
	directory = fcntl(target, F_DUPFD_CLOEXEC, 3);
	if (directory < 0)
		return fail_errno("start the unpacker: dup");
	fds[2] = result_child;
	r = process_spawn(&spawn, &process);
	if (r < 0)
		return r;
	*ret = (struct unpack){ .process = process, .result = take_fd(&result), .directory = take_fd(&directory) };
	return 0;
}

int unpack_start(const struct unpack_options *o, struct unpack *ret)
{
	autostrv argv = { 0 };

	strv_add(&argv, "hoy-unpack");
	strv_add(&argv, o->copy ? "copy" : "layer");
	if (!o->copy)
		strv_add_format(&argv, "%llu", (unsigned long long)(o->max_size ? o->max_size : UNPACK_SIZE_MAX));
	if (o->copy && o->plain)
		strv_add(&argv, "plain");
	if (o->copy && o->owned) {
		strv_add_format(&argv, "%u", o->uid);
		strv_add_format(&argv, "%u", o->gid);
	}
	return unpack_spawn(strv_array(&argv), o->stream, o->directory, -1, ret);
}

void unpack_result_release(struct unpack_result *r)
{
	free(r->changed);
	*r = (struct unpack_result){ 0 };
}

/* Reads what the program has to say, to its end. */
static int read_result(int fd, struct buf *ret)
{
	char chunk[16384];
	ssize_t n;

	while ((n = fd_read_full(fd, chunk, sizeof chunk)) > 0) {
		if (ret->len + (size_t)n > RESULT_MAX)
			return fail(-EBADMSG, "the unpacker has too much to say");
		buf_add(ret, chunk, (size_t)n);
	}
	return n < 0 ? fail_code((int)n, "read the unpacker's result") : 0;
}

static int copy_digest(struct json_object *o, const char *key, char ret[UNPACK_DIGEST_MAX])
{
	const char *text = "";
	int r = json_get_str(o, "unpacker", key, &text);

	/* an archive that is no layer has no sums */
	if (r <= 0)
		return r;
	if (strncmp(text, "sha256:", 7) != 0 || strlen(text) != UNPACK_DIGEST_MAX - 1 || strspn(text + 7, "0123456789abcdef") != 64)
		return fail(-EBADMSG, "the unpacker gave no %s", key);
	memcpy(ret, text, UNPACK_DIGEST_MAX);
	return 0;
}

static int take_error(struct json_object *o, const char *words)
{
	const char *hint = NULL;
	int64_t code = -EIO;
	int r = json_get_i64(o, "unpacker", "code", &code);

	if (r >= 0)
		r = json_get_str(o, "unpacker", "hint", &hint);
	if (r < 0)
		return r;
	if (code >= 0 || code < -4095)
		code = -EIO;
	fail((int)code, "%s", words);
	return hint ? fail_hint((int)code, "%s", hint) : (int)code;
}

static int parse_result(const struct buf *text, size_t line, struct unpack_result *ret)
{
	autojson struct json_object *o = NULL;
	struct unpack_result result = { 0 };
	const char *words = NULL, *changed = NULL;
	int r = json_parse(text->data, line, "the unpacker's result", &o);

	if (r == 0)
		r = json_get_str(o, "unpacker", "error", &words);
	if (r < 0)
		return r;
	if (words)
		return take_error(o, words);
	if ((r = copy_digest(o, "digest", result.digest)) < 0 || (r = copy_digest(o, "diff_id", result.diff_id)) < 0 ||
	    (r = json_get_u64(o, "unpacker", "compressed", &result.compressed)) < 0 ||
	    (r = json_get_u64(o, "unpacker", "size", &result.size)) < 0 ||
	    (r = json_get_u64(o, "unpacker", "entries", &result.entries)) < 0 ||
	    (r = json_get_u64(o, "unpacker", "left_out", &result.left_out)) < 0 ||
	    (r = json_get_str(o, "unpacker", "changed", &changed)) < 0)
		return r;
	result.changed = xstrdup(changed);
	*ret = result;
	return 0;
}

static int mark_opaque(int root, const char *path)
{
	autofd int fd = beneath_open(root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);

	/* it came, and a later entry of the layer took its place */
	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return 0;
	if (fd < 0)
		return fail_code(fd, "open %s", path);
	if (fsetxattr(fd, WHITEOUT_OPAQUE_XATTR, "y", 1, 0) < 0) {
		int r = fail_errno("mark %s as opaque", path);

		return r == -EOPNOTSUPP ? fail_hint(r, "the file system of hoy's data directory must know trusted.* attributes")
					: r;
	}
	return 0;
}

static int mark_all(int root, const char *paths, size_t len)
{
	while (len) {
		size_t n = strnlen(paths, len);
		int r;

		if (n == len)
			return fail(-EBADMSG, "the unpacker's result is cut short");
		r = mark_opaque(root, paths);
		if (r < 0)
			return r;
		paths += n + 1;
		len -= n + 1;
	}
	return 0;
}

static int died(int status)
{
	if (status == 128 + SIGSYS)
		return fail(-ECHILD, "the unpacker was stopped by its sandbox");
	if (status > 128)
		return fail(-ECHILD, "the unpacker died without a word (signal %d)", status - 128);
	return fail(-ECHILD, "the unpacker died without a word (exit code %d)", status);
}

int unpack_finish(struct unpack *u, struct unpack_result *ret)
{
	autobuf text = BUF_INIT;
	const char *line_end;
	int status, r, w;

	r = read_result(u->result, &text);
	if (r < 0) {
		unpack_abort(u);
		return r;
	}
	w = process_wait(&u->process, &status);
	line_end = memchr(text.data, '\n', text.len);
	if (w < 0)
		r = w;
	else if (!line_end)
		r = died(status);
	else
		r = parse_result(&text, (size_t)(line_end - text.data), ret);
	if (r == 0)
		r = mark_all(u->directory, line_end + 1, text.len - (size_t)(line_end + 1 - text.data));
	unpack_abort(u);
	return r;
}

void unpack_abort(struct unpack *u)
{
	process_end(&u->process);
	cleanup_fd(&u->result);
	cleanup_fd(&u->directory);
	*u = UNPACK_NONE;
}
