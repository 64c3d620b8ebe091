/* SPDX-License-Identifier: Apache-2.0 */
#include "container/create.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/random.h"
#include "container/event.h"
#include "container/files.h"
#include "container/handle.h"
#include "container/join.h"
#include "container/labels.h"
#include "container/link.h"
#include "container/mounts.h"
#include "container/name.h"
#include "container/other_runtime.h"
#include "container/record.h"
#include "container/rootfs_dir.h"
#include "container/rootview.h"
#include "container/spec.h"
#include "container/undo.h"
#include "container/user.h"
#include "runtime/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOSTNAME_MAX  64 /* the kernel's __NEW_UTS_LEN */
#define NAME_ATTEMPTS 20

void container_release(struct container *c)
{
	free(c->name);
	free(c->hostname);
	networks_release(&c->networks);
	free(c->image);
	strv_release(&c->labels);
	free(c->path);
	free(c->runtime);
	plan_release(&c->plan);
	spec_release(&c->spec);
	cleanup_fd(&c->dir);
	cleanup_fd(&c->lock);
	*c = CONTAINER_NONE;
}

/* Somebody else may have renamed it: then the name is not its own any more, and the record has the new one. */
static void refresh_name(struct container *c)
{
	autocall(record_release) struct record record = { 0 };
	autofree char *owner = NULL;

	if ((name_find(c->home, c->name, &owner) == 0 && strcmp(owner, c->id) == 0) || record_read(c->dir, &record) < 0)
		return;
	xreplace(&c->name, record.name);
}

void container_event(struct container *c, const char *action, const char *const *more)
{
	struct event e = {
		.type = "container", .action = action, .id = c->id, .image = c->image, .labels = &c->labels, .more = more
	};

	refresh_name(c);
	e.name = c->name;
	event_add(c->home, &e);
}

void container_destroy(struct container *c, bool cgroup_gone)
{
	if (c->lock < 0)
		return;
	undo_run(c->home, c->id, c->lock, cgroup_gone);
	if (c->created)
		container_event(c, "destroy", NULL);
}

int container_read_spec(struct container *c)
{
	autocall(record_release) struct record record = { 0 };
	int r;

	spec_release(&c->spec);
	r = spec_read_file(c->dir, "config.json", &c->spec);
	if (r == -ENOENT)
		return fail(-ENOENT, "its config.json is gone");
	if (r == 0)
		r = record_read(c->dir, &record);
	if (r == 0)
		spec_fill_overlay(c->path, &record.layers, &c->spec.root);
	return r;
}

int container_keep(struct container *c)
{
	int r = undo_keep(c->lock);

	if (r == 0)
		undo_run(c->home, c->id, c->lock, true);
	return r;
}

/* A name of the user's that is taken, in Docker's words; with what to do about it. */
static int name_conflict(const struct home *home, const char *name)
{
	autofree char *owner = NULL;

	(void)name_find(home, name, &owner);
	fail(-EEXIST, "conflict. The container name \"%s\" is already in use by container \"%s\"", name, owner ? owner : "?");
	return fail_hint(-EEXIST, "remove that container (hoy rm %s), rename it, or choose another name", name);
}

static int reserve_name(struct container *c, bool given)
{
	char text[NAME_TEXT_MAX];
	int r = name_reserve(c->home, c->name, c->id);

	/* a generated name must not fail the run: the journal is told of each before it is tried */
	for (unsigned int i = 0; r == -EEXIST && !given && i < NAME_ATTEMPTS; i++) {
		xreplace(&c->name, name_generate(i, text));
		r = undo_write(c->lock, c->name, c->spec.linux_.cgroups_path, false);
		if (r == 0)
			r = name_reserve(c->home, c->name, c->id);
	}
	return r == -EEXIST ? name_conflict(c->home, c->name) : r;
}

/*
 * What the container sees as "/" is the upper directory: it gets owner and mode of the image's own root, as if it had been
 * copied up.
 */
