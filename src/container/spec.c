/* SPDX-License-Identifier: Apache-2.0 */
#include "container/spec.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/process.h"
#include "container/cdi.h"
#include "container/device.h"
#include "container/environment.h"
#include "container/gpus.h"
#include "container/resources.h"
#include "container/rootfs_dir.h"
#include "container/security.h"
#include "container/spec_default.h"
#include "container/ulimit.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define INIT_TARGET "/sbin/docker-init"

int spec_command(const struct run_options *o, const struct imageconfig *c, struct strv *ret)
{
	if (!o->entrypoint_set)
		strv_add_all(ret, &c->entrypoint);
	else if (o->entrypoint && o->entrypoint[0])
		strv_add(ret, o->entrypoint);
	if (o->command.count > 0)
		strv_add_all(ret, &o->command);
	else if (!o->entrypoint_set) /* the image's Cmd belongs to the image's Entrypoint */
		strv_add_all(ret, &c->cmd);
	if (ret->count == 0)
		return fail_hint(fail(-EINVAL, "no command specified"), "the image names none: put one behind the image's name");
	return 0;
}

static int fill_process(const struct spec_request *q, struct spec_process *p)
{
	const struct run_options *o = q->options;
	const struct imageconfig *c = &q->image->config;
	const char *cwd = o->workdir ? o->workdir : c->working_dir;
	struct environment environment = { .hostname = q->hostname,
					   .home = q->user->home,
					   .tty = o->tty,
					   .image = &c->env,
					   .links = q->link_environment,
					   .files = &o->env_files,
					   .options = &o->env,
					   .recorded = q->recorded_environment };
	int r;

	p->set = true;
	p->terminal = o->tty;
	if (o->workdir && o->workdir[0] != '/')
		return fail(-EINVAL, "the working directory '%s' is invalid, it needs to be an absolute path", o->workdir);
	p->cwd = cwd && cwd[0] == '/' ? path_clean(cwd) : path_join("/", cwd ? cwd : "");
	p->user.uid = q->user->uid;
	p->user.gid = q->user->gid;
	p->user.additional_gids = xmalloc((q->user->group_count + 1) * sizeof *q->user->groups);
	memcpy(p->user.additional_gids, q->user->groups, q->user->group_count * sizeof *q->user->groups);
	p->user.additional_gid_count = q->user->group_count;
	if (o->oom_score_adj)
		p->oom_score_adj = (struct opt_i64){ true, o->oom_score_adj };
	if (o->init) {
		strv_add(&p->args, INIT_TARGET);
		strv_add(&p->args, "--");
	}
	r = spec_command(o, c, &p->args);
	if (r == 0)
		r = environment_make(&environment, &p->env);
	return r == 0 ? ulimits_from_options(&o->ulimits, &p->rlimits) : r;
}

/* The paths are given as they are: the runtime mounts them inside the container's mount namespace. */
void spec_fill_overlay(const char *dir, const struct strv *layers, struct spec_root *root)
{
	if (layers->count == 0)
		return;
	strv_add_all(&root->overlay.lower, layers);
	root->overlay.upper = path_join(dir, "upper");
	root->overlay.work = path_join(dir, "work");
}

static void fill_root(const struct spec_request *q, struct spec_root *root)
{
	root->readonly = q->options->read_only;
	if (q->options->rootfs && !rootfs_dir_is_overlay(q->options->image)) {
		root->path = xstrdup(q->image->layers.items[0]);
		rootfs_dir_mappings(q->options->image, root);
		return;
	}
	root->path = path_join(q->dir, "rootfs");
	spec_fill_overlay(q->dir, &q->image->layers, root);
}

static void add_file_mount(const struct spec_request *q, const char *file, const char *destination, const struct spec_mounts *user,
			   struct spec_mounts *mounts)
{
	const char *options[] = { "rbind", "rprivate", q->options->read_only ? "ro" : "rw", NULL };
	/* who shares another container's network shares what it knows of names, too */
	autofree char *above = path_parent(q->dir),
		      *dir = q->shared->network ? path_join(above, q->shared->network) : xstrdup(q->dir);
	autofree char *source = path_join(dir, file);

	if (!mounts_find(user, destination))
		mounts_add(mounts, "bind", source, destination, options);
}

/*
 * --init: hoy's own little init, a program of its own. Mounted read-only, so that what the container can reach of it
 * through /proc/1/exe can never be written (CVE-2019-5736), and hoy itself is not reachable at all.
 */
static int add_init_mount(struct spec_mounts *mounts)
{
	static const char *const options[] = { "bind", "rprivate", "ro", NULL };
	autofree char *program = path_join(process_libexec(), "hoy-init");

	if (access(program, X_OK) < 0)
		return fail_errno("--init: find %s", program);
	mounts_add(mounts, "bind", program, INIT_TARGET, options);
	return 0;
}

/* Devices by name; what they mount lies below what the user mounts. */
static int add_cdi(const struct run_options *o, struct spec *spec)
{
	autostrv names = { 0 };
	int r = 0;

	for (size_t i = 0; i < o->devices.count; i++)
		if (device_is_cdi(o->devices.items[i]))
			strv_add(&names, o->devices.items[i]);
	if (o->gpus)
		r = gpus_to_cdi(o->gpus, &names);
	return r == 0 ? cdi_inject(&names, spec) : r;
}

