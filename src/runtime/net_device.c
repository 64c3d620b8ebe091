/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/net_device.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernel/netlink.h"
#include "kernel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#define ADDRESS_MAX 16 /* bytes of an IPv6 address */

struct net_address {
	uint8_t family, prefix;
	uint32_t flags;
	size_t len;
	bool has_local, has_broadcast;
	uint8_t address[ADDRESS_MAX], local[ADDRESS_MAX], broadcast[ADDRESS_MAX];
};

static const char *name_inside(const struct net_device *d)
{
	return d->spec->name && *d->spec->name ? d->spec->name : d->spec->host_name;
}

/* ---- looking ---- */

struct link {
	int index;
	unsigned int flags;
};

static int see_link(const struct nlmsghdr *answer, void *data)
{
	const struct ifinfomsg *info = NLMSG_DATA(answer);
	struct link *ret = data;

	if (answer->nlmsg_type == RTM_NEWLINK && answer->nlmsg_len >= NLMSG_LENGTH(sizeof *info)) {
		ret->index = info->ifi_index;
		ret->flags = info->ifi_flags;
	}
	return 0;
}

/* The interface @name where @n was opened; -ENODEV without words. */
static int find_link(struct netlink *n, const char *name, struct link *ret)
{
	const struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	int r;

	netlink_begin(n, RTM_GETLINK, 0, &header, sizeof header);
	netlink_put_str(n, IFLA_IFNAME, name);
	netlink_end_frame(n);
	r = netlink_ask(n, see_link, ret);
	return r == 0 && ret->index == 0 ? -ENODEV : r;
}

static bool take_bytes(const struct nlmsghdr *answer, uint16_t type, size_t want, uint8_t *ret)
{
	size_t len = 0;
	const void *data = netlink_attribute(answer, sizeof(struct ifaddrmsg), type, &len);

	if (!data || len != want)
		return false;
	memcpy(ret, data, len);
	return true;
}

/* Permanent addresses with global scope are kept, as the standard says; the kernel makes the others itself. */
static int see_address(const struct nlmsghdr *answer, void *data)
{
	const struct ifaddrmsg *info = NLMSG_DATA(answer);
	struct net_device *d = data;
	struct net_address a = { 0 };
	uint32_t flags;

	if (answer->nlmsg_type != RTM_NEWADDR || answer->nlmsg_len < NLMSG_LENGTH(sizeof *info) || (int)info->ifa_index != d->index)
		return 0;
	flags = info->ifa_flags;
	(void)take_bytes(answer, IFA_FLAGS, sizeof flags, (uint8_t *)&flags);
	if (!(flags & IFA_F_PERMANENT) || info->ifa_scope != RT_SCOPE_UNIVERSE)
		return 0;
	a.family = info->ifa_family;
	a.prefix = info->ifa_prefixlen;
	a.flags = flags & (IFA_F_NODAD | IFA_F_HOMEADDRESS | IFA_F_MANAGETEMPADDR | IFA_F_NOPREFIXROUTE | IFA_F_MCAUTOJOIN);
	a.len = a.family == AF_INET ? 4 : a.family == AF_INET6 ? 16 : 0;
	a.has_local = a.len && take_bytes(answer, IFA_LOCAL, a.len, a.local);
	a.has_broadcast = a.len && take_bytes(answer, IFA_BROADCAST, a.len, a.broadcast);
	if (!a.len || !take_bytes(answer, IFA_ADDRESS, a.len, a.address))
		return 0;
	d->addresses = xrealloc(d->addresses, (d->address_count + 1) * sizeof *d->addresses);
	d->addresses[d->address_count++] = a;
	return 0;
}

static int find_addresses(struct netlink *n, struct net_device *d)
{
	const struct ifaddrmsg header = { .ifa_family = AF_UNSPEC };

	netlink_begin(n, RTM_GETADDR, NLM_F_DUMP, &header, sizeof header);
	netlink_end_frame(n);
	return netlink_ask(n, see_address, d);
}

/* ---- changing ---- */

/* Gives the interface @index of this socket's namespace to the namespace @to, under @name. */
static void put_move(struct netlink *n, int index, int to, const char *from_name, const char *name, const char *where)
{
	const struct ifinfomsg header = { .ifi_family = AF_UNSPEC, .ifi_index = index };

	netlink_begin(n, RTM_NEWLINK, 0, &header, sizeof header);
	netlink_put_u32(n, IFLA_NET_NS_FD, (uint32_t)to);
	netlink_put_str(n, IFLA_IFNAME, name);
	netlink_end(n, "link", "linux.netDevices", "move the interface %s to %s", from_name, where);
	netlink_say(n, "ip link set dev %s netns %s name %s", from_name, where, name);
}

static void put_rename(struct netlink *n, int index, const char *name)
{
	const struct ifinfomsg header = { .ifi_family = AF_UNSPEC, .ifi_index = index };

	netlink_begin(n, RTM_NEWLINK, 0, &header, sizeof header);
	netlink_put_str(n, IFLA_IFNAME, name);
	netlink_end(n, "link", "the kernel chooses the number", "name the interface %s", name);
}

static void put_addresses(struct netlink *n, const struct net_device *d, int index, const char *name)
{
	for (size_t i = 0; i < d->address_count; i++) {
		const struct net_address *a = &d->addresses[i];
		const struct ifaddrmsg header = { .ifa_family = a->family,
						  .ifa_prefixlen = a->prefix,
						  .ifa_index = (uint32_t)index };

		netlink_begin(n, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof header);
		netlink_put(n, IFA_ADDRESS, a->address, a->len);
		if (a->has_local)
			netlink_put(n, IFA_LOCAL, a->local, a->len);
		if (a->has_broadcast)
			netlink_put(n, IFA_BROADCAST, a->broadcast, a->len);
		if (a->flags)
			netlink_put_u32(n, IFA_FLAGS, a->flags);
		netlink_end(n, "address", "it keeps its address", "add an address of %s", name);
		netlink_tolerate(n, EEXIST); /* a namespace that was the same all the time */
	}
}

