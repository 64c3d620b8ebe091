/* SPDX-License-Identifier: Apache-2.0 */
#include "network/dns_zone.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "network/dns_forward.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define RESOLV_CONF     "/etc/resolv.conf"
#define RESOLV_CONF_MAX (64 << 10)
#define TTL             5 /* seconds: who caches soon learns of a container that was replaced */

void dns_zone_release(struct dns_zone *z)
{
	dns_names_release(&z->names);
	dns_others_release(&z->others);
}

/* The host's own servers may change while a container runs: a laptop moves, a VPN comes up. */
static void read_servers(struct dns_zone *z)
{
	autobuf text = BUF_INIT;
	struct stat st;

	if (stat(RESOLV_CONF, &st) < 0)
		return;
	if (st.st_mtim.tv_sec == z->servers_time.tv_sec && st.st_mtim.tv_nsec == z->servers_time.tv_nsec)
		return;
	if (file_read(AT_FDCWD, RESOLV_CONF, RESOLV_CONF_MAX, &text) < 0)
		return;
	z->server_count = dns_servers_parse(text.data, z->servers);
	z->servers_time = st.st_mtim;
}

void dns_zone_refresh(struct dns_zone *z)
{
	if (z->stale && dns_names_read(z->names_dir, &z->names) == 0)
		z->stale = false;
	read_servers(z);
}

void dns_zone_refuse(const struct dns_query *query, enum dns_rcode code, struct dns_reply *reply)
{
	dns_reply_start(reply, query->data, &query->question, code, query->max);
	dns_reply_finish(reply, &query->question);
}

/* The entries of this name: as it stands, or with the network's name behind it. */
static size_t find(const char *network, const struct dns_names *names, const char *name, const struct dns_name **ret_first)
{
	size_t n = dns_names_find(names, name, ret_first), len = strlen(name), tail = strlen(network);
	char alone[DNS_NAME_MAX];

	if (n || len <= tail + 1 || name[len - tail - 1] != '.' || strcmp(name + len - tail, network) != 0)
		return n;
	memcpy(alone, name, len - tail - 1);
	alone[len - tail - 1] = '\0';
	return dns_names_find(names, alone, ret_first);
}

static bool wants(const struct dns_question *q, int family)
{
	return q->type == DNS_TYPE_ANY || q->type == (family == AF_INET6 ? DNS_TYPE_AAAA : DNS_TYPE_A);
}

/* A name that is here but has no address of the kind asked for has an empty answer: it is not asked for elsewhere. */
static bool answer_name(const char *network, const struct dns_names *names, unsigned int turn, const struct dns_query *query,
			struct dns_reply *reply)
{
	const struct dns_question *q = &query->question;
	const struct dns_name *first;
	size_t n = find(network, names, q->name, &first);

	if (!n)
		return false;
	dns_reply_start(reply, query->data, q, DNS_NOERROR, query->max);
	for (size_t i = 0; i < n; i++) {
		const struct address *address = &first[(i + turn) % n].address;

		if (wants(q, address->family))
			dns_reply_address(reply, address, TTL);
	}
	dns_reply_finish(reply, q);
	return true;
}

static bool answer_address(const struct dns_names *names, const struct dns_query *query, struct dns_reply *reply)
{
	const struct dns_question *q = &query->question;
	const struct dns_name *name;
	struct address address;

	if (!dns_reverse(q->name, &address) || !(name = dns_names_of(names, &address)))
		return false;
	dns_reply_start(reply, query->data, q, DNS_NOERROR, query->max);
	if (q->type == DNS_TYPE_PTR || q->type == DNS_TYPE_ANY)
		dns_reply_name(reply, name->name, TTL);
	dns_reply_finish(reply, q);
	return true;
}

/* The container that asks, by its address; NULL for who is none of this network's. */
static const struct dns_container *asker_of(const struct dns_zone *z, const struct address *asker)
{
	const struct dns_name *name = dns_names_of(&z->names, asker);

	return name ? &z->names.containers[name->container] : NULL;
}

/* The question, with a container's name in place of what the asker alone calls it. */
static struct dns_query translate(const struct dns_container *asker, const struct dns_query *query)
{
	struct dns_query q = *query;
	const char *name = asker ? strv_env_get(&asker->links, query->question.name) : NULL;

	if (name)
		snprintf(q.question.name, sizeof q.question.name, "%s", name);
	return q;
}

static bool answer_own(struct dns_zone *z, const struct dns_container *c, const struct dns_query *query, struct dns_reply *reply)
{
	const struct dns_query q = translate(c, query);

	return answer_name(z->network, &z->names, z->turn++, &q, reply) || answer_address(&z->names, &q, reply);
}

static bool answer_other(const struct dns_zone *z, const char *id, const struct dns_query *query, struct dns_reply *reply)
{
	for (size_t i = 0; i < z->others.count; i++) {
		const struct dns_other *other = &z->others.items[i];
		struct dns_query q;

		/* on the network "bridge" nobody is known by name */
		if (!other->shared || strcmp(other->network, NETWORK_DEFAULT) == 0)
			continue;
		q = translate(dns_names_container(&other->names, id), query);
		if (answer_name(other->network, &other->names, z->turn, &q, reply) || answer_address(&other->names, &q, reply))
			return true;
	}
	return false;
}

static bool leads_out(const struct dns_other *other, const char *id)
{
	const struct dns_container *c = dns_names_container(&other->names, id);

	return c && !c->internal;
}

/* One of the networks that it is in has an outside. */
static bool may_ask_outside(const struct dns_zone *z, const struct dns_container *c)
{
	bool may = c && !z->internal;

	for (size_t i = 0; c && !may && i < z->others.count; i++)
		may = z->others.items[i].shared && leads_out(&z->others.items[i], c->id);
	return may;
}

size_t dns_zone_answer(struct dns_zone *z, const struct dns_query *query, struct dns_reply *reply,
		       const struct address **ret_servers)
{
	const struct dns_question *q = &query->question;
	const struct dns_container *c;

	dns_zone_refresh(z);
	if (q->class != DNS_CLASS_IN && q->class != DNS_CLASS_ANY) {
		dns_zone_refuse(query, DNS_NOTIMP, reply);
		return 0;
	}
	c = asker_of(z, &query->asker);
	if (q->plain && answer_own(z, c, query, reply))
		return 0;
	if (z->alone)
		c = NULL;
	if (c)
		dns_others_refresh(&z->others, c->id);
	if (c && q->plain && answer_other(z, c->id, query, reply))
		return 0;
	/* refused, not "no such name": a C library then asks the next server of its resolv.conf */
	if (!may_ask_outside(z, c)) {
		dns_zone_refuse(query, DNS_REFUSED, reply);
		return 0;
	}
	*ret_servers = c->server_count ? c->servers : z->servers;
	if (!c->server_count && !z->server_count)
		dns_zone_refuse(query, DNS_SERVFAIL, reply);
	return c->server_count ? c->server_count : z->server_count;
}
