/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/headers.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"

#define VALUE_MAX 8192

void headers_release(struct headers *h)
{
	free(h->type);
	free(h->digest);
	free(h->link);
	free(h->authenticate);
	*h = (struct headers){ .range_start = -1 };
}

static void join(char **field, const char *value)
{
	char *both = *field ? xasprintf("%s, %s", *field, value) : xstrdup(value);

	free(*field);
	*field = both;
}

/* "bytes 100-199/200" */
static int64_t read_range(const char *value)
{
	autofree char *number = NULL;
	int64_t start;

	if (strncasecmp(value, "bytes ", 6) != 0)
		return -1;
	number = xstrndup(value + 6, strcspn(value + 6, "-"));
	return number_i64(number, &start) == 0 ? start : -1;
}

static void take_header(struct headers *h, const char *name, const char *value)
{
	if (strcasecmp(name, "content-type") == 0) {
		xreplace(&h->type, value);
		/* "; charset=utf-8" says nothing about which document it is */
		h->type[strcspn(h->type, "; \t")] = '\0';
	} else if (strcasecmp(name, "docker-content-digest") == 0) {
		xreplace(&h->digest, value);
	} else if (strcasecmp(name, "link") == 0) {
		join(&h->link, value);
	} else if (strcasecmp(name, "www-authenticate") == 0) {
		join(&h->authenticate, value);
	} else if (strcasecmp(name, "content-range") == 0) {
		h->range_start = read_range(value);
	} else if (strcasecmp(name, "retry-after") == 0) {
		if (number_i64(value, &h->after) < 0 || h->after < 0)
			h->after = 0;
	}
}

int headers_add(struct headers *h, const char *line, size_t len, size_t max)
{
	const char *colon = memchr(line, ':', len);
	autofree char *name = NULL, *value = NULL;

	h->total += len;
	if (h->total > max)
		return fail(-E2BIG, "the registry sends more than %zu KiB of headers", max >> 10);
	if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) {
		size_t total = h->total;

		headers_release(h);
		h->total = total;
		return 0;
	}
	if (!colon || len > VALUE_MAX)
		return 0;
	name = xstrndup(line, (size_t)(colon - line));
	for (colon++; colon < line + len && (*colon == ' ' || *colon == '\t'); colon++)
		;
	value = xstrndup(colon, (size_t)(line + len - colon));
	for (size_t end = strlen(value); end && strchr(" \t\r\n", value[end - 1]); end--)
		value[end - 1] = '\0';
	take_header(h, name, value);
	return 0;
}
