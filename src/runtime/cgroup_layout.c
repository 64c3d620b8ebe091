/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cgroup_layout.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/mountinfo.h"
#include "base/path.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

static const struct {
	const char *v1, *v2;
} names[] = {
	[CGROUP_CPU] = { "cpu", "cpu" },
	[CGROUP_CPUACCT] = { "cpuacct", NULL },
	[CGROUP_CPUSET] = { "cpuset", "cpuset" },
	[CGROUP_MEMORY] = { "memory", "memory" },
	[CGROUP_PIDS] = { "pids", "pids" },
	[CGROUP_IO] = { "blkio", "io" },
	[CGROUP_HUGETLB] = { "hugetlb", "hugetlb" },
	[CGROUP_DEVICES] = { "devices", NULL },
	[CGROUP_FREEZER] = { "freezer", NULL },
	[CGROUP_NET_CLS] = { "net_cls", NULL },
	[CGROUP_NET_PRIO] = { "net_prio", NULL },
	[CGROUP_PERF_EVENT] = { "perf_event", NULL },
	[CGROUP_RDMA] = { "rdma", "rdma" },
	[CGROUP_MISC] = { "misc", "misc" },
	[CGROUP_NAMED] = { "name=systemd", NULL },
	[CGROUP_UNIFIED] = { NULL, NULL },
};
static_assert(ARRAY_SIZE(names) == CGROUP_CONTROLLER_COUNT, "a name for each controller");

const char *cgroup_controller_name(enum cgroup_controller controller, bool v2)
{
	return v2 ? names[controller].v2 : names[controller].v1;
}

static bool is_word(const char *name, const char *word, size_t len)
{
	return name && strlen(name) == len && memcmp(name, word, len) == 0;
}

uint32_t cgroup_controllers_parse(const char *list)
{
	uint32_t mask = 0;

	for (const char *p = list; *p;) {
		size_t len = strcspn(p, ", \n");

		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			if (is_word(names[i].v1, p, len) || is_word(names[i].v2, p, len))
				mask |= CGROUP_BIT(i);
		p += len;
		p += strspn(p, ", \n");
	}
	return mask;
}

void cgroup_layout_release(struct cgroup_layout *layout)
{
	for (size_t i = 0; i < layout->count; i++) {
		free(layout->items[i].mount);
		free(layout->items[i].root);
		free(layout->items[i].own);
	}
	*layout = (struct cgroup_layout){ 0 };
}

static bool has_controllers(const struct cgroup_layout *layout, uint32_t controllers, bool v2)
{
	for (size_t i = 0; i < layout->count; i++)
		if (layout->items[i].v2 == v2 && (v2 || layout->items[i].controllers & controllers))
			return true;
	return false;
}

/* One line: "36 31 0:33 / /sys/fs/cgroup/devices rw,relatime shared:9 - cgroup cgroup rw,devices". */
static void parse_mount(const char *line, struct cgroup_layout *layout)
{
	const char *p = line, *separator = strstr(line, " - ");
	autofree char *root = NULL, *mount = NULL, *type = NULL, *options = NULL;
	uint32_t controllers;
	bool v2;

	if (!separator)
		return;
	for (int i = 0; i < 3; i++) {
		p += strcspn(p, " ");
		p += *p == ' ';
	}
	root = mountinfo_field(&p);
	mount = mountinfo_field(&p);
	p = separator + 3;
	type = mountinfo_field(&p);
	v2 = strcmp(type, "cgroup2") == 0;
	if (!v2 && strcmp(type, "cgroup") != 0)
		return;
	free(mountinfo_field(&p));
	options = mountinfo_field(&p);
	controllers = v2 ? CGROUP_BIT(CGROUP_UNIFIED) : cgroup_controllers_parse(options);
	/* the first mount of each hierarchy counts: others are bind mounts made for containers */
	if (!controllers || has_controllers(layout, controllers, v2) || layout->count == CGROUP_HIERARCHY_MAX)
		return;
	layout->items[layout->count++] = (struct cgroup_hierarchy){
		.mount = take(&mount), .root = take(&root), .controllers = controllers, .v2 = v2
	};
}

