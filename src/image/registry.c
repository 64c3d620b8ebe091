/* SPDX-License-Identifier: Apache-2.0 */
#include "image/registry.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "image/auth.h"
#include "image/manifest.h"
#include "kernel/step.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>

#define WAIT_FIRST_MS 250
#define WAIT_MAX_MS   20000

struct registry {
	struct transfer *transfer;
	const struct reference *ref;
	struct auth auth;
	char *scope;
	bool insecure; /* certificates are not checked, and plain HTTP is tried where TLS fails */
	bool plain;    /* http:// it is */
	bool settled;  /* a first answer came: the scheme is known */
};

void registry_manifest_release(struct registry_manifest *m)
{
	buf_release(&m->text);
	free(m->media_type);
	*m = (struct registry_manifest){ .text = BUF_INIT };
}

void registry_free(struct registry **r)
{
	if (!*r)
		return;
	transfer_free(&(*r)->transfer);
	auth_release(&(*r)->auth);
	free((*r)->scope);
	free(*r);
	*r = NULL;
}

int registry_open(const struct reference *ref, bool tls_verify, struct registry **ret)
{
	autocall(registry_free) struct registry *g = xnew(struct registry);
	int r;

	g->ref = ref;
	g->insecure = !tls_verify || reference_is_loopback(ref);
	g->scope = xasprintf("repository:%s:pull", ref->repository);
	auth_find(ref, &g->auth);
	r = transfer_start(&g->transfer);
	if (r < 0)
		return r;
	*ret = take(&g);
	return 0;
}

int registry_fd(const struct registry *r)
{
	return transfer_fd(r->transfer);
}

int registry_answer(struct registry *r, struct transfer_answer *ret)
{
	return transfer_receive(r->transfer, ret);
}

static char *url_of(const struct registry *g, const char *path)
{
	return xasprintf("%s://%s/v2/%s/%s", g->plain ? "http" : "https", reference_endpoint(g->ref), g->ref->repository, path);
}

static int send_request(struct registry *g, const char *path, struct transfer_request *q, uint32_t *ret_id)
{
	autofree char *url = url_of(g, path);

	if (step_heard())
		step_remark("curl -L%s %s", q->head ? " -I" : "", url);
	q->url = url;
	q->scope = g->scope;
	q->user = g->auth.user;
	q->password = g->auth.password;
	q->identity = g->auth.identity;
	q->insecure = g->insecure;
	return transfer_send(g->transfer, q, ret_id);
}

/* Sends one request and waits for its end. */
static int exchange(struct registry *g, const char *path, struct transfer_request *q, struct transfer_answer *ret)
{
	uint32_t id;
	int r = send_request(g, path, q, &id);

	while (r == 0) {
		autoanswer a = { 0 };

		r = transfer_receive(g->transfer, &a);
		if (r < 0 || a.id != id || !a.done)
			continue;
		*ret = a;
		a = (struct transfer_answer){ 0 };
		return 0;
	}
	return r;
}

static bool may_pass(const struct transfer_answer *a)
{
	return a->status == 0 ? a->retry
			      : a->status == 429 || a->status == 500 || a->status == 502 || a->status == 503 || a->status == 504;
}

static int refusal(const struct transfer_answer *a, const char *what)
{
	const char *said = a->message ? a->message : "it gives no reason";
	int r;

	if (a->status == 0) {
		r = fail(a->code, "%s", a->error ? a->error : "fetch");
		return a->hint ? fail_hint(r, "%s", a->hint) : r;
	}
	switch (a->status) {
	case 401:
		return fail(-EACCES, "fetch %s: the registry wants a login: %s", what, said);
	case 403:
		return fail(-EACCES, "fetch %s: the registry forbids it: %s", what, said);
	case 404:
		return fail(-ENOENT, "the registry has no %s: %s", what, a->message ? a->message : "not found");
	case 429:
		r = fail(-EBUSY, "fetch %s: the registry says that it was asked too often: %s", what, said);
		return fail_hint(r, "wait a while, or use an account with a higher limit");
	case 416:
		return fail(-ERANGE, "fetch %s: the registry cannot continue where the last fetch broke off", what);
	default:
		return fail(-EPROTO, "fetch %s: the registry answered HTTP %d: %s", what, a->status, said);
	}
}

int registry_judge(const struct transfer_answer *a, const char *what, unsigned int tries, int64_t *ret_wait)
{
	if (a->status == 200 || a->status == 206)
		return 0;
	if (!may_pass(a) || tries + 1 >= REGISTRY_TRIES || a->after * 1000 > WAIT_MAX_MS)
		return refusal(a, what);
	*ret_wait = a->after ? a->after * 1000 : (int64_t)WAIT_FIRST_MS << (2 * tries);
	return fail(-EAGAIN, "fetch %s", what);
}

/* The whole of it: the right scheme, and some patience. */
static int perform(struct registry *g, const char *path, const char *what, struct transfer_request *q, struct transfer_answer *ret)
{
	for (unsigned int tries = 0;;) {
		autoanswer a = { 0 };
		int64_t wait = 0;
		int r = exchange(g, path, q, &a);

		if (r < 0)
			return r;
		if (a.status == 0 && g->insecure && !g->settled && !g->plain) {
			g->plain = true;
			continue;
		}
		g->settled = true;
		r = registry_judge(&a, what, tries++, &wait);
		if (r == -EAGAIN) {
			(void)poll(NULL, 0, (int)wait);
			continue;
		}
		if (r < 0)
			return r;
		*ret = a;
		a = (struct transfer_answer){ 0 };
		return 0;
	}
}

