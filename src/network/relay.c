/* SPDX-License-Identifier: Apache-2.0 */
#include "network/relay.h"

#include "base/error.h"
#include "base/log.h"
#include "kernel/step.h"
#include "network/relay_serve.h"

#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

static bool is_loopback(const struct address *a)
{
	return memcmp(a->bytes, &in6addr_loopback, sizeof in6addr_loopback) == 0;
}

static const struct address *way_in(const struct endpoint *e)
{
	return &e->addresses[e->addresses[NETWORK_IPV6].family ? NETWORK_IPV6 : NETWORK_IPV4];
}

static void tell(const struct publish *p, bool loopback, const struct address *to)
{
	char host[ADDRESS_TEXT_MAX], container[ADDRESS_TEXT_MAX];
	const char *from = loopback ? "::1" : address_text(&p->host, host);

	address_text(to, container);
	step_remark("hoy-relay, a process, carries what comes to [%s]:%u/%s to port %u of %s", from, p->first,
		    publish_protocol(p->protocol), p->port, container);
	log_debug("[%s]:%u/%s is carried to port %u of %s", from, p->first, publish_protocol(p->protocol), p->port, container);
}

/* The sockets that clients talk to are made ready. A port of every address has a second one for [::1]. */
static int open_listeners(const struct endpoint *e, struct ports *p)
{
	bool reached = e->addresses[NETWORK_IPV6].family != 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < p->published.count; i++) {
		const struct publish *one = &p->published.items[i];
		bool added = reached && address_is_every(&one->host);

		if (one->host.family != AF_INET6 || (reached && !added && !is_loopback(&one->host)))
			continue;
		r = ports_listen(p, i, added);
		if (r == 0)
			tell(one, added, way_in(e));
	}
	return r;
}

int relay_start(const struct endpoint *e, struct ports *p)
{
	pid_t parent = getpid(), pid;
	int r = open_listeners(e, p);

	if (r < 0 || p->listener_count == 0)
		return r;
	pid = fork();
	if (pid < 0)
		return fail_errno("fork what carries bytes to published ports");
	if (pid == 0)
		relay_serve(way_in(e), p, parent);
	p->relay = pid;
	return 0;
}

void relay_stop(struct ports *p)
{
	ports_unlisten(p);
}
