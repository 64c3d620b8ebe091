/* SPDX-License-Identifier: Apache-2.0 */
#include "network/endpoint.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILE_MAX (8 << 20) /* every port there is, three protocols, two families */

void endpoint_release(struct endpoint *e)
{
	free(e->name);
	free(e->hostname);
	strv_release(&e->aliases);
	strv_release(&e->links);
	strv_release(&e->servers);
	publishes_release(&e->direct);
	publishes_release(&e->published);
	*e = (struct endpoint){ 0 };
}

static void add_word(struct buf *out, const char *key, const char *value)
{
	if (value && *value)
		buf_add_format(out, "%s %s\n", key, value);
}

static void add_published(struct buf *out, const struct publish *p)
{
	char text[ADDRESS_TEXT_MAX];

	buf_add_format(out, "publish %s %s %u %u\n", publish_protocol(p->protocol), address_text(&p->host, text), p->first,
		       p->port);
}

int endpoint_write(const struct network_home *home, const char *network, const struct endpoint *e)
{
	autofd int fd = network_open_running(home, network, "endpoints");
	char text[ADDRESS_TEXT_MAX], mac[MAC_TEXT_MAX];
	autobuf out = BUF_INIT;

	if (fd < 0)
		return fd;
	add_word(&out, "name", e->name);
	add_word(&out, "hostname", e->hostname);
	for (size_t i = 0; i < e->aliases.count; i++)
		add_word(&out, "alias", e->aliases.items[i]);
	for (int i = 0; i < NETWORK_FAMILIES; i++)
		if (e->addresses[i].family)
			buf_add_format(&out, "address %s/%u\n", address_text(&e->addresses[i], text), e->prefixes[i]);
	if (memcmp(e->mac, "\0\0\0\0\0", MAC_SIZE) != 0)
		add_word(&out, "mac", mac_text(e->mac, mac));
	add_word(&out, "interface", e->interface);
	add_word(&out, "link", e->link);
	add_word(&out, "bridge", e->bridge);
	if (e->macvlan)
		buf_add_format(&out, "macvlan %u\n", e->nsid);
	for (size_t i = 0; i < e->links.count; i++)
		buf_add_format(&out, "alias-of %.*s %s\n", (int)strcspn(e->links.items[i], "="), e->links.items[i],
			       strchr(e->links.items[i], '=') + 1);
	for (size_t i = 0; i < e->servers.count; i++)
		add_word(&out, "nameserver", e->servers.items[i]);
	if (e->internal)
		buf_add_str(&out, "internal\n");
	for (size_t i = 0; i < e->direct.count; i++) {
		const struct publish *p = &e->direct.items[i];

		buf_add_format(&out, "direct %s %s %u\n", publish_protocol(p->protocol), address_text(&p->host, text), p->port);
	}
	for (size_t i = 0; i < e->published.count; i++)
		add_published(&out, &e->published.items[i]);
	/* the name server, which is nobody, reads it by the directory's descriptor; to others the way there is closed */
	return file_write(fd, e->id, out.data, out.len, 0644, FILE_VOLATILE);
}

static void read_address(const char *value, struct endpoint *e)
{
	char text[ADDRESS_TEXT_MAX];
	const char *slash = strchr(value, '/');
	struct address a;
	uint32_t prefix;
	int family;

	if (!slash || (size_t)(slash - value) >= sizeof text || number_u32(slash + 1, &prefix) < 0)
		return;
	memcpy(text, value, (size_t)(slash - value));
	text[slash - value] = '\0';
	if (address_parse(text, &a) < 0)
		return;
	family = a.family == AF_INET6 ? NETWORK_IPV6 : NETWORK_IPV4;
	e->addresses[family] = a;
	e->prefixes[family] = prefix;
}

static void read_published(const char *value, struct endpoint *e)
{
	struct publish p = { 0 };
	autostrv words = { 0 };
	uint32_t host, port;

	strv_split(&words, value, ' ');
	if (words.count != 4 || publish_protocol_parse(words.items[0], &p.protocol) < 0 ||
	    address_parse(words.items[1], &p.host) < 0 || number_u32(words.items[2], &host) < 0 ||
	    number_u32(words.items[3], &port) < 0)
		return;
	p.first = p.last = (uint16_t)host;
	p.port = (uint16_t)port;
	publishes_add(&e->published, &p);
}

