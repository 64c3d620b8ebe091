/* SPDX-License-Identifier: Apache-2.0 */
#include "image/transfer.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/process.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define PROGRAM "hoy-transfer"

struct transfer {
	struct process process;
	int socket;
	uint32_t last_id;
};

/* What the program may know of the user's environment. */
static const char *const passed[] = {
	"HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY",      "ALL_PROXY",    "http_proxy",  "https_proxy",
	"no_proxy",   "all_proxy",   "SSL_CERT_FILE", "SSL_CERT_DIR", "RES_OPTIONS", "LOCALDOMAIN",
};

void transfer_answer_release(struct transfer_answer *a)
{
	free(a->type);
	free(a->digest);
	free(a->link);
	free(a->message);
	free(a->error);
	free(a->hint);
	*a = (struct transfer_answer){ 0 };
}

static void fill_environment(struct strv *environment)
{
	for (size_t i = 0; i < ARRAY_SIZE(passed); i++) {
		const char *value = getenv(passed[i]);

		if (value && *value)
			strv_add_format(environment, "%s=%s", passed[i], value);
	}
}

int transfer_start(struct transfer **ret)
{
	autocall(transfer_free) struct transfer *t = xnew(struct transfer);
	autofree char *path = path_join(process_libexec(), PROGRAM);
	autostrv environment = { 0 };
	autofd int theirs = -1;
	char *argv[] = { (char *)PROGRAM, NULL };
	struct process_spawn spawn = { .path = path, .argv = argv, .stdio = { -1, -1, 2 } };
	int pair[2], r;

	t->process = PROCESS_NONE;
	t->socket = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return fail_errno("start " PROGRAM ": socketpair");
	t->socket = pair[0];
	theirs = pair[1];
	fill_environment(&environment);
	spawn.envp = (char *const *)strv_array(&environment);
	spawn.stdio[0] = spawn.stdio[1] = theirs;
	r = process_spawn(&spawn, &t->process);
	if (r < 0)
		return r;
	*ret = take(&t);
	return 0;
}

void transfer_free(struct transfer **t)
{
	if (!*t)
		return;
	process_end(&(*t)->process);
	cleanup_fd(&(*t)->socket);
	free(*t);
	*t = NULL;
}

int transfer_fd(const struct transfer *t)
{
	return t->socket;
}

static void put_filled(struct json_writer *w, const char *key, const char *value)
{
	if (value)
		json_put_str(w, key, value);
}

int transfer_send(struct transfer *t, const struct transfer_request *request, uint32_t *ret_id)
{
	autobuf text = BUF_INIT;
	struct json_writer w;
	int r;

	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	json_put_u64(&w, "id", ++t->last_id);
	json_put_str(&w, "url", request->url);
	put_filled(&w, "accept", request->accept);
	put_filled(&w, "scope", request->scope);
	put_filled(&w, "user", request->user);
	put_filled(&w, "password", request->password);
	put_filled(&w, "identity", request->identity);
	json_put_bool(&w, "head", request->head);
	json_put_bool(&w, "insecure", request->insecure);
	json_put_i64(&w, "offset", request->offset);
	json_put_i64(&w, "size", request->size);
	json_put_i64(&w, "limit", request->limit);
	json_end_object(&w);
	if (text.len > TRANSFER_MESSAGE_MAX)
		return fail(-EMSGSIZE, "ask " PROGRAM ": the request is too long");
	r = fd_send(t->socket, text.data, text.len, &request->fd, request->fd >= 0);
	if (r < 0)
		return fail_code(r, "ask " PROGRAM);
	*ret_id = t->last_id;
	return 0;
}

/* A copy in which nothing can steer a terminal. */
static char *printable(const char *s, size_t max)
{
	char *copy = s && *s ? xstrndup(s, max) : NULL;

	for (unsigned char *p = (unsigned char *)copy; p && *p; p++)
		if (*p < 0x20 || *p >= 0x7f)
			*p = *p == '\n' || *p == '\t' ? ' ' : '?';
	return copy;
}

static int read_answer(struct json_object *o, struct transfer_answer *a)
{
	const struct {
		const char *key;
		char **field;
		size_t max;
	} strings[] = {
		{ "type", &a->type, 256 },       { "digest", &a->digest, 256 }, { "link", &a->link, 4096 },
		{ "message", &a->message, 300 }, { "error", &a->error, 600 },   { "hint", &a->hint, 400 },
	};
	int64_t code = 0, status = 0;
	int r = json_get_u32(o, PROGRAM, "id", &a->id);

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(strings); i++) {
		const char *s = NULL;

		r = json_get_str(o, PROGRAM, strings[i].key, &s);
		*strings[i].field = r > 0 ? printable(s, strings[i].max) : NULL;
	}
	if (r >= 0)
		r = json_get_bool(o, PROGRAM, "done", &a->done);
	if (r >= 0)
		r = json_get_bool(o, PROGRAM, "retry", &a->retry);
	if (r >= 0)
		r = json_get_i64(o, PROGRAM, "have", &a->have);
	if (r >= 0)
		r = json_get_i64(o, PROGRAM, "status", &status);
	if (r >= 0)
		r = json_get_i64(o, PROGRAM, "after", &a->after);
	if (r >= 0)
		r = json_get_i64(o, PROGRAM, "code", &code);
	a->status = status >= 100 && status <= 999 ? (int)status : 0;
	a->code = code < 0 && code > -4096 ? (int)code : -EIO;
	return r < 0 ? r : 0;
}

int transfer_receive(struct transfer *t, struct transfer_answer *ret)
{
	autofree char *text = xmalloc(TRANSFER_MESSAGE_MAX);
	autojson struct json_object *o = NULL;
	autoanswer a = { 0 };
	ssize_t n = fd_receive(t->socket, text, TRANSFER_MESSAGE_MAX, NULL, 0);
	int r;

	if (n < 0)
		return fail_code((int)n, "hear " PROGRAM);
	if (n == 0) {
		int status = 0;

		r = process_wait(&t->process, &status);
		return r < 0 ? r : fail(-EPIPE, PROGRAM " ended before its work was done (status %d)", status);
	}
	r = json_parse(text, (size_t)n, "an answer of " PROGRAM, &o);
	if (r == 0)
		r = read_answer(o, &a);
	if (r < 0)
		return r;
	*ret = a;
	a = (struct transfer_answer){ 0 };
	return 0;
}
