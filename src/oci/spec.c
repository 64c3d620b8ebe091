/* SPDX-License-Identifier: Apache-2.0 */
/* A config.json to start from: what a shell needs, and nothing of the host's. */
#include "runtime/spec.h"

#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "oci/command.h"
#include "runtime/capability.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

struct spec_flags {
	const char *bundle;
	bool rootless;
};

static const struct option options[] = {
	{ 'b', "bundle", OPTION_STRING, offsetof(struct spec_flags, bundle), "value", "path to the root of the bundle directory" },
	{ 0, "rootless", OPTION_BOOL, offsetof(struct spec_flags, rootless),
	  .help = "generate a configuration for a rootless container" },
	OPTIONS_END,
};

static const struct mount_row {
	const char *destination, *type, *source, *options;
} mount_rows[] = {
	{ "/proc", "proc", "proc", NULL },
	{ "/dev", "tmpfs", "tmpfs", "nosuid,strictatime,mode=755,size=65536k" },
	{ "/dev/pts", "devpts", "devpts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5" },
	{ "/dev/shm", "tmpfs", "shm", "nosuid,noexec,nodev,mode=1777,size=65536k" },
	{ "/dev/mqueue", "mqueue", "mqueue", "nosuid,noexec,nodev" },
	{ "/sys", "sysfs", "sysfs", "nosuid,noexec,nodev,ro" },
	{ "/sys/fs/cgroup", "cgroup", "cgroup", "nosuid,noexec,nodev,relatime,ro" },
};

/* sysfs cannot be mounted by who does not own the network namespace; gid 5 does not exist in a map of one id. */
static const struct mount_row rootless_rows[] = {
	{ "/dev/pts", "devpts", "devpts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620" },
	{ "/sys", "none", "/sys", "rbind,nosuid,noexec,nodev,ro" },
};

static void add_mount(struct spec *spec, const struct mount_row *row)
{
	struct spec_mount *m = spec_grow(&spec->mounts);

	m->destination = xstrdup(row->destination);
	m->type = xstrdup(row->type);
	m->source = xstrdup(row->source);
	if (row->options)
		strv_split(&m->options, row->options, ',');
}

static void add_mounts(struct spec *spec, bool rootless)
{
	for (size_t i = 0; i < ARRAY_SIZE(mount_rows); i++) {
		const struct mount_row *row = &mount_rows[i];

		for (size_t k = 0; rootless && k < ARRAY_SIZE(rootless_rows); k++)
			if (strcmp(rootless_rows[k].destination, row->destination) == 0)
				row = &rootless_rows[k];
		add_mount(spec, row);
	}
}

static void add_process(struct spec_process *p)
{
	const uint64_t kept = CAPABILITY_BIT(CAP_AUDIT_WRITE) | CAPABILITY_BIT(CAP_KILL) | CAPABILITY_BIT(CAP_NET_BIND_SERVICE);
	struct spec_rlimit *files = spec_grow(&p->rlimits);

	p->set = true;
	p->terminal = true;
	strv_add(&p->args, "sh");
	strv_add(&p->env, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	strv_add(&p->env, "TERM=xterm");
	p->cwd = xstrdup("/");
	p->capabilities = (struct spec_capabilities){ .set = true, .bounding = kept, .effective = kept, .permitted = kept };
	p->no_new_privileges = true;
	*files = (struct spec_rlimit){ .type = xstrdup("RLIMIT_NOFILE"), .hard = 1024, .soft = 1024 };
}

static void add_linux(struct spec *spec, bool rootless)
{
	static const enum spec_namespace_type types[] = { SPEC_NS_PID, SPEC_NS_NETWORK, SPEC_NS_IPC, SPEC_NS_UTS, SPEC_NS_MOUNT };
	static const char masked[] =
		"/proc/acpi:/proc/asound:/proc/kcore:/proc/keys:/proc/latency_stats:/proc/timer_list:/proc/timer_stats:"
		"/proc/sched_debug:/sys/firmware:/proc/scsi";
	static const char readonly[] = "/proc/bus:/proc/fs:/proc/irq:/proc/sys:/proc/sysrq-trigger";
	struct spec_linux *l = &spec->linux_;
	struct statfs fs;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		l->namespaces[types[i]].set = true;
	/* runc's rule: v1's trees are no secret that a namespace could keep, and some callers add theirs */
	l->namespaces[SPEC_NS_CGROUP].set = statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC;
	strv_split(&l->masked_paths, masked, ':');
	strv_split(&l->readonly_paths, readonly, ':');
	if (!rootless) {
		struct spec_device_rule *rule = spec_grow(&l->resources.devices);

		strcpy(rule->access, "rwm");
		return;
	}
	/* its own network would need more than it may do */
	l->namespaces[SPEC_NS_NETWORK].set = false;
	l->namespaces[SPEC_NS_USER].set = true;
	*spec_grow(&l->uid_mappings) = (struct spec_id_mapping){ .host_id = geteuid(), .size = 1 };
	*spec_grow(&l->gid_mappings) = (struct spec_id_mapping){ .host_id = getegid(), .size = 1 };
}

static int run(const struct oci *oci, char *const *args, void *data)
{
	autocall(spec_release) struct spec spec = { 0 };
	const struct spec_flags *flags = data;
	autobuf text = BUF_INIT;
	autofd int dir = open(flags->bundle ? flags->bundle : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	(void)oci;
	(void)args;
	if (dir < 0)
		return fail_errno("open bundle %s", flags->bundle ? flags->bundle : ".");
	spec.oci_version = xstrdup("1.3.0");
	spec.root.path = xstrdup("rootfs");
	spec.root.readonly = true;
	spec.hostname = xstrdup("hoy");
	add_process(&spec.process);
	add_mounts(&spec, flags->rootless);
	add_linux(&spec, flags->rootless);
	spec_write(&spec, &text);
	r = file_create(dir, "config.json", text.data, text.len, 0666);
	return r == -EEXIST ? fail(r, "file config.json exists. Remove it first") : r;
}

const struct oci_command oci_spec = {
	.name = "spec",
	.usage = "[command options]",
	.summary = "create a new specification file",
	.options = options,
	.options_size = sizeof(struct spec_flags),
	.interspersed = true,
	.run = run,
};
