/* SPDX-License-Identifier: Apache-2.0 */
#include "image/search.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "image/auth.h"
#include "image/fetch_url.h"
#include "image/reference.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define ANSWER_MAX (4 << 20) /* bytes */

void search_results_release(struct search_results *r)
{
	for (size_t i = 0; i < r->count; i++) {
		free(r->items[i].name);
		free(r->items[i].description);
	}
	free(r->items);
	*r = (struct search_results){ 0 };
}

/* Where to ask. */
struct search {
	const char *text;   /* what is looked for */
	const char *prefix; /* of names: "host:5000/", or "" */
	char *hosts[2];     /* "https://host:5000", and where plain HTTP will do that; else NULL */
	size_t limit;
	struct search_results found;
};

static void search_release(struct search *s)
{
	free(s->hosts[0]);
	free(s->hosts[1]);
	search_results_release(&s->found);
}

static int fetch(const char *host, const char *path, struct json_object **ret)
{
	autofree char *url = xasprintf("%s%s", host, path);
	autofd int fd = memfd_create("hoy-search", MFD_CLOEXEC);
	autobuf text = BUF_INIT;
	int r = fd < 0 ? fail_errno("create a file in memory") : fetch_url(url, fd, ANSWER_MAX, NULL, NULL);

	if (r == 0)
		r = file_read_fd(fd, "the answer", ANSWER_MAX, &text);
	return r < 0 ? r : json_parse(text.data, text.len, "the registry's answer", ret);
}

static void add(struct search *s, struct search_result *one)
{
	s->found.items = xrealloc(s->found.items, (s->found.count + 1) * sizeof *one);
	s->found.items[s->found.count++] = *one;
}

static int take_results(struct search *s, struct json_object *answer)
{
	struct json_object *list = NULL;
	int r = json_get_array(answer, "answer", "results", &list);

	for (size_t i = 0; r > 0 && s->found.count < s->limit && i < json_object_array_length(list); i++) {
		struct json_object *o = json_object_array_get_idx(list, i);
		const char *name = NULL, *description = "";
		struct search_result one = { 0 };

		r = json_get_str(o, "answer", "name", &name);
		if (r > 0 && json_get_str(o, "answer", "description", &description) >= 0 &&
		    json_get_i64(o, "answer", "star_count", &one.stars) >= 0 &&
		    json_get_bool(o, "answer", "is_official", &one.official) >= 0 &&
		    json_get_bool(o, "answer", "is_automated", &one.automated) >= 0) {
			one.name = xasprintf("%s%s", s->prefix, name);
			one.description = xstrdup(description);
			add(s, &one);
		}
	}
	return r < 0 ? r : 0;
}

static int take_catalog(struct search *s, struct json_object *answer)
{
	autostrv names = { 0 };
	int r = json_get_strv(answer, "answer", "repositories", &names);

	for (size_t i = 0; r >= 0 && s->found.count < s->limit && i < names.count; i++)
		if (strstr(names.items[i], s->text)) {
			struct search_result one = { .name = xasprintf("%s%s", s->prefix, names.items[i]),
						     .description = xstrdup("") };

			add(s, &one);
		}
	return r < 0 ? r : 0;
}

/* The one registry answers the first, most others the second only. */
static int ask(struct search *s, const char *host, const char *query)
{
	autojson struct json_object *answer = NULL;
	int r = fetch(host, query, &answer);

	if (r == 0)
		return take_results(s, answer);
	if (r != -ENOENT || !*s->prefix)
		return r;
	r = fetch(host, "/v2/_catalog?n=1000", &answer);
	return r < 0 ? r : take_catalog(s, answer);
}

static char *make_query(const char *text, size_t limit)
{
	autobuf out = BUF_INIT;

	buf_add_str(&out, "/v1/search?q=");
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		buf_add_format(&out, isalnum(*p) || strchr("-._~", *p) ? "%c" : "%%%02X", *p);
	buf_add_format(&out, "&n=%zu", limit);
	return buf_take(&out);
}

/* What is no name at all is a text that Docker's registry may know. */
static const char *place(struct search *s, const char *term, const struct reference *ref, char **ret_prefix)
{
	if (!ref->registry || strcmp(ref->registry, "docker.io") == 0) {
		s->hosts[0] = xstrndup(AUTH_HUB_KEY, strlen(AUTH_HUB_KEY) - strlen("/v1/"));
		return term;
	}
	if (reference_is_loopback(ref))
		s->hosts[1] = xasprintf("http://%s", ref->registry);
	s->hosts[0] = xasprintf("https://%s", ref->registry);
	*ret_prefix = xasprintf("%s/", ref->registry);
	return ref->repository;
}

int image_search(const char *term, size_t limit, struct search_results *ret)
{
	autocall(search_release) struct search s = { .prefix = "", .limit = limit };
	autofree char *prefix = NULL, *query = NULL;
	autoreference ref = { 0 };
	int r;

	if (reference_parse(term, &ref) < 0)
		error_clear();
	s.text = place(&s, term, &ref, &prefix);
	if (prefix)
		s.prefix = prefix;
	query = make_query(s.text, limit);
	r = ask(&s, s.hosts[s.hosts[1] != NULL], query);
	/* a registry on this machine may speak TLS, too */
	if (r < 0 && r != -ENOENT && r != -ECONNREFUSED && s.hosts[1])
		r = ask(&s, s.hosts[0], query);
	if (r < 0)
		return r;
	*ret = s.found;
	s.found = (struct search_results){ 0 };
	return 0;
}
