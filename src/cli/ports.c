/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/ports.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

const char *ports_host(const struct publish *p, char text[PORTS_HOST_MAX])
{
	char address[ADDRESS_TEXT_MAX];

	address_text(&p->host, address);
	snprintf(text, PORTS_HOST_MAX, p->host.family == AF_INET6 ? "[%s]:%u" : "%s:%u", address, p->first);
	return text;
}

static int by_port(const void *a, const void *b)
{
	const struct publish *x = *(const struct publish *const *)a, *y = *(const struct publish *const *)b;

	if (x->port != y->port)
		return x->port < y->port ? -1 : 1;
	if (x->protocol != y->protocol)
		return x->protocol < y->protocol ? -1 : 1;
	if (x->host.family != y->host.family)
		return x->host.family < y->host.family ? -1 : 1;
	return memcmp(x->host.bytes, y->host.bytes, sizeof x->host.bytes);
}

const struct publish **ports_sorted(const struct endpoints *e, size_t *ret_count)
{
	const struct publish **list;
	size_t count = 0;

	for (size_t i = 0; i < e->count; i++)
		count += e->items[i].endpoint.published.count;
	list = xcalloc(count + 1, sizeof *list);
	count = 0;
	for (size_t i = 0; i < e->count; i++)
		for (size_t k = 0; k < e->items[i].endpoint.published.count; k++)
			list[count++] = &e->items[i].endpoint.published.items[k];
	qsort(list, count, sizeof *list, by_port);
	*ret_count = count;
	return list;
}

/* "80/tcp" */
static char *port_name(const struct publish *p)
{
	return xasprintf("%u/%s", p->port, publish_protocol(p->protocol));
}

static bool is_published(const char *exposed, const struct publish *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		autofree char *name = port_name(list[i]);

		if (strcmp(name, exposed) == 0)
			return true;
	}
	return false;
}

/* The one whose address is the same, and whose ports are the next, on both sides: they are shown as a range. */
static bool follows(const struct publish *a, const struct publish *b)
{
	return b->port == a->port + 1 && b->first == a->first + 1 && b->protocol == a->protocol &&
	       address_equal(&a->host, &b->host);
}

/* Where the range that begins with @list[@at] ends; those in it are taken from the list. */
static const struct publish *take_range(const struct publish **list, size_t count, size_t at)
{
	const struct publish *last = list[at];

	for (size_t i = at + 1; i < count; i++)
		if (list[i] && follows(last, list[i])) {
			last = list[i];
			list[i] = NULL;
		}
	return last;
}

void ports_list(const struct endpoints *e, const struct strv *exposed, struct buf *out)
{
	size_t count, begin = out->len;
	autofree const struct publish **list = ports_sorted(e, &count), **whole = xcalloc(count + 1, sizeof *whole);

	memcpy(whole, list, count * sizeof *list);
	for (size_t i = 0; i < count; i++) {
		char host[PORTS_HOST_MAX];
		const struct publish *first = list[i], *last;

		if (!first)
			continue;
		last = take_range(list, count, i);
		buf_add_format(out, "%s%s", out->len > begin ? ", " : "", ports_host(first, host));
		if (last != first)
			buf_add_format(out, "-%u->%u-%u/%s", last->first, first->port, last->port,
				       publish_protocol(first->protocol));
		else
			buf_add_format(out, "->%u/%s", first->port, publish_protocol(first->protocol));
	}
	for (size_t i = 0; i < exposed->count; i++)
		if (!is_published(exposed->items[i], whole, count))
			buf_add_format(out, "%s%s", out->len > begin ? ", " : "", exposed->items[i]);
}

static void put_host(struct json_writer *w, const struct publish *p)
{
	char text[ADDRESS_TEXT_MAX], port[8];

	snprintf(port, sizeof port, "%u", p->first);
	json_begin_object(w, NULL);
	json_put_str(w, "HostIp", address_text(&p->host, text));
	json_put_str(w, "HostPort", port);
	json_end_object(w);
}

void ports_put(const struct endpoints *e, const struct strv *exposed, struct json_writer *w)
{
	size_t count;
	autofree const struct publish **list = ports_sorted(e, &count);

	json_begin_object(w, "Ports");
	for (size_t i = 0; i < count;) {
		size_t first = i;
		autofree char *name = port_name(list[i]);

		json_begin_array(w, name);
		for (; i < count && list[i]->port == list[first]->port && list[i]->protocol == list[first]->protocol; i++)
			put_host(w, list[i]);
		json_end_array(w);
	}
	for (size_t i = 0; i < exposed->count; i++)
		if (!is_published(exposed->items[i], list, count))
			json_put_null(w, exposed->items[i]);
	json_end_object(w);
}
