/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/job.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "transfer/answer.h"
#include "transfer/body.h"
#include "transfer/challenge.h"
#include "transfer/headers.h"
#include "transfer/origin.h"

#include <errno.h>
#include <string.h>

#define PROGRESS_STEP       (512 << 10)
#define CONNECT_SECONDS     30L
#define PROBE_SECONDS       5L
#define STALL_SECONDS       60L
#define RECEIVE_BUFFER_SIZE (512L << 10)

enum hop { HOP_MAIN, HOP_TOKEN };

struct job {
	struct session *session;
	struct request request;
	CURL *easy;
	struct curl_slist *list; /* headers sent */
	enum hop hop;
	char *url;           /* of this hop */
	char *origin;        /* the credentials of this chain of hops are for it alone */
	char *authorization; /* whole header for @origin, or NULL */
	bool basic;          /* user and password go to @origin */
	unsigned int redirects;
	bool challenged;
	struct challenge challenge;

	struct headers headers; /* received in this hop */
	struct buf text;        /* body that is not for the descriptor: a token, or words about an error */
	struct body body;       /* the one for the descriptor */
	int64_t told;           /* progress */
	char reason[CURL_ERROR_SIZE];
	int code; /* set by a callback that gave up; the words are in the error chain's copy below */
	char *words;
};

static void job_free(struct job *j)
{
	curl_multi_remove_handle(j->session->multi, j->easy);
	curl_easy_cleanup(j->easy);
	curl_slist_free_all(j->list);
	request_release(&j->request);
	challenge_release(&j->challenge);
	headers_release(&j->headers);
	buf_release(&j->text);
	free(j->url);
	free(j->origin);
	free(j->authorization);
	free(j->words);
	free(j);
}

/* Gives up from inside a callback; the words wait until libcurl has unwound. */
static size_t give_up(struct job *j, int code)
{
	if (!j->code) {
		j->code = code;
		j->words = xstrdup(error_text(code));
	}
	return 0;
}