/* Fetches into memory. */
static int fetch_text(struct registry *g, const char *path, const char *what, struct transfer_request *q, struct buf *text,
		      struct transfer_answer *ret)
{
	autofd int fd = memfd_create("hoy-fetch", MFD_CLOEXEC);
	int r;

	if (fd < 0)
		return fail_errno("fetch %s: memfd", what);
	q->fd = fd;
	r = perform(g, path, what, q, ret);
	if (r < 0)
		return r;
	if (lseek(fd, 0, SEEK_SET) < 0)
		return fail_errno("fetch %s: seek", what);
	return file_read_fd(fd, what, (size_t)q->limit, text);
}

/* The digest that the registry names must be the one its bytes have. */
static int check_digest(const struct registry_manifest *m, const char *asked, const char *named)
{
	if (digest_valid(asked) && strcmp(asked, m->digest) != 0)
		return fail(-EBADMSG, "the registry sent another manifest than the one asked for: it hashes to %s, not %s",
			    m->digest, asked);
	if (named && strncmp(named, "sha256:", 7) == 0 && strcmp(named, m->digest) != 0)
		return fail(-EBADMSG, "the registry sent another manifest than it says: it hashes to %s, not %s", m->digest, named);
	return 0;
}

int registry_manifest(struct registry *g, const char *tag_or_digest, struct registry_manifest *ret)
{
	autocall(registry_manifest_release) struct registry_manifest m = { .text = BUF_INIT };
	autofree char *path = xasprintf("manifests/%s", tag_or_digest);
	autofree char *what = xasprintf("%s%s:%s", digest_valid(tag_or_digest) ? "manifest " : "", g->ref->repository,
					tag_or_digest);
	struct transfer_request q = { .accept = manifest_accept, .size = -1, .limit = MANIFEST_SIZE_MAX };
	autoanswer a = { 0 };
	int r = fetch_text(g, path, what, &q, &m.text, &a);

	if (r < 0)
		return r;
	digest_of(m.text.data, m.text.len, m.digest);
	r = check_digest(&m, tag_or_digest, a.digest);
	if (r < 0)
		return r;
	m.media_type = take(&a.type);
	*ret = m;
	m = (struct registry_manifest){ .text = BUF_INIT };
	return 0;
}

int registry_manifest_digest(struct registry *g, const char *tag_or_digest, char digest[DIGEST_MAX])
{
	autofree char *path = xasprintf("manifests/%s", tag_or_digest);
	struct transfer_request q = { .accept = manifest_accept, .size = -1, .head = true, .fd = -1 };
	autoanswer a = { 0 };
	int r = perform(g, path, tag_or_digest, &q, &a);

	if (r < 0)
		return r;
	if (!a.digest || !digest_valid(a.digest))
		return -EOPNOTSUPP;
	strcpy(digest, a.digest);
	return 0;
}

int registry_blob(struct registry *g, const char *digest, int64_t size, struct buf *ret)
{
	autofree char *path = xasprintf("blobs/%s", digest), *what = xasprintf("blob %.19s", digest);
	struct transfer_request q = { .size = size, .limit = size };
	char found[DIGEST_MAX];
	autoanswer a = { 0 };
	int r = fetch_text(g, path, what, &q, ret, &a);

	if (r < 0)
		return r;
	if (strcmp(digest_of(ret->data, ret->len, found), digest) != 0)
		return fail(-EBADMSG, "the registry sent other bytes than the manifest promises: they hash to %s, not %s", found,
			    digest);
	return 0;
}

int registry_blob_begin(struct registry *g, const char *digest, int64_t size, int fd, int64_t offset, uint32_t *ret_id)
{
	autofree char *path = xasprintf("blobs/%s", digest);
	struct transfer_request q = { .size = size, .limit = size, .offset = offset, .fd = fd };

	return send_request(g, path, &q, ret_id);
}

/* Link: </v2/NAME/tags/list?last=x&n=100>; rel="next". The next page's query, or NULL. Caller frees. */
static char *next_page(const char *link)
{
	const char *query = link && strstr(link, "rel=\"next\"") ? strchr(link, '?') : NULL;
	size_t len = query ? strcspn(query, "> \"") : 0;

	/* only its query is used: a list does not lead to another host */
	return len && query[len] == '>' ? xstrndup(query, len) : NULL;
}

static int add_page(const char *text, size_t len, struct strv *ret)
{
	autojson struct json_object *o = NULL;
	int r = json_parse(text, len, "tag list", &o);

	return r < 0 ? r : json_get_strv(o, "tag list", "tags", ret);
}

int registry_tags(struct registry *g, struct strv *ret)
{
	autofree char *path = xstrdup("tags/list?n=1000");

	for (int page = 0; path && page < REGISTRY_TAGS_MAX; page++) {
		struct transfer_request q = { .size = -1, .limit = MANIFEST_SIZE_MAX };
		autoanswer a = { 0 };
		autobuf text = BUF_INIT;
		autofree char *query = NULL;
		int r = fetch_text(g, path, "tag list", &q, &text, &a);

		if (r == 0)
			r = add_page(text.data, text.len, ret);
		if (r < 0)
			return r;
		query = next_page(a.link);
		free(path);
		path = query ? xasprintf("tags/list%s", query) : NULL;
	}
	return ret->count ? 0 : fail(-ENOENT, "the registry lists no tag of %s", g->ref->repository);
}
