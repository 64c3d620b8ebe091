/* SPDX-License-Identifier: Apache-2.0 */
#include "container/networks_live.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "container/ask.h"
#include "container/endpoints.h"
#include "container/files.h"
#include "container/message.h"
#include "container/undo.h"
#include "kernel/step.h"
#include "network/connect.h"
#include "network/create.h"
#include "runtime/pidfd.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int open_running(const struct handle *h)
{
	int fd = openat(h->home->running, h->record.id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

	return fd < 0 ? fail_errno("open %s/containers/%s", h->home->runroot, h->record.id) : fd;
}

/* Its name servers are those of the networks that it is in now. */
static int tell_resolver(struct handle *h)
{
	autostrv servers = { 0 };
	int r = networks_servers(h->home, &h->record.networks, &servers);

	return r == 0 && servers.count ? files_set_servers(h->dir, &servers) : r;
}

/* 1 when it ended meanwhile: then the record is all there is to change. */
static int open_namespace(struct handle *h, int *ret)
{
	autofd int pidfd = -1;
	int r = handle_pidfd(h, &pidfd);

	if (r == 0) {
		r = pidfd_namespace(pidfd, SPEC_NS_NETWORK);
		if (r >= 0) {
			*ret = r;
			return 0;
		}
	}
	return r == -ESRCH ? 1 : r;
}

static int join_live(struct handle *h, const struct network_use *use, const struct network *net)
{
	struct network_home place = endpoints_home(h->home);
	struct publishes ports = { 0 };
	struct connection connection = { .network = net,
					 .id = h->record.id,
					 .name = h->record.name,
					 .hostname = h->record.hostname,
					 .aliases = &use->aliases,
					 .links = &use->links,
					 .servers = &h->record.networks.servers,
					 .link_local = &use->link_local,
					 .interface = strv_env_get(&use->driver_options, NETWORKS_IFNAME),
					 .sysctls = strv_env_get(&use->driver_options, NETWORKS_SYSCTLS),
					 .ports = &ports,
					 .mac = use->mac_given ? use->mac : NULL };
	autofd int netns = -1, running = -1;
	autoendpoint e = { 0 };
	struct ports none = { 0 };
	int r = open_namespace(h, &netns);

	if (r != 0)
		return r < 0 ? r : 0;
	memcpy(connection.wanted, use->ip, sizeof connection.wanted);
	connection.netns = netns;
	running = open_running(h);
	r = running < 0 ? running : undo_note(running, "network", net->name);
	ports = networks_ports(&h->record.networks);
	if (r == 0)
		r = connect_container(&place, &connection, &e, &none);
	publishes_release(&ports);
	if (r < 0) {
		struct error_record why;

		error_pack(r, &why);
		(void)connect_leave(&place, net, h->record.id, netns);
		(void)connect_undo(&place, net->name, h->record.id);
		return error_unpack(&why);
	}
	return files_add_own(h->dir, h->record.hostname, e.addresses, NETWORK_FAMILIES);
}

/* It has come into a network, or left one: its way out may be another now. */
static int lead_out(struct handle *h)
{
	const struct networks *n = &h->record.networks;
	struct network_home place = endpoints_home(h->home);
	autonetwork net = { 0 };
	autofd int netns = -1;
	int r;

	if (!n->count || !handle_runs(h))
		return 0;
	r = network_read(&place, n->items[networks_way_out(h->home, n)].network, &net);
	if (r == 0)
		r = open_namespace(h, &netns);
	if (r == 0)
		r = connect_lead_out(&place, &net, h->record.id, netns);
	return r == -ENOENT || r == 1 ? 0 : r;
}

/* Its published ports lead through what is its way out now: they are its monitor's. One that has ended has none. */
static int lead_in(struct handle *h)
{
	static const struct timeval patience = { .tv_sec = 60 };
	struct request follow = { .kind = REQUEST_FOLLOW };
	struct message answer;
	autofd int fd = handle_active(h) ? ask_monitor(h, &follow, NULL, 0) : -ESRCH;
	int none[1], r;

	if (fd < 0)
		return fd == -ESRCH ? 0 : fd;
	step_remark("its monitor, which holds its published ports, leads them through its way out");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	r = message_receive(fd, &answer, none, 0);
	if (r < 0)
		return fail_hint(fail_code(r, "wait for its monitor to move the published ports"),
				 "a monitor of an older hoy cannot: restart the container");
	return r == 1 && answer.kind == MESSAGE_FAILED ? error_unpack(&answer.error) : 0;
}

/* The record has changed: what it says now is so. */
static int settle(struct handle *h)
{
	int r = lead_out(h);

	return r == 0 ? lead_in(h) : r;
}

/* 1 when it was in the network, whatever the record says: who changes it may have been killed. */
static int leave_live(struct handle *h, const struct network *net)
{
	struct network_home place = endpoints_home(h->home);
	autoendpoint e = { 0 };
	autofd int netns = -1;
	int r = open_namespace(h, &netns);

	if (r != 0)
		return r < 0 ? r : 0;
	(void)endpoint_read(&place, net->name, h->record.id, &e);
	r = connect_leave(&place, net, h->record.id, netns);
	if (r == 0)
		r = files_drop_addresses(h->dir, e.addresses, NETWORK_FAMILIES);
	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

static int check(const struct handle *h)
{
	const struct networks *n = &h->record.networks;

	if (n->mode == NETWORKS_HOST)
		return fail(-EINVAL, "container cannot be connected to host network: cannot be connected to other networks");
	if (n->mode == NETWORKS_CONTAINER)
		return fail(
			-EINVAL,
			"container sharing network namespace with another container or host cannot be connected to any other network");
	if (n->mode == NETWORKS_NONE)
		return fail(-EINVAL,
			    "container cannot be connected to multiple networks with one of the networks in private (none) mode");
	return 0;
}

/* It could not be connected: the network is its last one, and it is out of it again. */
static int give_back(struct handle *h, const struct network *net, int error)
{
	struct networks *n = &h->record.networks;
	struct error_record why;

	error_pack(error, &why);
	networks_remove(n, n->count - 1);
	(void)networks_rewrite(h->dir, n);
	(void)settle(h);
	if (handle_runs(h))
		(void)leave_live(h, net);
	return error_unpack(&why);
}

/*
 * One command at a time changes the networks of a container. Returns the descriptor that holds the lock; under it the record is
 * read again.
 */
static int begin_change(struct handle *h)
{
	autofd int lock = openat(h->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autocall(record_release) struct record now = { 0 };
	int r;

	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return fail_errno("lock the container");
	r = record_read(h->dir, &now);
	if (r < 0)
		return r == -ENOENT ? fail(r, "no such container") : r;
	networks_release(&h->record.networks);
	h->record.networks = now.networks;
	now.networks = (struct networks){ 0 };
	return take_fd(&lock);
}

int networks_connect(struct handle *h, struct network_use *use)
{
	struct network_home place = endpoints_home(h->home);
	struct networks *n = &h->record.networks;
	struct networks one = { .items = use, .count = 1 };
	autonetwork net = { 0 };
	autofd int lock = begin_change(h);
	int r = lock < 0 ? lock : check(h);

	if (r == 0)
		r = networks_find(h->home, &one);
	if (r == 0)
		r = network_read(&place, use->network, &net);
	for (size_t i = 0; r == 0 && i < n->count; i++)
		if (strcmp(n->items[i].network, net.name) == 0)
			r = fail(-EEXIST, "endpoint with name %s already exists in network %s", h->record.name, net.name);
	if (r == 0 && handle_runs(h)) {
		r = leave_live(h, &net);
		if (r >= 0)
			r = join_live(h, use, &net);
	}
	if (r < 0)
		return r;
	networks_add(n, use);
	r = networks_rewrite(h->dir, n);
	if (r == 0)
		r = settle(h);
	if (r < 0)
		return give_back(h, &net, r);
	endpoints_event(h->home, &net, "connect", h->record.id);
	return tell_resolver(h);
}

/* Its ports, and its way out, are elsewhere before it leaves the network with this number. */
static int forsake(struct handle *h, size_t at)
{
	struct networks *n = &h->record.networks;
	struct network_use use = n->items[at];
	struct error_record why;
	int r;

	memmove(&n->items[at], &n->items[at + 1], (--n->count - at) * sizeof *n->items);
	r = networks_rewrite(h->dir, n);
	if (r == 0)
		r = settle(h);
	if (r < 0) {
		error_pack(r, &why);
		memmove(&n->items[at + 1], &n->items[at], (n->count++ - at) * sizeof *n->items);
		n->items[at] = use;
		(void)networks_rewrite(h->dir, n);
		(void)settle(h);
		return error_unpack(&why);
	}
	network_use_release(&use);
	return 0;
}

int networks_disconnect(struct handle *h, const char *network)
{
	struct network_home place = endpoints_home(h->home);
	struct networks *n = &h->record.networks;
	autonetwork net = { 0 };
	size_t at = 0;
	bool known;
	autofd int lock = begin_change(h);
	int r = lock < 0 ? lock : create_or_find(&place, network, &net);

	if (r < 0)
		return r;
	while (at < n->count && strcmp(n->items[at].network, net.name) != 0)
		at++;
	known = at < n->count;
	if (at < n->count)
		r = forsake(h, at);
	if (r == 0 && handle_runs(h))
		r = leave_live(h, &net);
	if (r < 0)
		return r;
	if (at == n->count && !known)
		return r ? 0 : fail(-ENOENT, "container %s is not connected to network %s", h->record.id, net.name);
	endpoints_event(h->home, &net, "disconnect", h->record.id);
	return tell_resolver(h);
}

static bool is_in(const struct networks *n, const char *network)
{
	for (size_t i = 0; i < n->count; i++)
		if (strcmp(n->items[i].network, network) == 0)
			return true;
	return false;
}

/* Networks where it has an endpoint, which the record does not name. */
static int leave_others(struct handle *h)
{
	struct network_home place = endpoints_home(h->home);
	autoendpoints all = { 0 };
	int r = 0;

	endpoints_read(h->home, h->record.id, &all);
	for (size_t i = 0; r >= 0 && i < all.count; i++) {
		autonetwork net = { 0 };

		if (!is_in(&h->record.networks, all.items[i].network) && network_read(&place, all.items[i].network, &net) == 0)
			r = leave_live(h, &net);
	}
	return r < 0 ? r : 0;
}

static int settle_one(int dirfd, const char *id, void *data)
{
	autocall(handle_release) struct handle h = HANDLE_NONE;
	autofd int lock = -1;
	int r = handle_open(data, id, &h);

	(void)dirfd;
	if (r == 0)
		r = lock = begin_change(&h);
	if (r >= 0 && handle_runs(&h) && h.record.networks.mode == NETWORKS_OWN) {
		r = settle(&h);
		if (r == 0)
			r = leave_others(&h);
	}
	if (r < 0 && r != -ENOENT)
		log_warning("the networks of %.12s are not what they should be: %s", id, error_text(r));
	error_clear();
	return 0;
}

void networks_settle(const struct home *home)
{
	(void)dir_each(home->running, ".", settle_one, (void *)home);
}

void networks_rename(const struct home *home, const char *id, const char *name)
{
	struct network_home place = endpoints_home(home);
	autoendpoints all = { 0 };

	endpoints_read(home, id, &all);
	for (size_t i = 0; i < all.count; i++) {
		xreplace(&all.items[i].endpoint.name, name);
		(void)endpoint_write(&place, all.items[i].network, &all.items[i].endpoint);
	}
}