static int make_upper(int dir, const struct strv *layers)
{
	const char *top = layers->items[layers->count - 1];
	autofd int upper = -1;
	struct stat st;

	if (mkdirat(dir, "upper", 0755) < 0)
		return fail_errno("create the directory upper");
	upper = openat(dir, "upper", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (upper < 0 || stat(top, &st) < 0)
		return fail_errno("look at layer %s", top);
	if ((st.st_uid || st.st_gid) && fchown(upper, st.st_uid, st.st_gid) < 0)
		return fail_errno("set the owner of the directory upper");
	/* the umask is the user's, the mode is the image's */
	return fchmod(upper, st.st_mode & 07777) < 0 ? fail_errno("set the mode of the directory upper") : 0;
}

static int make_directories(struct container *c, const struct run_options *o, const struct image *image)
{
	bool layered = !o->rootfs || rootfs_dir_is_overlay(o->image);

	if (image->layers.count == 0)
		return fail(-EINVAL, "the image has no layers");
	if (mkdirat(c->home->containers, c->id, 0700) < 0)
		return fail_errno("create %s", c->path);
	c->dir = openat(c->home->containers, c->id, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (c->dir < 0)
		return fail_errno("open %s", c->path);
	if (mkdirat(c->dir, "rootfs", 0700) < 0 || (layered && mkdirat(c->dir, "work", 0700) < 0))
		return fail_errno("create the directories in %s", c->path);
	return layered ? make_upper(c->dir, &image->layers) : 0;
}

/* A new file that nobody looks at yet: no need to write beside and rename. */
static int write_new(int dirfd, const char *name, const struct buf *text)
{
	autofd int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r = fd < 0 ? -errno : fd_write_full(fd, text->data, text->len);

	return r < 0 ? fail_code(r, "write %s", name) : 0;
}

/* The user's, or the host's with its network or UTS namespace, or the first digits of the id. */
static char *choose_hostname(const struct run_options *o, const char *id, bool host_network)
{
	char host[HOSTNAME_MAX + 1];

	if (o->hostname && *o->hostname)
		return xstrdup(o->hostname);
	if ((host_network || (o->uts && strcmp(o->uts, "host") == 0)) && gethostname(host, sizeof host) == 0)
		return xstrdup(host);
	return xstrndup(id, 12);
}

/* Whose network is shared, its name on it is, too. */
static char *hostname_of(const struct home *home, const char *id)
{
	autocall(handle_release) struct handle h = HANDLE_NONE;

	return xstrdup(handle_open(home, id, &h) == 0 && h.record.hostname ? h.record.hostname : id);
}

/* What the spec is made of beside options and image. */
struct making {
	struct mount_points mounts;
	struct user user;
	struct shared_with shared;
	struct strv servers;
	struct address gateway;
	struct links links;
	struct strv environment; /* as it is recorded */
};

static void making_release(struct making *m)
{
	user_release(&m->user);
	join_find_release(&m->shared);
	mount_points_release(&m->mounts);
	strv_release(&m->servers);
	links_release(&m->links);
	strv_release(&m->environment);
}

static int make_mounts(struct container *c, const struct run_options *o, const struct image *image, int root, struct making *m)
{
	struct mounts_place place = {
		.home = c->home, .id = c->id, .dir = c->dir, .root = root, .uid = m->user.uid, .gid = m->user.gid
	};
	int r = mounts_plan(c->home, o, image, &m->mounts);

	return r == 0 ? mounts_prepare(&place, &m->mounts) : r;
}

/* As the container will see it: what volumes start with has the owners that are shown. */
static int look_into(const struct run_options *o, const struct image *image)
{
	struct spec_root mapped = { .path = image->layers.items[0] };
	int r;

	if (o->rootfs)
		rootfs_dir_mappings(o->image, &mapped);
	r = rootfs_dir_view(&mapped, rootview_open(&image->layers, NULL));
	free(mapped.uid_mappings.items);
	free(mapped.gid_mappings.items);
	return r;
}

static int make_spec(struct container *c, const struct run_options *o, const struct image *image, struct making *m)
{
	const char *user = o->user ? o->user : image->config.user ? image->config.user : "";
	struct files files = { .domainname = o->domainname,
			       .host_network = c->networks.mode == NETWORKS_HOST,
			       .add_host = &o->add_host,
			       .dns = &o->dns,
			       .dns_search = &o->dns_search,
			       .dns_option = &o->dns_option,
			       .links = &m->links.hosts,
			       .servers = &m->servers,
			       .gateway = &m->gateway,
			       .hostname = c->hostname };
	struct spec_request request = { .options = o,
					.image = image,
					.id = c->id,
					.dir = c->path,
					.hostname = c->hostname,
					.user = &m->user,
					.mounts = &m->mounts,
					.shared = &m->shared,
					.link_environment = &m->links.environment,
					.recorded_environment = &m->environment,
					.host_network = c->networks.mode == NETWORKS_HOST };
	autofd int root = look_into(o, image);
	int r = root < 0 ? root : user_resolve(root, user, &o->group_add, &m->user);

	if (r == 0)
		r = links_make(c->home, &o->links, &c->networks, c->name, &m->links);
	if (r == 0)
		r = files_make(c->dir, &files);
	if (r == 0)
		r = make_mounts(c, o, image, root, m);
	return r == 0 ? spec_make(&request, &c->spec) : r;
}

static int write_record(struct container *c, const struct run_options *o, const struct image *image, const struct making *m)
{
	struct record_source source = { .id = c->id,
					.name = c->name,
					.hostname = c->hostname,
					.created = clock_now(),
					.options = o,
					.plan = &c->plan,
					.networks = &c->networks,
					.links = &m->links.recorded,
					.environment = &m->environment,
					.image = image,
					.spec = &c->spec,
					.mounts = &m->mounts };
	autobuf record = BUF_INIT, config = BUF_INIT;
	int r = labels_make(&image->config.labels, &o->label_files, &o->labels, &c->labels);

	if (r < 0)
		return r;
	source.labels = &c->labels;
	spec_write(&c->spec, &config);
	r = write_new(c->dir, "config.json", &config);
	record_write(&source, &record);
	/* from here on it is there for others, such as whoever shares a volume with it: whole, or not at all */
	return r == 0 ? file_write(c->dir, "record.json", record.data, record.len, 0600, FILE_VOLATILE) : r;
}

/*
 * One that is to come back after a boot must be there after a power cut, too: its files, and the names that lead to them. What a
 * file system cannot sync it does not lose by this.
 */
static void sync_files(const struct container *c)
{
	static const char *const names[] = { "record.json", "config.json", "hosts", "hostname", "resolv.conf" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		autofd int fd = openat(c->dir, names[i], O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

		if (fd >= 0)
			(void)fsync(fd);
	}
	(void)fsync(c->dir);
	(void)fsync(c->home->containers);
	(void)fsync(c->home->names);
}

static int create_locked(struct container *c, const struct run_options *o, const struct image *image, struct making *m)
{
	int r = undo_write(c->lock, c->name, c->spec.linux_.cgroups_path, false);

	if (r == 0)
		r = reserve_name(c, o->name && *o->name);
	if (r == 0)
		r = undo_volumes(c->lock);
	if (r == 0)
		r = make_directories(c, o, image);
	if (r == 0)
		r = make_spec(c, o, image, m);
	if (r == 0)
		r = write_record(c, o, image, m);
	if (r == 0 && c->plan.restart.when != RESTART_NO)
		sync_files(c);
	return r;
}

static int find_networks(struct container *c, const struct run_options *o, const struct image *image, struct making *m)
{
	int r = networks_from_options(o, &image->config.exposed_ports, &c->networks);

	if (r == 0)
		r = networks_find(c->home, &c->networks);
	if (r == 0)
		r = networks_servers(c->home, &c->networks, &m->servers);
	if (r == 0 && c->networks.mode != NETWORKS_NONE && o->add_host.count)
		r = networks_gateway(c->home, &c->networks, &m->gateway);
	return r;
}

int container_create(const struct home *home, const struct run_options *o, const struct image *image, struct container *ret)
{
	autocall(container_release) struct container c = CONTAINER_NONE;
	autocall(making_release) struct making m = { 0 };
	char text[NAME_TEXT_MAX];
	int r = o->name && *o->name ? name_check(o->name) : 0;

	c.home = home;
	random_hex(c.id, 64);
	if (r == 0)
		r = plan_from_options(o, &image->config, &c.plan);
	if (r == 0)
		r = find_networks(&c, o, image, &m);
	if (r == 0)
		r = join_find(home, o, &c.networks, &m.shared);
	if (r == 0)
		r = other_runtime_find(o->runtime, &c.runtime);
	if (r < 0)
		return r;
	c.hostname = m.shared.network ? hostname_of(home, m.shared.network)
				      : choose_hostname(o, c.id, c.networks.mode == NETWORKS_HOST);
	c.name = xstrdup(o->name && *o->name ? o->name : name_generate(0, text));
	c.image = xstrdup(o->image);
	c.path = xasprintf("%s/containers/%s", home->store->root, c.id);
	c.spec.linux_.cgroups_path = o->cgroup_parent ? xasprintf("%s/%s", o->cgroup_parent, c.id) : xasprintf(CGROUP_PLACE, c.id);
	c.lock = undo_begin(home, c.id);
	if (c.lock < 0)
		return c.lock;
	r = create_locked(&c, o, image, &m);
	if (r < 0) {
		struct error_record why;

		error_pack(r, &why); /* cleaning up may fail, too: the first failure is the one to tell */
		container_destroy(&c, true);
		return error_unpack(&why);
	}
	container_event(&c, "create", NULL);
	c.created = true;
	*ret = c;
	c = CONTAINER_NONE;
	return 0;
}
