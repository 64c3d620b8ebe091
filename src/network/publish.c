/* SPDX-License-Identifier: Apache-2.0 */
#include "network/publish.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX 128

static const struct {
	const char *name;
	int protocol;
} protocols[] = { { "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "sctp", IPPROTO_SCTP } };

void publishes_release(struct publishes *p)
{
	free(p->items);
	*p = (struct publishes){ 0 };
}

void publishes_add(struct publishes *p, const struct publish *one)
{
	/* doubled at each power of two */
	if ((p->count & (p->count - 1)) == 0)
		p->items = xrealloc(p->items, (p->count ? p->count * 2 : 1) * sizeof *p->items);
	p->items[p->count++] = *one;
}

const char *publish_protocol(int protocol)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].protocol == protocol)
			return protocols[i].name;
	return "?";
}

int publish_protocol_parse(const char *name, int *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (strcasecmp(protocols[i].name, name) == 0) {
			*ret = protocols[i].protocol;
			return 0;
		}
	return -EINVAL;
}

struct range {
	uint32_t first, last;
};

/* "80" or "80-90". */
static int parse_range(const char *text, const char *what, struct range *ret)
{
	char first[TEXT_MAX];
	const char *dash = strchr(text, '-');
	size_t len = dash ? (size_t)(dash - text) : strlen(text);
	struct range r = { 0 };
	bool good = len < sizeof first;

	if (good) {
		memcpy(first, text, len);
		first[len] = '\0';
		good = number_u32(first, &r.first) == 0;
	}
	r.last = r.first;
	if (good && dash)
		good = number_u32(dash + 1, &r.last) == 0;
	if (!good || r.last < r.first || r.last > UINT16_MAX)
		return fail(-EINVAL, "invalid %s: %s", what, text);
	*ret = r;
	return 0;
}

/* Cuts "/udp" off; tcp when there is none. */
static int cut_protocol(char *text, int *ret)
{
	char *slash = strchr(text, '/');

	*ret = IPPROTO_TCP;
	if (!slash)
		return 0;
	*slash = '\0';
	return publish_protocol_parse(slash + 1, ret) < 0 ? fail(-EINVAL, "invalid proto: %s", slash + 1) : 0;
}

static int copy(const char *text, char out[TEXT_MAX])
{
	size_t len = strlen(text);

	if (len == 0)
		return fail(-EINVAL, "no port specified: %s<empty>", text);
	if (len >= TEXT_MAX)
		return fail(-EINVAL, "invalid publish: it is longer than %d characters", TEXT_MAX - 1);
	memcpy(out, text, len + 1);
	return 0;
}

/* Cuts the address off, in brackets or not; *@ret_rest is what follows its colon. */
static int cut_address(char *text, struct address *ret, char **ret_rest)
{
	char *colon, *address = text;

	*ret_rest = text;
	if (text[0] == '[') {
		char *end = strchr(text, ']');

		if (!end || end[1] != ':')
			return fail(-EINVAL, "invalid IP address: %s", text);
		*end = '\0';
		address = text + 1;
		*ret_rest = end + 2;
	} else {
		/* two colons: the first one ends an address, which may be empty */
		colon = strrchr(text, ':');
		if (!colon)
			return 0;
		*colon = '\0';
		address = strrchr(text, ':');
		*colon = ':';
		if (!address)
			return 0;
		*address = '\0';
		*ret_rest = address + 1;
		address = text;
		if (!*address)
			return 0;
	}
	return address_parse(address, ret) < 0 ? fail(-EINVAL, "invalid IP address: %s", address) : 0;
}

int publish_parse(const char *text, struct publishes *ret)
{
	char words[TEXT_MAX], *rest = words, *colon;
	struct publish one = { 0 };
	struct range inside, outside = { 0 };
	int r = copy(text, words);

	if (r == 0)
		r = cut_protocol(words, &one.protocol);
	if (r == 0)
		r = cut_address(words, &one.host, &rest);
	if (r < 0)
		return r;
	colon = strchr(rest, ':');
	if (colon)
		*colon = '\0';
	if (!*(colon ? colon + 1 : rest))
		return fail(-EINVAL, "no port specified: %s<empty>", text);
	r = parse_range(colon ? colon + 1 : rest, "containerPort", &inside);
	if (r == 0 && inside.first == 0)
		r = fail(-EINVAL, "invalid containerPort: %s", colon ? colon + 1 : rest);
	if (r == 0 && colon && *rest)
		r = parse_range(rest, "hostPort", &outside);
	if (r < 0)
		return r;
	/* one port may be given a range to choose from; otherwise each has its own */
	if (outside.first && inside.last != inside.first && outside.last - outside.first != inside.last - inside.first)
		return fail(-EINVAL, "invalid ranges specified for container and host Ports: %s and %s", colon + 1, rest);
	for (uint32_t port = inside.first; port <= inside.last; port++) {
		bool paired = outside.first && inside.last != inside.first;

		one.port = (uint16_t)port;
		one.first = (uint16_t)(outside.first + (paired ? port - inside.first : 0));
		one.last = paired ? one.first : (uint16_t)outside.last;
		publishes_add(ret, &one);
	}
	return 0;
}

int publish_parse_exposed(const char *text, struct publishes *ret)
{
	char words[TEXT_MAX];
	struct publish one = { 0 };
	struct range ports;
	int r = copy(text, words);

	if (r == 0 && strchr(words, ':'))
		r = fail(-EINVAL, "invalid port format for --expose: %s", text);
	if (r == 0)
		r = cut_protocol(words, &one.protocol);
	if (r == 0)
		r = parse_range(words, "range format for --expose", &ports);
	if (r == 0 && ports.first == 0)
		r = fail(-EINVAL, "invalid range format for --expose: %s", text);
	for (uint32_t port = ports.first; r == 0 && port <= ports.last; port++) {
		one.port = (uint16_t)port;
		publishes_add(ret, &one);
	}
	return r;
}
