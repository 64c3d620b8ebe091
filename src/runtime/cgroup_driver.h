/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the files of the cgroup module share: one container's cgroup as a list of directories, one a hierarchy. In pure
 * v2 there is one, in v1 and hybrid one a controller and one in the v2 tree beside them. A value is written where its
 * controller is, so that a limit that only the v2 half of a hybrid machine has works, too. Nobody outside includes this.
 */
#include "base/process.h"
#include "runtime/cgroup.h"
#include "runtime/cgroup_layout.h"

struct buf;

struct cgroup_dir {
	char *mount; /* of the hierarchy: parents up to here are never made or removed */
	char *path;
	uint32_t controllers;
	bool v2;
	int fd; /* O_PATH, opened when first used; -1 */
};

struct cgroup {
	struct cgroup_dir *dirs;
	size_t count;
	bool pure;             /* v2 alone */
	char *text;            /* cgroup_path */
	char *unit;            /* systemd's scope; NULL: hoy made it */
	struct process keeper; /* holds the scope until init is in it */
};

/* Where the cgroup's directories are or are to be, and its text: nothing is made. With systemd the unit's name alone. */
int cgroup_plan(const struct cgroup_options *options, struct cgroup **ret);
/* The directories of @path in all hierarchies are added. */
void cgroup_add_dirs(struct cgroup *c, const struct cgroup_layout *layout, const char *path);
/* The text again, of what is in @c now. */
void cgroup_write_text(struct cgroup *c);
/* The directory that has @controller, or NULL. In v2 a directory has what its parent's cgroup.subtree_control enables. */
struct cgroup_dir *cgroup_dir_with(const struct cgroup *cgroup, enum cgroup_controller controller);
/* Its descriptor, or -errno (-ENOENT: not made, or gone). Borrowed. */
int cgroup_dir_fd(struct cgroup_dir *dir);
/* Writes @value into a file of @dir, as a step. @why may be NULL. */
int cgroup_dir_write(struct cgroup_dir *dir, const char *why, const char *file, const char *value);
/* Reads a file into @text (cut to @size); its length, or -errno without words. */
ssize_t cgroup_dir_read(struct cgroup_dir *dir, const char *file, char *text, size_t size);
/* "KEY VALUE" in a file of such lines; -ENOENT without words when there is none. */
int cgroup_dir_read_key(struct cgroup_dir *dir, const char *file, const char *key, uint64_t *ret);
/* A file with one number; "max" is UINT64_MAX. */
int cgroup_dir_read_number(struct cgroup_dir *dir, const char *file, uint64_t *ret);
/* Makes the directory (parents too). @prepare is called for each one made, as v1's cpuset needs. 1 when it was there. */
int cgroup_dir_make(struct cgroup_dir *dir, int (*prepare)(const char *path));

/* v2: makes the controllers of @needed, and where it costs nothing of @wanted, available in @dir. Fills its controllers. */
int cgroup_v2_enable(struct cgroup_dir *dir, uint32_t needed, uint32_t wanted);
/* Gives @dir, and those files in it that the kernel names for that, to @owner. */
int cgroup_v2_delegate(struct cgroup_dir *dir, uid_t owner);
int cgroup_v2_freeze(struct cgroup_dir *dir, bool frozen);
int cgroup_v2_is_frozen(struct cgroup_dir *dir, bool *ret);
/* v1: cpuset.cpus and cpuset.mems of a new cpuset are empty and must be filled before a process may enter. */
int cgroup_v1_fill_cpuset(const char *path);
int cgroup_v1_freeze(struct cgroup_dir *dir, bool frozen);
int cgroup_v1_is_frozen(struct cgroup_dir *dir, bool *ret);

/* All limits but devices; @fresh: the cgroup is new, so that defaults need no write. */
int cgroup_limits_apply(struct cgroup *cgroup, const struct spec_resources *resources, bool fresh);
/* Device rules: v1 files or a v2 program. @fresh as above. */
int cgroup_device_apply(struct cgroup *cgroup, const struct spec_device_rules *rules, bool fresh);

/* slice:prefix:name, and what is left out of it. */
int cgroup_systemd_name(const struct cgroup_options *options, char **ret_slice, char **ret_unit);
/* Limits as lines of systemd/property.h; what systemd has no property for is left out. */
int cgroup_systemd_properties(const struct spec_resources *resources, bool v2, struct buf *out);
/* An annotation org.systemd.property.NAME as such a line; -EINVAL with words that name it. */
int cgroup_systemd_annotation(const char *key, const char *value, struct buf *out);
/* Starts c->unit; its place in the tree goes to *@ret_cgroup. */
int cgroup_systemd_start(struct cgroup *c, const struct cgroup_options *options, const char *slice,
			 const struct spec_resources *resources, char **ret_cgroup);
int cgroup_systemd_update(const struct cgroup *c, const struct spec_resources *resources);
