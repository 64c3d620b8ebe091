/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/bundle.h"

#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/strv.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Some callers write where a mount is to be as the host sees it; runc and crun take that for the place in the container. */
static void strip_root(struct bundle *b)
{
	autofree char *root = bundle_rootfs(b);

	for (size_t i = 0; i < b->spec.mounts.count; i++) {
		struct spec_mount *m = &b->spec.mounts.items[i];
		autofree char *destination = path_clean(m->destination);

		if (strcmp(root, "/") != 0 && path_is_below(destination, root))
			xreplace(&m->destination, destination[strlen(root)] ? destination + strlen(root) : "/");
	}
}

/* "0 0 4294967295" a line: what the user namespace we are in has a name for, each as itself. */
static int map_all(const char *file, struct spec_id_mappings *ret)
{
	autostrv lines = { 0 };
	autobuf text = BUF_INIT;
	int r = file_read(AT_FDCWD, file, 1 << 16, &text);

	if (r < 0)
		return r;
	strv_split(&lines, text.data, '\n');
	for (size_t i = 0; i < lines.count; i++) {
		struct spec_id_mapping one = { 0 };
		char *rest;

		if (!*lines.items[i])
			continue;
		one.container_id = one.host_id = (uint32_t)strtoul(lines.items[i], &rest, 10);
		(void)strtoul(rest, &rest, 10);
		one.size = (uint32_t)strtoul(rest, NULL, 10);
		*spec_grow(ret) = one;
	}
	return 0;
}

/* crun's rule for a user namespace without mappings, which are optional: root's ids are the same in it, a user's own is root. */
static int add_mappings(struct spec_linux *l)
{
	const struct spec_namespace *user = &l->namespaces[SPEC_NS_USER];
	int r;

	if (!user->set || user->path || l->uid_mappings.count || l->gid_mappings.count)
		return 0;
	if (geteuid() != 0) {
		*spec_grow(&l->uid_mappings) = (struct spec_id_mapping){ .host_id = geteuid(), .size = 1 };
		*spec_grow(&l->gid_mappings) = (struct spec_id_mapping){ .host_id = getegid(), .size = 1 };
		return 0;
	}
	r = map_all("/proc/self/uid_map", &l->uid_mappings);
	return r < 0 ? r : map_all("/proc/self/gid_map", &l->gid_mappings);
}

int bundle_read(const char *path, const char *config_name, struct bundle *ret)
{
	int r;

	if (!path || !*path)
		path = ".";
	if (!config_name || !*config_name)
		config_name = "config.json";
	ret->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ret->dir < 0)
		return fail_errno("open bundle %s", path);
	ret->path = realpath(path, NULL);
	if (!ret->path)
		return fail_errno("resolve bundle %s", path);
	r = file_read(ret->dir, config_name, SPEC_TEXT_MAX, &ret->config);
	if (r == -ENOENT)
		return fail_hint(fail(r, "JSON specification file %s not found in %s", config_name, ret->path),
				 "`hoy-runtime spec` writes one to start from");
	if (r == 0)
		r = spec_read(ret->config.data, ret->config.len, config_name, &ret->spec);
	if (r == 0)
		r = add_mappings(&ret->spec.linux_);
	if (r == 0)
		r = spec_check(&ret->spec);
	if (r == 0)
		strip_root(ret);
	return r;
}

void bundle_release(struct bundle *b)
{
	cleanup_fd(&b->dir);
	free(b->path);
	buf_release(&b->config);
	spec_release(&b->spec);
	*b = BUNDLE_NONE;
}

char *bundle_rootfs(const struct bundle *b)
{
	return path_absolute(b->path, b->spec.root.path);
}