static long status_of(struct job *j)
{
	long status = 0;

	curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static size_t on_header(char *data, size_t one, size_t len, void *arg)
{
	struct job *j = arg;
	int r = headers_add(&j->headers, data, one * len, JOB_HEADERS_MAX);

	return r < 0 ? give_up(j, r) : one * len;
}

static int begin_body(struct job *j, long status)
{
	curl_off_t announced = -1;

	curl_easy_getinfo(j->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
	return body_begin(&j->body, status, j->headers.range_start, announced);
}

static size_t on_body(char *data, size_t one, size_t count, void *arg)
{
	struct job *j = arg;
	long status = status_of(j);
	size_t len = one * count;
	int r = 0;

	if (j->hop == HOP_TOKEN || (status != 200 && status != 206)) {
		size_t max = j->hop == HOP_TOKEN && status == 200 ? TOKEN_BODY_MAX : JOB_ERROR_BODY_MAX;

		if (j->text.len + len <= max)
			buf_add(&j->text, data, len);
		else if (max == TOKEN_BODY_MAX)
			return give_up(j, fail(-EFBIG, "the token server sends more than a token"));
		return len;
	}
	if (!j->body.begun)
		r = begin_body(j, status);
	if (r == 0)
		r = body_add(&j->body, data, len);
	if (r < 0)
		return give_up(j, r);
	if (j->body.have - j->told >= PROGRESS_STEP) {
		j->told = j->body.have;
		answer_progress(j->session->socket, j->request.id, j->told);
	}
	return len;
}

static void add_header(struct job *j, const char *line)
{
	struct curl_slist *longer = curl_slist_append(j->list, line);

	if (longer)
		j->list = longer;
}

static void set_main_options(struct job *j)
{
	struct request *q = &j->request;

	if (q->accept) {
		autofree char *line = xasprintf("Accept: %s", q->accept);

		add_header(j, line);
	}
	if (q->head)
		curl_easy_setopt(j->easy, CURLOPT_NOBODY, 1L);
	if (q->offset > 0) {
		autofree char *range = xasprintf("%lld-", (long long)q->offset);

		curl_easy_setopt(j->easy, CURLOPT_RANGE, range);
	}
}

static void set_credentials(struct job *j)
{
	if (j->authorization)
		add_header(j, j->authorization);
	if (!j->basic)
		return;
	curl_easy_setopt(j->easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
	curl_easy_setopt(j->easy, CURLOPT_USERNAME, j->request.user);
	curl_easy_setopt(j->easy, CURLOPT_PASSWORD, j->request.password);
}

static void set_options(struct job *j)
{
	struct session *s = j->session;
	struct curl_blob certificates = { .data = s->ca.data, .len = s->ca.len, .flags = CURL_BLOB_NOCOPY };
	CURL *e = j->easy;

	curl_easy_setopt(e, CURLOPT_URL, j->url);
	curl_easy_setopt(e, CURLOPT_PRIVATE, j);
	curl_easy_setopt(e, CURLOPT_ERRORBUFFER, j->reason);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(e, CURLOPT_USERAGENT, "hoy/" HOY_VERSION);
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_BUFFERSIZE, RECEIVE_BUFFER_SIZE);
	curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT, j->request.insecure ? PROBE_SECONDS : CONNECT_SECONDS);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(e, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
	curl_easy_setopt(e, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(e, CURLOPT_HEADERDATA, j);
	curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e, CURLOPT_WRITEDATA, j);
	if (s->ca.len)
		curl_easy_setopt(e, CURLOPT_CAINFO_BLOB, &certificates);
	if (s->ca_dir)
		curl_easy_setopt(e, CURLOPT_CAPATH, s->ca_dir);
	if (j->request.insecure) {
		curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 0L);
	}
}

/* Starts an exchange with j->url; @ours: it is the origin that credentials are for. */
static int begin_hop(struct job *j, bool ours)
{
	struct session *s = j->session;

	curl_multi_remove_handle(s->multi, j->easy);
	curl_easy_reset(j->easy);
	curl_slist_free_all(take(&j->list));
	headers_release(&j->headers);
	buf_clear(&j->text);
	j->body.begun = false;
	j->reason[0] = '\0';
	set_options(j);
	if (j->hop == HOP_MAIN)
		set_main_options(j);
	if (ours)
		set_credentials(j);
	if (j->list)
		curl_easy_setopt(j->easy, CURLOPT_HTTPHEADER, j->list);
	if (j->hop == HOP_TOKEN && j->request.identity && ours) {
		autofree char *form = origin_token_form(j->easy, &j->challenge, j->request.scope, j->request.identity);

		curl_easy_setopt(j->easy, CURLOPT_COPYPOSTFIELDS, form);
		explicit_bzero(form, strlen(form));
	}
	return curl_multi_add_handle(s->multi, j->easy) == CURLM_OK ? 0 : fail(-ENOMEM, "start a request");
}

/* The request itself, from its own URL. */
static int begin_main(struct job *j)
{
	const char *token;
	int r;

	j->hop = HOP_MAIN;
	j->redirects = 0;
	xreplace(&j->url, j->request.url);
	free(take(&j->origin));
	r = origin_of(j->url, &j->origin);
	if (r < 0)
		return r;
	token = j->basic ? NULL : token_find(&j->session->tokens, j->origin, j->request.scope);
	xreplace(&j->authorization, token);
	return begin_hop(j, true);
}

static int begin_token(struct job *j)
{
	autofree char *url = NULL, *origin = NULL, *from = NULL;
	int r = origin_token_url(&j->challenge, j->request.scope, j->request.identity != NULL, &url);

	if (r == 0)
		r = origin_of(url, &origin);
	if (r == 0)
		r = origin_of(j->request.url, &from);
	if (r < 0)
		return r;
	if (origin_is_https(from) && !origin_is_https(origin))
		return fail(-EPROTO, "the registry wants its token fetched without encryption, from %s", origin);
	j->hop = HOP_TOKEN;
	j->redirects = 0;
	j->basic = j->request.user && j->request.password && !j->request.identity;
	free(take(&j->authorization));
	free(j->url);
	free(j->origin);
	j->url = take(&url);
	j->origin = take(&origin);
	return begin_hop(j, true);
}

static int refused(struct job *j)
{
	autofree char *said = answer_registry_words(&j->text);
	bool known = j->request.user || j->request.identity;
	int r = fail(-EACCES, "%s%s%s", known ? "the registry does not accept these credentials" : "the registry wants a login",
		     said ? ": " : "", said ? said : "");

	return fail_hint(r, known ? "the image may be private to another account, or the password in Docker's config.json is old"
				  : "is the name right? A private image needs credentials in ~/.docker/config.json");
}

/* 401 of the registry. Returns 1 when another hop was begun. */
static int answer_challenge(struct job *j)
{
	autofree char *origin = NULL;
	int r = origin_of(j->url, &origin);

	if (r < 0)
		return r;
	if (strcmp(origin, j->origin) != 0)
		return fail(-EACCES, "%s, where the registry redirects to, wants a login of its own", origin);
	if (j->challenged || !j->headers.authenticate)
		return refused(j);
	j->challenged = true;
	/* a token that was kept from an earlier request has run out */
	token_keep(&j->session->tokens, j->origin, j->request.scope, NULL);
	challenge_release(&j->challenge);
	if (challenge_parse(j->headers.authenticate, &j->challenge) < 0 || j->challenge.scheme == CHALLENGE_NONE)
		return fail(-EPROTO, "the registry wants a login of a kind that hoy does not know");
	if (j->challenge.scheme == CHALLENGE_BASIC) {
		if (!j->request.user || !j->request.password)
			return refused(j);
		j->basic = true;
		r = begin_main(j);
	} else {
		r = j->challenge.realm ? begin_token(j) : fail(-EPROTO, "the registry's challenge names no token server");
	}
	return r < 0 ? r : 1;
}

static int answer_redirect(struct job *j)
{
	autofree char *origin = NULL, *from = NULL;
	char *to = NULL;
	int r;

	curl_easy_getinfo(j->easy, CURLINFO_REDIRECT_URL, &to);
	if (!to)
		return fail(-EPROTO, "the registry redirects to nowhere");
	if (j->redirects++ >= JOB_REDIRECTS_MAX)
		return fail(-ELOOP, "the registry redirects more than %d times", JOB_REDIRECTS_MAX);
	r = origin_of(to, &origin);
	if (r == 0)
		r = origin_of(j->url, &from);
	if (r < 0)
		return r;
	if (origin_is_https(from) && !origin_is_https(origin))
		return fail(-EPROTO, "the registry redirects from https to %s, without encryption: refused", origin);
	xreplace(&j->url, to);
	r = begin_hop(j, strcmp(origin, j->origin) == 0);
	return r < 0 ? r : 1;
}

static int answer_token(struct job *j, long status)
{
	autofree char *header = NULL, *origin = NULL;
	int r;

	if (status == 401 || status == 403)
		return refused(j);
	if (status != 200)
		return fail(status >= 500 ? -EAGAIN : -EPROTO, "the token server %s answered HTTP %ld", j->origin, status);
	r = token_read(j->text.data, j->text.len, &header);
	explicit_bzero(j->text.data, j->text.len);
	if (r == 0)
		r = origin_of(j->request.url, &origin);
	if (r < 0)
		return r;
	token_keep(&j->session->tokens, origin, j->request.scope, take(&header));
	j->basic = false;
	r = begin_main(j);
	return r < 0 ? r : 1;
}

/* What libcurl says went wrong, in words. */
static int explain_failure(struct job *j, CURLcode result)
{
	autofree char *origin = NULL;
	long os = 0;

	if (j->code)
		return fail(j->code, "%s", j->words);
	if (origin_of(j->url, &origin) < 0)
		return -EINVAL;
	curl_easy_getinfo(j->easy, CURLINFO_OS_ERRNO, &os);
	return answer_explain(result, (int)os, origin, j->reason);
}

static bool may_retry(const struct job *j, CURLcode result)
{
	switch (result) {
	case CURLE_PARTIAL_FILE:
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return j->code == 0;
	case CURLE_OPERATION_TIMEDOUT:
		return j->code == 0 && !j->request.insecure;
	default:
		return false;
	}
}

/* Looks at a whole exchange. 1: another hop was begun. 0: it is the answer. */
static int judge(struct job *j, CURLcode result)
{
	long status = status_of(j);

	if (result != CURLE_OK)
		return explain_failure(j, result);
	if (status >= 301 && status <= 308 && status != 304 && status != 305 && status != 306)
		return answer_redirect(j);
	if (j->hop == HOP_TOKEN)
		return answer_token(j, status);
	if (status == 401)
		return answer_challenge(j);
	if ((status == 200 || status == 206) && !j->request.head && !j->body.begun)
		return begin_body(j, status);
	return 0;
}

static void finish(struct job *j, int r, bool retry)
{
	struct answer a = { .id = j->request.id, .have = j->body.have, .retry = retry };
	autofree char *said = NULL;

	if (r < 0) {
		a.code = r;
		a.error = error_text(r);
		a.hint = error_hint(r);
	} else {
		said = answer_registry_words(&j->text);
		a.status = status_of(j);
		a.headers = &j->headers;
		a.message = said;
	}
	answer_send(j->session->socket, &a);
	job_free(j);
}

void job_hop_ended(CURL *easy, CURLcode result)
{
	struct job *j = NULL;
	bool truncated;
	int r;

	curl_easy_getinfo(easy, CURLINFO_PRIVATE, &j);
	r = judge(j, result);
	if (r > 0)
		return;
	truncated = r == 0 && body_is_short(&j->body);
	if (truncated)
		r = fail(-ECONNRESET, "the connection ended after %lld of %lld bytes", (long long)j->body.have,
			 (long long)j->body.size);
	finish(j, r, truncated || may_retry(j, result) || r == -EAGAIN);
}

void job_start(struct session *s, struct request *q)
{
	struct job *j = xnew(struct job);
	int r;

	j->session = s;
	j->request = *q;
	*q = (struct request){ .fd = -1 };
	j->text = BUF_INIT;
	j->body = (struct body){
		.fd = j->request.fd, .offset = j->request.offset, .size = j->request.size, .limit = j->request.limit
	};
	j->easy = curl_easy_init();
	r = j->easy ? begin_main(j) : fail(-ENOMEM, "start a request");
	if (r < 0)
		finish(j, r, false);
}
