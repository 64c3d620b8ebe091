/* SPDX-License-Identifier: Apache-2.0 */
#include "network/dns_apart.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "kernel/step.h"
#include "network/network_option.h"
#include "network/veth.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#define ENGINE_FAILED 125
#define INSIDE        "eth0"

struct endpoint dns_apart_endpoint(const struct network *n)
{
	struct endpoint e = { .interface = INSIDE };

	snprintf(e.link, sizeof e.link, "hoydns-%.8s", n->id);
	network_interface(n, e.bridge);
	for (int i = NETWORK_FAMILIES - 1; i >= 0; i--) {
		e.addresses[i] = network_server(n, i);
		e.prefixes[i] = n->pools[i].subnet.prefix;
		if (e.addresses[i].family)
			mac_of_address(&e.addresses[i], e.mac);
	}
	return e;
}

/* A new network namespace, which lives for as long as somebody has this descriptor or a socket in it. */
static int make_namespace(int own, int *ret)
{
	int fd, r;

	step_remark("the name server has a network namespace of its own: the host has no address on this network");
	if (unshare(CLONE_NEWNET) < 0)
		return fail_errno("make a network namespace for the name server");
	fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	r = fd < 0 ? fail_errno("open the name server's network namespace") : 0;
	/* nobody must go on in there */
	if (setns(own, CLONE_NEWNET) < 0)
		_exit(ENGINE_FAILED);
	*ret = fd;
	return r;
}

static int plug_in(const struct network *n, int netns)
{
	autonetlink host = NETLINK_NONE;
	struct interface_place place;
	struct endpoint e = dns_apart_endpoint(n);
	int r = netlink_open(NETLINK_ROUTE, &host), left;

	if (r < 0)
		return r;
	/* the last server's, whose namespace the kernel has not taken down yet */
	left = interface_index(&host, e.link);
	if (left >= 0)
		interface_remove(&host, e.link, left, "what is left of the last name server");
	r = netlink_commit(&host);
	if (r == 0)
		r = veth_enter(netns, n, &place);
	if (r < 0)
		return r;
	r = veth_plug(n, &host, interface_index(&host, e.bridge), &place, &e, false);
	veth_leave(&place);
	return r;
}

int dns_apart_open(const struct network *n, const struct dns_server_options *o, struct dns_sockets *ret)
{
	struct dns_server_options inside = *o;
	autofd int own = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), netns = -1;
	int r = own < 0 ? fail_errno("open /proc/thread-self/ns/net") : make_namespace(own, &netns);

	if (r == 0)
		r = plug_in(n, netns);
	if (r < 0)
		return r;
	inside.interface = INSIDE;
	if (setns(netns, CLONE_NEWNET) < 0)
		return fail_errno("enter the name server's network namespace");
	r = dns_sockets_open(&inside, ret);
	if (setns(own, CLONE_NEWNET) < 0)
		_exit(ENGINE_FAILED);
	return r;
}
