/* SPDX-License-Identifier: Apache-2.0 */
#include "container/link.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "container/endpoints.h"
#include "container/handle.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SIZE_LIMIT (4 << 20)

void links_release(struct links *l)
{
	strv_release(&l->hosts);
	strv_release(&l->environment);
	strv_release(&l->recorded);
	*l = (struct links){ 0 };
}

/* NAME:ALIAS, or NAME for both. */
static int split(const char *option, char **ret_name, char **ret_alias)
{
	size_t len = strcspn(option, ":");
	const char *alias = option[len] ? option + len + 1 : option;

	if (len == 0 || !*alias || strchr(alias, ':'))
		return fail(-EINVAL, "bad format for links: %s", option);
	*ret_name = xstrndup(option, len);
	*ret_alias = xstrdup(alias);
	return network_check_alias(*ret_alias);
}

int links_check(const char *option)
{
	autofree char *name = NULL, *alias = NULL;

	return split(option, &name, &alias);
}

/* The other one's place in the first network that both are in. */
static const struct endpoints_item *find_shared(const struct endpoints *all, const struct networks *n)
{
	for (size_t i = 0; i < n->count; i++)
		for (size_t k = 0; k < all->count; k++)
			if (strcmp(all->items[k].network, n->items[i].network) == 0)
				return &all->items[k];
	return NULL;
}

/* "my-db" is MY_DB in names of variables. */
static char *variable_prefix(const char *alias)
{
	char *text = xstrdup(alias);

	for (char *c = text; *c; c++)
		*c = *c == '-' || *c == '.' ? '_' : (char)toupper((unsigned char)*c);
	return text;
}

static void add_ports(const char *prefix, const char *address, struct json_object *config, struct strv *ret)
{
	struct json_object *exposed = json_get(config, "ExposedPorts");
	struct publishes ports = { 0 };

	if (exposed && json_object_is_type(exposed, json_type_object)) {
		json_object_object_foreach (exposed, key, unused) {
			(void)unused;
			(void)publish_parse_exposed(key, &ports);
		}
	}
	for (size_t i = 0; i < ports.count; i++) {
		const struct publish *p = &ports.items[i];
		const char *protocol = publish_protocol(p->protocol);
		autofree char *upper = variable_prefix(protocol), *one = xasprintf("%s_PORT_%u_%s", prefix, p->port, upper);

		if (i == 0)
			strv_add_format(ret, "%s_PORT=%s://%s:%u", prefix, protocol, address, p->port);
		strv_add_format(ret, "%s=%s://%s:%u", one, protocol, address, p->port);
		strv_add_format(ret, "%s_ADDR=%s", one, address);
		strv_add_format(ret, "%s_PORT=%u", one, p->port);
		strv_add_format(ret, "%s_PROTO=%s", one, protocol);
	}
	publishes_release(&ports);
}

/* Its own environment, but for what every container has. */
static void add_environment(const char *prefix, struct json_object *config, struct strv *ret)
{
	autostrv env = { 0 };

	(void)json_get_strv(config, "record.json", "Env", &env);
	for (size_t i = 0; i < env.count; i++)
		if (strncmp(env.items[i], "HOME=", 5) != 0 && strncmp(env.items[i], "PATH=", 5) != 0)
			strv_add_format(ret, "%s_ENV_%s", prefix, env.items[i]);
}

static int add_link(const struct handle *h, const struct endpoints_item *item, const char *alias, const char *name,
		    struct links *ret)
{
	const struct endpoint *e = &item->endpoint;
	const struct address *a = &e->addresses[e->addresses[NETWORK_IPV4].family ? NETWORK_IPV4 : NETWORK_IPV6];
	autofree char *prefix = variable_prefix(alias);
	autojson struct json_object *record = NULL;
	char text[ADDRESS_TEXT_MAX];
	int r;

	address_text(a, text);
	strv_add_format(&ret->hosts, "%s\t%s %.12s %s", text, alias, h->record.id, h->record.name);
	strv_add_format(&ret->recorded, "/%s:/%s/%s", h->record.name, name, alias);
	if (strcmp(item->network, NETWORK_DEFAULT) != 0)
		return 0;
	r = json_read(h->dir, "record.json", SIZE_LIMIT, &record);
	if (r < 0)
		return r;
	add_ports(prefix, text, json_get(record, "Config"), &ret->environment);
	strv_add_format(&ret->environment, "%s_NAME=/%s/%s", prefix, name, alias);
	add_environment(prefix, json_get(record, "Config"), &ret->environment);
	return 0;
}

static int make_one(const struct home *home, const char *option, const struct networks *n, const char *name, struct links *ret)
{
	autofree char *target = NULL, *alias = NULL;
	autocall(handle_release) struct handle h = HANDLE_NONE;
	const struct endpoints_item *item;
	autoendpoints all = { 0 };
	int r = split(option, &target, &alias);

	if (r == 0)
		r = handle_open(home, target, &h);
	if (r < 0)
		return r == -ENOENT ? fail(r, "could not get container for %s", target) : r;
	if (!handle_runs(&h))
		return fail(-EINVAL, "Cannot link to a non running container: /%s AS /%s/%s", h.record.name, name, alias);
	endpoints_read(home, h.record.id, &all);
	item = find_shared(&all, n);
	if (!item)
		return fail(-EINVAL, "Cannot link to /%s, as it does not belong to the network of this container", h.record.name);
	return add_link(&h, item, alias, name, ret);
}

int links_make(const struct home *home, const struct strv *options, const struct networks *n, const char *name, struct links *ret)
{
	autocall(links_release) struct links l = { 0 };
	int r = 0;

	if (options->count && n->mode != NETWORKS_OWN)
		return fail(-EINVAL, "conflicting options: links and the network mode. This would result in undefined behavior");
	for (size_t i = 0; r == 0 && i < options->count; i++)
		r = make_one(home, options->items[i], n, name, &l);
	if (r < 0)
		return r;
	*ret = l;
	l = (struct links){ 0 };
	return 0;
}
