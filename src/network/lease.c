/* SPDX-License-Identifier: Apache-2.0 */
#include "network/lease.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"
#include "network/network_option.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Others may take the addresses that we saw free: so many more are looked at before we say that there is none. */
#define SPARE 1024

/* Numbers, in the subnet, of addresses that cannot be had. */
struct taken {
	const struct subnet *subnet;
	uint64_t *numbers;
	size_t count, size;
};

static void add_taken(struct taken *t, uint64_t number)
{
	if (t->count == t->size) {
		t->size = t->size ? t->size * 2 : 64;
		t->numbers = xrealloc(t->numbers, t->size * sizeof *t->numbers);
	}
	t->numbers[t->count++] = number;
}

static void add_address(struct taken *t, const struct address *a)
{
	if (a->family && subnet_contains(t->subnet, a))
		add_taken(t, subnet_number(t->subnet, a));
}

/* Those that no container may have: the network itself, the broadcast address, the gateway or name server, and the user's own. */
static void add_reserved(struct taken *t, const struct network *n, int family)
{
	struct address server = network_server(n, family);

	add_taken(t, 0);
	if (t->subnet->address.family == AF_INET && t->subnet->prefix < 31)
		add_taken(t, subnet_size(t->subnet) - 1);
	add_address(t, &server);
	for (size_t i = 0; i < n->auxiliary.count; i++) {
		const char *text = strchr(n->auxiliary.items[i], '=');
		struct address a;

		if (text && address_parse(text + 1, &a) == 0)
			add_address(t, &a);
	}
}

static int add_lease(int dirfd, const char *name, void *data)
{
	struct address a;

	(void)dirfd;
	if (address_parse(name, &a) == 0)
		add_address(data, &a);
	return 0;
}

static int make_link(int dirfd, const struct address *a, const char *id)
{
	char text[ADDRESS_TEXT_MAX];

	return symlinkat(id, dirfd, address_text(a, text)) < 0 ? -errno : 0;
}

static int take_wanted(int dirfd, const struct taken *reserved, const struct address *wanted, const char *id)
{
	char text[ADDRESS_TEXT_MAX], subnet[ADDRESS_TEXT_MAX];
	int r;

	address_text(wanted, text);
	if (!subnet_contains(reserved->subnet, wanted))
		return fail(-EINVAL, "invalid address %s: it does not belong to the subnet %s", text,
			    subnet_text(reserved->subnet, subnet));
	for (size_t i = 0; i < reserved->count; i++)
		if (reserved->numbers[i] == subnet_number(reserved->subnet, wanted))
			return fail(-EADDRINUSE, "address %s is already in use: it is the network's own", text);
	r = make_link(dirfd, wanted, id);
	if (r == -EEXIST)
		return fail(-EADDRINUSE, "address %s is already in use", text);
	return r < 0 ? fail_code(r, "take the address %s", text) : 0;
}

/* The lowest one: among as many numbers as are taken, and one more, one is free. */
static int take_lowest(int dirfd, const struct network *n, const struct network_pool *pool, const struct taken *t, const char *id,
		       struct address *ret)
{
	bool ranged = pool->range.address.family != 0;
	const struct subnet *range = ranged ? &pool->range : &pool->subnet;
	uint64_t first = subnet_number(&pool->subnet, &range->address), size = subnet_size(range);
	uint64_t looked = size < t->count + SPARE ? size : t->count + SPARE;
	autofree bool *used = xcalloc(looked + 1, sizeof *used);

	for (size_t i = 0; i < t->count; i++)
		if (t->numbers[i] >= first && t->numbers[i] - first < looked)
			used[t->numbers[i] - first] = true;
	for (uint64_t i = 0; i < looked; i++) {
		struct address a;
		int r;

		if (used[i])
			continue;
		a = subnet_address(&pool->subnet, first + i);
		r = make_link(dirfd, &a, id);
		if (r == -EEXIST)
			continue;
		if (r < 0)
			return fail_code(r, "take an address of network %s", n->name);
		*ret = a;
		return 0;
	}
	return fail_hint(fail(-ENOSPC, "no available %s addresses on this network's address pools: %s",
			      pool->subnet.address.family == AF_INET6 ? "IPv6" : "IPv4", n->name),
			 "make a network with a larger --subnet, or remove containers that are not needed");
}

int lease_take(const struct network_home *home, const struct network *n, int family, const struct address *wanted, const char *id,
	       struct address *ret)
{
	const struct network_pool *pool = &n->pools[family];
	struct taken t = { .subnet = &pool->subnet };
	autofd int fd = network_open_running(home, n->name, "leases");
	int r;

	if (fd < 0)
		return fd;
	add_reserved(&t, n, family);
	if (wanted) {
		r = take_wanted(fd, &t, wanted, id);
		if (r == 0)
			*ret = *wanted;
	} else {
		r = dir_each(fd, ".", add_lease, &t);
		if (r == 0)
			r = take_lowest(fd, n, pool, &t, id, ret);
	}
	free(t.numbers);
	return r;
}

static bool is_lease_of(int dirfd, const char *name, const char *id)
{
	char owner[NETWORK_ID_MAX];
	ssize_t len = readlinkat(dirfd, name, owner, sizeof owner);

	return len == (ssize_t)strlen(id) && memcmp(owner, id, (size_t)len) == 0;
}

static int open_leases(const struct network_home *home, const char *network)
{
	autofree char *path = xasprintf("%s/networks/%s/leases", home->runroot, network);

	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void lease_release(const struct network_home *home, const char *network, const struct address *a, const char *id)
{
	autofd int fd = open_leases(home, network);
	char text[ADDRESS_TEXT_MAX];

	if (fd >= 0 && is_lease_of(fd, address_text(a, text), id))
		(void)unlinkat(fd, text, 0);
}

static int release_own(int dirfd, const char *name, void *data)
{
	if (is_lease_of(dirfd, name, data))
		(void)unlinkat(dirfd, name, 0);
	return 0;
}

void lease_release_all(const struct network_home *home, const char *network, const char *id)
{
	autofd int fd = open_leases(home, network);

	if (fd >= 0)
		(void)dir_each(fd, ".", release_own, (void *)id);
}