void cgroup_layout_parse_mounts(const char *mountinfo, struct cgroup_layout *ret)
{
	for (const char *line = mountinfo; *line;) {
		size_t len = strcspn(line, "\n");
		autofree char *copy = NULL;

		/* most lines are something else: look before copying */
		if (memmem(line, len, " - cgroup", 9)) {
			copy = xstrndup(line, len);
			parse_mount(copy, ret);
		}
		line += len + (line[len] == '\n');
	}
}

/* Lines "4:memory:/path" and, for v2, "0::/path". */
void cgroup_layout_parse_own(const char *text, struct cgroup_layout *layout)
{
	for (const char *line = text; *line;) {
		size_t len = strcspn(line, "\n");
		autofree char *copy = xstrndup(line, len);
		char *list = strchr(copy, ':'), *path = list ? strchr(list + 1, ':') : NULL;

		line += len + (line[len] == '\n');
		if (!path)
			continue;
		*path++ = '\0';
		list++;
		for (size_t i = 0; i < layout->count; i++) {
			struct cgroup_hierarchy *h = &layout->items[i];

			if (h->v2 ? !*list : (cgroup_controllers_parse(list) & h->controllers) != 0)
				xreplace(&h->own, path);
		}
	}
}

int cgroup_layout_find(bool want_own, struct cgroup_layout *ret)
{
	autobuf text = BUF_INIT;
	struct statfs fs;
	int r;

	*ret = (struct cgroup_layout){ 0 };
	if (statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC) {
		ret->pure = true;
		ret->count = 1;
		ret->items[0] = (struct cgroup_hierarchy){ .mount = xstrdup("/sys/fs/cgroup"),
							   .root = xstrdup("/"),
							   .controllers = CGROUP_BIT(CGROUP_UNIFIED),
							   .v2 = true };
	} else {
		r = file_read(AT_FDCWD, "/proc/self/mountinfo", 16 << 20, &text);
		if (r < 0)
			return r == -ENOENT ? fail(r, "find the cgroups: /proc is not mounted") : r;
		cgroup_layout_parse_mounts(text.data, ret);
		if (ret->count == 0)
			return fail(-ENOENT, "no cgroup filesystem is mounted");
	}
	if (!want_own)
		return 0;
	r = file_read(AT_FDCWD, "/proc/self/cgroup", 1 << 20, &text);
	if (r < 0) {
		cgroup_layout_release(ret);
		return r == -ENOENT ? fail(r, "find the cgroups: /proc is not mounted") : r;
	}
	cgroup_layout_parse_own(text.data, ret);
	return 0;
}

/* The process's own cgroup as a path below the mount point. */
static char *own_below_mount(const struct cgroup_hierarchy *h)
{
	const char *own = h->own ? h->own : "/";

	/* "/..": it lies outside the cgroup namespace that the mount shows */
	if (strncmp(own, "/..", 3) == 0)
		return xstrdup("/");
	if (strcmp(h->root, "/") != 0)
		own = path_is_below(own, h->root) ? own + strlen(h->root) : "/";
	return xstrdup(*own ? own : "/");
}

char *cgroup_hierarchy_place(const struct cgroup_hierarchy *h, const char *path)
{
	autofree char *parent = NULL, *rooted = xasprintf("/%s", path), *inner = path_clean(rooted), *joined = NULL;

	if (*path == '/')
		return path_join(h->mount, inner + 1);
	parent = own_below_mount(h);
	if (h->v2) {
		autofree char *own = take(&parent);

		parent = path_parent(own);
	}
	joined = path_join(parent, inner + 1);
	return path_join(h->mount, joined + 1);
}