static void put_up(struct netlink *n, int index, const char *name)
{
	const struct ifinfomsg header = { .ifi_family = AF_UNSPEC, .ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };

	netlink_begin(n, RTM_NEWLINK, 0, &header, sizeof header);
	netlink_end(n, "link", "ready for traffic", "set the interface %s up", name);
	netlink_say(n, "ip link set dev %s up", name);
}

/* A socket that works in the namespace @ns: made there, by a caller that comes back. */
static int open_in(int ns, int home, struct netlink *ret)
{
	int r = sys_setns("a socket that works in the container's network", ns, CLONE_NEWNET, "the container's network namespace"),
	    back;

	if (r < 0)
		return r;
	r = netlink_open(NETLINK_ROUTE, ret);
	back = sys_setns("and back", home, CLONE_NEWNET, "the runtime's network namespace");
	return r < 0 ? r : back;
}

static int look_at(struct netlink *home, struct netlink *inside, struct net_device *d)
{
	struct link link = { 0 }, other = { 0 };
	int r = find_link(home, d->spec->host_name, &link);

	if (r == -ENODEV)
		return fail(r, "there is no interface of that name");
	if (r == 0 && link.flags & IFF_LOOPBACK)
		return fail(-EINVAL, "a loopback interface belongs to its namespace");
	d->index = link.index;
	d->was_up = link.flags & IFF_UP;
	/* after the move the kernel would refuse the name alone: half a move */
	if (r == 0 && !strchr(name_inside(d), '%') && find_link(inside, name_inside(d), &other) == 0 && other.index != link.index)
		return fail(-EEXIST, "there is an interface %s in the container's namespace already", name_inside(d));
	if (r == 0)
		r = find_addresses(home, d);
	return r < 0 ? fail_code(r, "look at the interface") : 0;
}

static int move_one(struct netlink *home, struct netlink *inside, struct net_device *d, int container)
{
	bool chosen = strchr(name_inside(d), '%');
	struct link link = { 0 };
	char passing[IFNAMSIZ];
	const char *name = name_inside(d);
	int r = look_at(home, inside, d);

	if (r < 0)
		return r;
	/* "eth%d" becomes a name that is not known before: until then it has one that is */
	if (chosen) {
		snprintf(passing, sizeof passing, "hoy%d", d->index);
		name = passing;
	}
	put_move(home, d->index, container, d->spec->host_name, name, "the container");
	r = netlink_commit(home);
	/* a move whose renaming fails is half a move: it is there, as what it was */
	if (r < 0 && find_link(inside, d->spec->host_name, &link) == 0)
		d->inside = link.index;
	if (r < 0)
		return r;
	r = find_link(inside, name, &link);
	if (r < 0)
		return fail_code(r, "find it in the container's namespace");
	d->inside = link.index;
	if (chosen)
		put_rename(inside, d->inside, name_inside(d));
	put_addresses(inside, d, d->inside, name_inside(d));
	put_up(inside, d->inside, name_inside(d));
	return netlink_commit(inside);
}

int net_devices_move(const struct spec_net_devices *spec, int container, struct net_devices *ret)
{
	autonetlink home = NETLINK_NONE, inside = NETLINK_NONE;
	int r;

	ret->container = container;
	ret->home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (ret->home < 0)
		return fail_errno("open /proc/self/ns/net");
	r = netlink_open(NETLINK_ROUTE, &home);
	if (r == 0)
		r = open_in(container, ret->home, &inside);
	if (r < 0)
		return fail_while(r, "linux.netDevices");
	ret->items = xcalloc(spec->count, sizeof *ret->items);
	for (size_t i = 0; r == 0 && i < spec->count; i++) {
		ret->items[ret->count++].spec = &spec->items[i];
		r = move_one(&home, &inside, &ret->items[i], container);
		if (r < 0)
			(void)fail_while(r, "linux.netDevices: %s", spec->items[i].host_name);
	}
	if (r < 0) {
		struct error_record words;

		error_pack(r, &words);
		net_devices_return(ret);
		r = error_unpack(&words);
	}
	return r;
}

void net_devices_return(struct net_devices *devices)
{
	autonetlink home = NETLINK_NONE, inside = NETLINK_NONE;

	if (!devices->count || netlink_open(NETLINK_ROUTE, &home) < 0 || open_in(devices->container, devices->home, &inside) < 0)
		return;
	for (size_t i = devices->count; i > 0; i--) {
		struct net_device *d = &devices->items[i - 1];
		const char *name = d->spec->host_name;
		struct link link = { 0 };

		if (!d->inside)
			continue;
		put_move(&inside, d->inside, devices->home, name, name, "the host");
		if (netlink_commit(&inside) < 0 || find_link(&home, name, &link) < 0)
			continue;
		put_addresses(&home, d, link.index, name);
		if (d->was_up)
			put_up(&home, link.index, name);
		(void)netlink_commit(&home);
		d->inside = 0;
	}
}

void net_devices_release(struct net_devices *devices)
{
	for (size_t i = 0; i < devices->count; i++)
		free(devices->items[i].addresses);
	free(devices->items);
	cleanup_fd(&devices->home);
	*devices = NET_DEVICES_NONE;
}