/* Whose /dev/shm it is goes with the IPC namespace: NULL is one of its own, "" none. */
static const char *shm_source(const struct spec_request *q, const struct spec *spec)
{
	const struct spec_namespace *ipc = &spec->linux_.namespaces[SPEC_NS_IPC];

	if (q->options->ipc && strcmp(q->options->ipc, "none") == 0)
		return "";
	return ipc->set ? ipc->path : "/dev/shm";
}

static int fill_mounts(const struct spec_request *q, const struct security *security, struct spec *spec)
{
	static const struct {
		const char *file, *destination;
	} files[] = {
		{ "resolv.conf", "/etc/resolv.conf" },
		{ "hostname", "/etc/hostname" },
		{ "hosts", "/etc/hosts" },
	};
	struct spec_mounts user = { 0 };
	struct default_mounts defaults = { .privileged = q->options->privileged,
					   .cgroup_rw = security->writable_cgroups,
					   .shm_size = q->options->shm_size,
					   .shm = shm_source(q, spec) };
	size_t own;
	int r = 0;

	for (size_t i = 0; i < q->mounts->count; i++)
		mount_spec_copy(&q->mounts->items[i].spec, spec_grow(&user));
	spec_default_mounts(&defaults, &user, &spec->mounts);
	own = spec->mounts.count;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		add_file_mount(q, files[i].file, files[i].destination, &user, &spec->mounts);
	if (q->options->init)
		r = add_init_mount(&spec->mounts);
	if (r == 0)
		r = add_cdi(q->options, spec);
	/* moved, not copied: the list behind them is all that is freed */
	for (size_t i = 0; i < user.count; i++)
		*spec_grow(&spec->mounts) = user.items[i];
	free(user.items);
	/* a volume at /etc does not hide hosts and resolv.conf */
	mounts_sort(&spec->mounts, own);
	return r;
}

/* A bind mount that receives (or sends) later mounts needs a root that is not cut off from the host's. */
static void fill_propagation(struct spec *spec)
{
	static const char *const words[][2] = { { "shared", "rshared" }, { "slave", "rslave" } };

	for (size_t i = 0; i < spec->mounts.count; i++)
		for (size_t k = 0; k < ARRAY_SIZE(words); k++)
			if (strv_contains(&spec->mounts.items[i].options, words[k][0]) ||
			    strv_contains(&spec->mounts.items[i].options, words[k][1])) {
				xreplace(&spec->linux_.rootfs_propagation, words[k][1]);
				if (k == 0)
					return;
			}
}

static int fill_linux(const struct spec_request *q, struct spec *spec)
{
	const struct run_options *o = q->options;
	struct spec_linux *l = &spec->linux_;
	int r = resources_fill(o, &l->resources);

	namespaces_fill(o, q->shared, q->host_network, l->namespaces);
	if (r == 0 && o->privileged)
		r = device_all(&l->devices, &l->resources.devices);
	else if (r == 0)
		spec_default_device_rules(&l->resources.devices);
	if (r == 0)
		r = device_from_options(&o->devices, &l->devices, &l->resources.devices);
	if (r == 0)
		r = device_rules_from_options(&o->device_cgroup_rules, &l->resources.devices);
	return r;
}

static int fill_annotations(const struct run_options *o, struct spec_pairs *ret)
{
	for (size_t i = 0; i < o->annotations.count; i++) {
		const char *option = o->annotations.items[i], *value = strchr(option, '=');
		struct spec_pair *p;

		if (value == option)
			return fail(-EINVAL, "invalid --annotation \"%s\"", option);
		p = spec_grow(ret);
		p->key = xstrndup(option, value ? (size_t)(value - option) : strlen(option));
		p->value = xstrdup(value ? value + 1 : "");
	}
	return 0;
}

int spec_make(const struct spec_request *q, struct spec *ret)
{
	const struct run_options *o = q->options;
	struct security security = { 0 };
	int r;

	ret->oci_version = xstrdup("1.3.0");
	fill_root(q, &ret->root);
	if (!o->uts || strcmp(o->uts, "host") != 0) {
		ret->hostname = xstrdup(q->hostname);
		ret->domainname = xstrdup(o->domainname);
	}
	r = security_read(&o->security_opt, &security);
	if (r == 0)
		r = fill_process(q, &ret->process);
	if (r == 0)
		r = fill_linux(q, ret);
	/* with the host's cgroup namespace the writable tree would be the host's */
	if (r == 0 && security.writable_cgroups && !o->privileged && !ret->linux_.namespaces[SPEC_NS_CGROUP].set)
		r = fail(-EINVAL, "conflicting options: writable-cgroups and the host's cgroup namespace");
	if (r == 0)
		r = fill_mounts(q, &security, ret);
	if (r == 0)
		r = security_fill(o, &security, q->user->uid, ret);
	if (r == 0)
		r = security_sysctls(o, q->host_network || q->shared->network, &ret->sysctl);
	if (r == 0)
		r = fill_annotations(o, &ret->annotations);
	if (r < 0)
		return r;
	fill_propagation(ret);
	if (!o->privileged && !security.system_paths)
		spec_default_paths(&ret->linux_.masked_paths, &ret->linux_.readonly_paths);
	return 0;
}
