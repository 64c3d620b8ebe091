/* SPDX-License-Identifier: Apache-2.0 */
#include "network/network_store.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "kernel/sandbox.h"
#include "network/network_json.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define FILE_MAX (1 << 20)

static int open_all(const struct network_home *home)
{
	autofree char *path = xasprintf("%s/networks", home->root);

	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static int read_at(int dirfd, const char *name, struct network *ret)
{
	autojson struct json_object *o = NULL;
	int r = json_read(dirfd, name, FILE_MAX, &o);

	return r < 0 ? r : network_from_json(o, name, ret);
}

int network_read(const struct network_home *home, const char *name, struct network *ret)
{
	autofd int fd = -1;

	if (network_check_name(name) < 0)
		return -ENOENT;
	fd = open_all(home);
	if (fd < 0)
		return errno == ENOENT ? -ENOENT : fail_errno("open %s/networks", home->root);
	return read_at(fd, name, ret);
}

struct each {
	int (*visit)(const struct network *n, void *data);
	void *data;
};

static int visit_one(int dirfd, const char *name, void *data)
{
	const struct each *each = data;
	autonetwork n = { 0 };

	/* what is being written beside its place has another name than it says */
	if (read_at(dirfd, name, &n) < 0 || strcmp(n.name, name) != 0)
		return 0;
	return each->visit(&n, each->data);
}

int network_each(const struct network_home *home, int (*visit)(const struct network *n, void *data), void *data)
{
	autofree char *path = xasprintf("%s/networks", home->root);
	struct each each = { visit, data };
	int r = dir_each(AT_FDCWD, path, visit_one, &each);

	return r == -ENOENT ? 0 : r;
}

struct search {
	const char *prefix;
	unsigned int found;
	char *name;
};

static int compare_id(const struct network *n, void *data)
{
	struct search *s = data;

	if (strncmp(n->id, s->prefix, strlen(s->prefix)) != 0)
		return 0;
	xreplace(&s->name, n->name);
	s->found = strcmp(n->id, s->prefix) == 0 ? 1 : s->found + 1;
	return strcmp(n->id, s->prefix) == 0;
}

int network_find(const struct network_home *home, const char *name_or_id, struct network *ret)
{
	struct search s = { .prefix = name_or_id };
	autofree char *name = NULL;
	int r = network_read(home, name_or_id, ret);

	if (r != -ENOENT)
		return r;
	r = *name_or_id ? network_each(home, compare_id, &s) : 0;
	name = s.name;
	if (r < 0)
		return r;
	if (s.found > 1)
		return fail(-ENOTUNIQ, "network %s is ambiguous (%u matches found on name)", name_or_id, s.found);
	r = s.found == 1 ? network_read(home, name, ret) : -ENOENT;
	return r == -ENOENT ? fail(r, "network %s not found", name_or_id) : r;
}

int network_write(const struct network_home *home, const struct network *n)
{
	autofree char *path = xasprintf("%s/networks", home->root);
	autobuf text = BUF_INIT;
	autofd int fd = -1;
	int r = dir_make_all(AT_FDCWD, path, 0700);

	if (r < 0)
		return r;
	fd = open_all(home);
	if (fd < 0)
		return fail_errno("open %s", path);
	network_to_json(n, &text);
	r = file_create(fd, n->name, text.data, text.len, 0600);
	return r == -EEXIST ? fail(r, "network with name %s already exists", n->name) : r;
}

int network_erase(const struct network_home *home, const char *name)
{
	autofree char *path = xasprintf("%s/networks/%s", home->root, name);
	autofree char *running = xasprintf("%s/networks/%s", home->runroot, name);
	int r = dir_remove_tree(AT_FDCWD, running);

	if (r == 0 && unlink(path) < 0)
		r = errno == ENOENT ? fail(-ENOENT, "network %s not found", name) : fail_errno("remove %s", path);
	return r;
}

/* Name servers, which are nobody, read it by a descriptor (dns_others.h); to all others it is closed. */
static int share(const char *path)
{
	if ((chown(path, (uid_t)-1, SANDBOX_NOBODY) < 0 && errno != EPERM) || chmod(path, 0750) < 0)
		return fail_errno("share %s with name servers", path);
	return 0;
}

static int make_running(const struct network_home *home, const char *name, const char *path)
{
	autofree char *networks = xasprintf("%s/networks", home->runroot), *dir = xasprintf("%s/%s", networks, name);
	int r = dir_make_all(AT_FDCWD, path, 0700);

	if (r == 0)
		r = share(networks);
	if (r == 0)
		r = share(dir);
	return r == 0 ? share(path) : r;
}

int network_open_running(const struct network_home *home, const char *name, const char *what)
{
	autofree char *path = xasprintf("%s/networks/%s/%s", home->runroot, name, what);
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r;

	if (fd < 0 && errno == ENOENT) {
		r = make_running(home, name, path);
		if (r < 0)
			return r;
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	return fd < 0 ? fail_errno("open %s", path) : fd;
}

int network_lock(const struct network_home *home)
{
	autofree char *path = xasprintf("%s/networks", home->root);
	autofd int fd = -1;
	int r = dir_make_all(AT_FDCWD, path, 0700);

	if (r < 0)
		return r;
	fd = open_all(home);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return fail_errno("lock %s", path);
	return take_fd(&fd);
}
