/* SPDX-License-Identifier: Apache-2.0 */
#include "network/dns.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/lock.h"
#include "base/memory.h"
#include "kernel/sandbox.h"
#include "kernel/step.h"
#include "network/dns_apart.h"
#include "network/dns_server.h"
#include "network/network_option.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOCK "dns.lock"
#define GATE "dns.gate"

/* What a start needs, open: where networks are, the network's volatile directory and the endpoints in it. */
struct place {
	int networks, dir, endpoints, gate;
};

static void place_release(struct place *p)
{
	cleanup_fd(&p->gate);
	cleanup_fd(&p->endpoints);
	cleanup_fd(&p->dir);
	cleanup_fd(&p->networks);
}

/* With the gate closed, until the place is released. */
static int place_open(const struct network_home *home, const char *network, struct place *ret)
{
	autocall(place_release) struct place p = { -1, -1, -1, -1 };

	p.endpoints = network_open_running(home, network, "endpoints");
	if (p.endpoints < 0)
		return p.endpoints;
	p.dir = openat(p.endpoints, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	p.networks = openat(p.endpoints, "../..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (p.dir < 0 || p.networks < 0)
		return fail_errno("open the directory of network %s", network);
	p.gate = lock_take(p.dir, GATE, LOCK_EXCLUSIVE);
	if (p.gate < 0)
		return p.gate;
	*ret = p;
	p = (struct place){ -1, -1, -1, -1 };
	return 0;
}

/*
 * Two locks. The server holds LOCK for as long as it serves. GATE is held for a moment: by who adds an endpoint,
 * until a server is known to run, and by the server while it looks whether any is left; so it never leaves in the moment in
 * which one is added. Returns 1 with the lock when nobody serves.
 */
static int take_lock(int dir, int *ret)
{
	int fd = lock_try(dir, LOCK, LOCK_EXCLUSIVE);

	if (fd == -EAGAIN)
		return 0;
	if (fd < 0)
		return fd;
	*ret = fd;
	return 1;
}

static int watch_endpoints(int endpoints, int *ret)
{
	char path[FD_PATH_MAX];

	*ret = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (*ret < 0 || inotify_add_watch(*ret, fd_path(endpoints, path), IN_MOVED_TO | IN_DELETE | IN_ONLYDIR) < 0)
		return fail_errno("watch the endpoints");
	return 0;
}

/* In a session of its own, with nothing of its maker's but what it serves with. */
static void detach(const struct dns_server_options *o, const struct dns_sockets *sockets, int inotify)
{
	int keep[ARRAY_SIZE(sockets->fds) + 5], null = open("/dev/null", O_RDWR | O_CLOEXEC);
	size_t count = 0;
	sigset_t none;

	for (size_t i = 0; i < sockets->count; i++)
		keep[count++] = sockets->fds[i];
	keep[count++] = o->lock;
	keep[count++] = o->names_dir;
	keep[count++] = o->networks;
	keep[count++] = inotify;
	keep[count++] = o->gate;
	(void)setsid();
	(void)prctl(PR_SET_NAME, "hoy-dns");
	(void)prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (null >= 0) {
		(void)dup2(null, STDIN_FILENO);
		(void)dup2(null, STDOUT_FILENO);
		(void)dup2(null, STDERR_FILENO);
	}
	(void)fd_close_from(3, keep, count);
	if (chdir("/") < 0)
		_exit(1);
}

static _Noreturn void serve(const struct dns_server_options *o, const struct dns_sockets *sockets, int inotify)
{
	int r;

	detach(o, sockets, inotify);
	r = sandbox_name_server(o->networks);
	if (r == 0)
		r = dns_server_run(o, sockets, inotify);
	_exit(r < 0);
}

/* A grandchild: nobody who lives on has to reap it. */
static int fork_server(const struct dns_server_options *o, const struct dns_sockets *sockets, int inotify)
{
	pid_t pid = fork();

	if (pid < 0)
		return fail_errno("fork the name server");
	if (pid == 0) {
		pid = fork();
		if (pid == 0)
			serve(o, sockets, inotify);
		_exit(pid < 0);
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return 0;
}

static int start(const struct place *p, const struct network *n, const char *interface)
{
	autocall(dns_sockets_close) struct dns_sockets sockets = { .count = 0 };
	struct dns_server_options o = { .network = n->name, .interface = interface, .internal = n->internal };
	autofd int lock = -1, inotify = -1, gate = -1;
	char text[ADDRESS_TEXT_MAX];
	int r = take_lock(p->dir, &lock);

	if (r <= 0)
		return r;
	for (int i = 0; i < NETWORK_FAMILIES; i++) {
		o.gateways[o.gateway_count] = network_server(n, i);
		o.gateway_count += o.gateways[o.gateway_count].family != 0;
	}
	/* an open file of its own: a lock belongs to that */
	gate = openat(p->dir, GATE, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (gate < 0)
		return fail_errno("open %s", GATE);
	o.lock = lock;
	o.gate = gate;
	o.names_dir = p->endpoints;
	o.networks = p->networks;
	step_remark("a name server of hoy's answers on %s, port 53, for as long as a container is on this network",
		    address_text(&o.gateways[0], text));
	o.alone = network_is_hostless(n);
	r = o.alone ? dns_apart_open(n, &o, &sockets) : dns_sockets_open(&o, &sockets);
	if (r == 0)
		r = watch_endpoints(p->endpoints, &inotify);
	return r == 0 ? fork_server(&o, &sockets, inotify) : r;
}

int dns_connect(const struct network_home *home, const struct network *n, const char *interface, const struct endpoint *e)
{
	autocall(place_release) struct place p = { -1, -1, -1, -1 };
	int r = place_open(home, n->name, &p);

	if (r == 0)
		r = endpoint_write(home, n->name, e);
	if (r < 0)
		return r;
	r = start(&p, n, interface);
	if (r < 0)
		endpoint_remove(home, n->name, e->id);
	return r;
}

int dns_repair(const struct network_home *home, const struct network *n, const char *interface)
{
	autocall(place_release) struct place p = { -1, -1, -1, -1 };
	int r = place_open(home, n->name, &p);

	return r == 0 && dns_server_needed(p.endpoints) ? start(&p, n, interface) : r;
}
