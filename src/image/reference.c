/* SPDX-License-Identifier: Apache-2.0 */
#include "image/reference.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "image/digest.h"

#include <errno.h>
#include <string.h>

#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define HUB    "docker.io"

void reference_release(struct reference *r)
{
	free(r->registry);
	free(r->repository);
	free(r->tag);
	free(r->digest);
	*r = (struct reference){ 0 };
}

/* alphanumerics, joined by one of . _ __ or any number of dashes */
static bool component_valid(const char *s, size_t len)
{
	const char *end = s + len;

	while (s < end) {
		size_t run = strspn(s, LOWER DIGITS);

		if (run == 0)
			return false;
		s += run;
		if (s >= end)
			return s == end;
		if (*s == '.')
			s++;
		else if (*s == '_')
			s += s[1] == '_' ? 2 : 1;
		else if (*s == '-')
			s += strspn(s, "-");
		else
			return false;
	}
	return false;
}

static bool repository_valid(const char *s)
{
	for (;;) {
		size_t len = strcspn(s, "/");

		if (!component_valid(s, len))
			return false;
		if (!s[len])
			return true;
		s += len + 1;
	}
}

static bool port_valid(const char *s)
{
	uint32_t port;

	return number_u32(s, &port) == 0 && port > 0 && port < 65536;
}

static bool registry_valid(const char *s)
{
	if (*s == '[') {
		size_t len = strspn(s + 1, DIGITS "abcdefABCDEF:");

		return len && s[1 + len] == ']' && (!s[2 + len] || (s[2 + len] == ':' && port_valid(s + 3 + len)));
	}
	for (;;) {
		size_t len = strspn(s, LOWER UPPER DIGITS "-");

		if (len == 0 || s[0] == '-' || s[len - 1] == '-')
			return false;
		s += len;
		if (*s != '.')
			break;
		s++;
	}
	return !*s || (*s == ':' && port_valid(s + 1));
}

static bool tag_valid(const char *s)
{
	return *s && *s != '.' && *s != '-' && strlen(s) <= REFERENCE_TAG_MAX && !s[strspn(s, LOWER UPPER DIGITS "_.-")];
}

/* Whether the part before the first slash names a host. */
static bool is_host(const char *s, size_t len)
{
	if (len == 9 && memcmp(s, "localhost", 9) == 0)
		return true;
	for (size_t i = 0; i < len; i++)
		if (s[i] == '.' || s[i] == ':' || s[i] == '[' || (s[i] >= 'A' && s[i] <= 'Z'))
			return true;
	return false;
}

static int bad_format(const char *text)
{
	return fail(-EINVAL, "invalid reference format: '%.300s'", text);
}

/* Cuts ":TAG" and "@DIGEST" off @rest. */
static int split_tail(const char *text, char *rest, struct reference *ref)
{
	char *at = strchr(rest, '@'), *colon;

	if (at) {
		*at = '\0';
		if (strncmp(at + 1, "sha256:", 7) == 0 && strlen(at + 8) != 64)
			return fail(-EINVAL, "invalid checksum digest length: '%.300s'", text);
		if (!digest_valid(at + 1))
			return strncmp(at + 1, "sha512:", 7) ? bad_format(text) : digest_check(at + 1, "digest");
		ref->digest = xstrdup(at + 1);
	}
	colon = strchr(rest, ':');
	if (colon) {
		*colon = '\0';
		if (!tag_valid(colon + 1))
			return bad_format(text);
		ref->tag = xstrdup(colon + 1);
	}
	return 0;
}

static bool is_image_id(const char *s)
{
	return strlen(s) == 64 && strspn(s, DIGITS "abcdef") == 64;
}

int reference_parse(const char *text, struct reference *ret)
{
	autoreference ref = { 0 };
	autofree char *rest = NULL;
	const char *slash = strchr(text, '/');
	int r;

	if (!*text)
		return fail(-EINVAL, "invalid reference format: the name is empty");
	if (strlen(text) > REFERENCE_NAME_MAX + REFERENCE_TAG_MAX + DIGEST_MAX + 2)
		return fail(-EINVAL, "repository name must not be more than %d characters", REFERENCE_NAME_MAX);
	if (is_image_id(text))
		return fail(-EINVAL, "invalid repository name (%s), cannot specify 64-byte hexadecimal strings", text);
	if (slash && is_host(text, (size_t)(slash - text))) {
		ref.registry = xstrndup(text, (size_t)(slash - text));
		rest = xstrdup(slash + 1);
	} else {
		ref.registry = xstrdup(HUB);
		rest = xstrdup(text);
	}
	if (strcmp(ref.registry, "index.docker.io") == 0)
		xreplace(&ref.registry, HUB);
	r = split_tail(text, rest, &ref);
	if (r < 0)
		return r;
	if (strpbrk(rest, UPPER))
		return fail(-EINVAL, "invalid reference format: repository name (%s) must be lowercase", rest);
	if (!registry_valid(ref.registry) || !repository_valid(rest))
		return bad_format(text);
	ref.repository = xasprintf("%s%s", strcmp(ref.registry, HUB) == 0 && !strchr(rest, '/') ? "library/" : "", rest);
	if (strlen(ref.registry) + 1 + strlen(ref.repository) > REFERENCE_NAME_MAX)
		return fail(-EINVAL, "repository name must not be more than %d characters", REFERENCE_NAME_MAX);
	*ret = ref;
	ref = (struct reference){ 0 };
	return 0;
}

const char *reference_tag(const struct reference *r)
{
	return r->tag || r->digest ? r->tag : "latest";
}

static char *with_tail(const char *name, const struct reference *r)
{
	return r->digest ? xasprintf("%s@%s", name, r->digest) : xasprintf("%s:%s", name, reference_tag(r));
}

char *reference_name(const struct reference *r)
{
	return xasprintf("%s/%s", r->registry, r->repository);
}

char *reference_canonical(const struct reference *r)
{
	autofree char *name = reference_name(r);

	return with_tail(name, r);
}

char *reference_familiar_name(const struct reference *r)
{
	const char *slash = strchr(r->repository, '/');

	/* without its host, "docker.io/a.b/c" would be read as c of the host a.b */
	if (strcmp(r->registry, HUB) != 0 || (slash && is_host(r->repository, (size_t)(slash - r->repository))))
		return reference_name(r);
	/* "docker.io/library/a/b" has a host-less form, too, but it would be read as another name */
	if (strncmp(r->repository, "library/", 8) == 0 && !strchr(r->repository + 8, '/'))
		return xstrdup(r->repository + 8);
	return xstrdup(r->repository);
}

char *reference_familiar(const struct reference *r)
{
	autofree char *name = reference_familiar_name(r);

	return with_tail(name, r);
}

const char *reference_endpoint(const struct reference *r)
{
	return strcmp(r->registry, HUB) == 0 ? "registry-1.docker.io" : r->registry;
}

bool reference_is_loopback(const struct reference *r)
{
	size_t len = strcspn(r->registry, ":");
	uint32_t part;

	if (*r->registry == '[')
		return strncmp(r->registry, "[::1]", 5) == 0;
	if (len == 9 && strncmp(r->registry, "localhost", 9) == 0)
		return true;
	/* four numbers, and not a name such as 127.0.0.1.example.com */
	for (const char *s = r->registry; strncmp(r->registry, "127.", 4) == 0;) {
		size_t n = strcspn(s, ".:");
		autofree char *number = xstrndup(s, n);

		if (number_u32(number, &part) < 0 || part > 255)
			return false;
		if (s[n] != '.')
			return true;
		s += n + 1;
	}
	return false;
}