static void read_direct(const char *value, struct endpoint *e)
{
	struct publish p = { 0 };
	autostrv words = { 0 };
	uint32_t port;

	strv_split(&words, value, ' ');
	if (words.count != 3 || publish_protocol_parse(words.items[0], &p.protocol) < 0 ||
	    address_parse(words.items[1], &p.host) < 0 || number_u32(words.items[2], &port) < 0)
		return;
	p.port = (uint16_t)port;
	publishes_add(&e->direct, &p);
}

static void read_line(const char *key, const char *value, struct endpoint *e)
{
	if (strcmp(key, "name") == 0)
		xreplace(&e->name, value);
	else if (strcmp(key, "hostname") == 0)
		xreplace(&e->hostname, value);
	else if (strcmp(key, "alias") == 0)
		strv_add(&e->aliases, value);
	else if (strcmp(key, "address") == 0)
		read_address(value, e);
	else if (strcmp(key, "mac") == 0)
		(void)mac_parse(value, e->mac);
	else if (strcmp(key, "interface") == 0)
		snprintf(e->interface, sizeof e->interface, "%s", value);
	else if (strcmp(key, "link") == 0)
		snprintf(e->link, sizeof e->link, "%s", value);
	else if (strcmp(key, "bridge") == 0)
		snprintf(e->bridge, sizeof e->bridge, "%s", value);
	else if (strcmp(key, "macvlan") == 0)
		e->macvlan = number_u32(value, &e->nsid) == 0;
	else if (strcmp(key, "alias-of") == 0 && strchr(value, ' '))
		strv_add_format(&e->links, "%.*s=%s", (int)strcspn(value, " "), value, strchr(value, ' ') + 1);
	else if (strcmp(key, "nameserver") == 0)
		strv_add(&e->servers, value);
	else if (strcmp(key, "internal") == 0)
		e->internal = true;
	else if (strcmp(key, "direct") == 0)
		read_direct(value, e);
	else if (strcmp(key, "publish") == 0)
		read_published(value, e);
}

static int read_at(int dirfd, const char *id, struct endpoint *ret)
{
	autoendpoint e = { 0 };
	autobuf text = BUF_INIT;
	char *rest, *line;
	int r = file_read(dirfd, id, FILE_MAX, &text);

	if (r < 0)
		return r;
	snprintf(e.id, sizeof e.id, "%s", id);
	for (line = strtok_r(text.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *value = line + strcspn(line, " ");

		if (*value)
			*value++ = '\0';
		read_line(line, value, &e);
	}
	*ret = e;
	e = (struct endpoint){ 0 };
	return 0;
}

static int open_endpoints(const struct network_home *home, const char *network)
{
	autofree char *path = xasprintf("%s/networks/%s/endpoints", home->runroot, network);

	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int endpoint_read(const struct network_home *home, const char *network, const char *id, struct endpoint *ret)
{
	autofd int fd = open_endpoints(home, network);

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : fail_errno("open the endpoints of network %s", network);
	return read_at(fd, id, ret);
}

void endpoint_remove(const struct network_home *home, const char *network, const char *id)
{
	autofd int fd = open_endpoints(home, network);

	if (fd >= 0)
		(void)unlinkat(fd, id, 0);
}

struct each {
	int (*visit)(const struct endpoint *e, void *data);
	void *data;
};

static int visit_one(int dirfd, const char *name, void *data)
{
	const struct each *each = data;
	autoendpoint e = { 0 };

	if (strlen(name) != ENDPOINT_ID_MAX - 1 || read_at(dirfd, name, &e) < 0)
		return 0;
	return each->visit(&e, each->data);
}

int endpoint_each_at(int dir, int (*visit)(const struct endpoint *e, void *data), void *data)
{
	struct each each = { visit, data };

	return dir_each(dir, ".", visit_one, &each);
}

int endpoint_each(const struct network_home *home, const char *network, int (*visit)(const struct endpoint *e, void *data),
		  void *data)
{
	autofd int fd = open_endpoints(home, network);

	if (fd < 0)
		return errno == ENOENT ? 0 : fail_errno("open the endpoints of network %s", network);
	return endpoint_each_at(fd, visit, data);
}
