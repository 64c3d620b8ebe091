/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/answer.h"

#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static void put_filled(struct json_writer *w, const char *key, const char *value, size_t max)
{
	if (value && *value)
		json_put_strn(w, key, value, strnlen(value, max));
}

void answer_send(int socket, const struct answer *a)
{
	autobuf text = BUF_INIT;
	struct json_writer w;

	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	json_put_u64(&w, "id", a->id);
	json_put_bool(&w, "done", true);
	json_put_i64(&w, "have", a->have);
	json_put_i64(&w, "status", a->status);
	if (a->headers) {
		put_filled(&w, "type", a->headers->type, 256);
		put_filled(&w, "digest", a->headers->digest, 256);
		put_filled(&w, "link", a->headers->link, 4096);
		json_put_i64(&w, "after", a->headers->after);
	}
	put_filled(&w, "message", a->message, 300);
	if (a->code)
		json_put_i64(&w, "code", a->code);
	put_filled(&w, "error", a->error, 600);
	put_filled(&w, "hint", a->hint, 400);
	json_put_bool(&w, "retry", a->retry);
	json_end_object(&w);
	if (send(socket, text.data, text.len, MSG_NOSIGNAL) < 0)
		_exit(1);
}

void answer_progress(int socket, uint32_t id, int64_t have)
{
	char text[80];
	int len = snprintf(text, sizeof text, "{\"id\":%u,\"have\":%lld}", id, (long long)have);

	(void)send(socket, text, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

char *answer_registry_words(const struct buf *body)
{
	autojson struct json_object *o = NULL;
	struct json_object *list = NULL;
	const char *message = NULL;

	if (body->len == 0 || *body->data != '{' || json_parse(body->data, body->len, "error", &o) < 0)
		return NULL;
	if (json_get_array(o, "error", "errors", &list) == 1 && json_object_array_length(list) > 0)
		(void)json_get_str(json_object_array_get_idx(list, 0), "error", "message", &message);
	else
		(void)json_get_str(o, "error", "details", &message);
	return xstrdup(message);
}

int answer_explain(CURLcode result, int os_errno, const char *origin, const char *reason)
{
	const char *said = *reason ? reason : curl_easy_strerror(result);
	/* "https://host:443": the reader knows the scheme */
	const char *host = strstr(origin, "://") + 3;
	int r;

	switch (result) {
	case CURLE_COULDNT_RESOLVE_HOST:
		r = fail(-EHOSTUNREACH, "look up %s: no such host", host);
		return fail_hint(r, "is the name right, and can this machine look up names (/etc/resolv.conf)?");
	case CURLE_COULDNT_RESOLVE_PROXY:
		return fail(-EHOSTUNREACH, "look up the proxy: %s", said);
	case CURLE_COULDNT_CONNECT:
		if (os_errno)
			return fail_code(-os_errno, "connect to %s", host);
		return fail(-ECONNREFUSED, "connect to %s: %s", host, said);
	case CURLE_OPERATION_TIMEDOUT:
		return fail(-ETIMEDOUT, "%s did not answer in time", host);
	case CURLE_PEER_FAILED_VERIFICATION:
		r = fail(-EKEYREJECTED, "check the certificate of %s: %s", host, said);
		return fail_hint(r, "--tls-verify=false pulls from a registry whose certificate nobody signed");
	case CURLE_SSL_CONNECT_ERROR:
		r = fail(-EPROTO, "speak TLS with %s: %s", host, said);
		return fail_hint(r, "--tls-verify=false allows plain HTTP");
	case CURLE_PARTIAL_FILE:
		return fail(-ECONNRESET, "the connection to %s ended too early", host);
	default:
		return fail(os_errno ? -os_errno : -EIO, "fetch from %s: %s", host, said);
	}
}
