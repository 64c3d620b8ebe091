/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Mounts, made with the new mount API (Linux 5.2; mount_setattr is 5.12): a filesystem or a copy of a tree is made
 * detached, gets its attributes, and is attached at a descriptor that pins the target, so no path is walked twice. Each
 * call is one step: one line of explain, one error. Descriptors returned are close-on-exec, owned by the caller, and stay
 * usable as directories after the mount is attached.
 */
#include <stddef.h>
#include <stdint.h>

struct sys_mount {
	const char *type, *source;
	char *const *options; /* of the filesystem, "key" or "key=value"; NULL-terminated, NULL: none */
	char *const *lower;   /* overlay's lower directories, topmost first, NULL-terminated, see below */
	uint64_t attributes;  /* MOUNT_ATTR_* */
	int target;           /* O_PATH descriptor of what is covered */
	const char *shown;    /* its path, for the words */
	const char *before;   /* a command that explain shows in front (the target was made for this mount), or NULL */
};

/* A new filesystem attached at the target. Returns the mount's descriptor. */
int sys_mount(const char *why, const struct sys_mount *m);

/*
 * The same, attached nowhere: sys_bind does that with it as its detached tree. Explain says that it is mounted at @place, which
 * is made for it, and sys_mount_drop that it goes from there. Returns its descriptor.
 */
int sys_mount_make(const char *why, const struct sys_mount *m, const char *place);
void sys_mount_drop(const char *why, const char *place);

/*
 * Overlay takes "lowerdir+", one by one (Linux 6.7). An older kernel gets all in one option; it is not asked, because it would
 * write each time into its log what it does not know.
 */
_Bool sys_overlay_appends(void);

struct sys_bind {
	int source; /* descriptor of the tree (O_PATH will do), in this mount namespace, or detached (see below) */
	const char *shown_source;
	int detached; /* a tree from sys_tree_clone to be used in place of source; -1: none */
	_Bool recursive;
	uint64_t set, clear;         /* MOUNT_ATTR_* of the topmost mount */
	uint64_t rec_set, rec_clear; /* of the whole tree */
	uint64_t propagation;        /* MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE; 0: as the source's */
	_Bool propagation_recursive;
	int idmap; /* user namespace for MOUNT_ATTR_IDMAP, or -1 */
	_Bool idmap_recursive;
	const char *idmap_shown; /* the mapping as mount(8) takes it, "u:0:1000:1 g:0:1000:1", for explain; or NULL */
	int target;
	const char *shown;
	const char *before;
};
#define SYS_BIND_NONE ((struct sys_bind){ .source = -1, .detached = -1, .idmap = -1, .target = -1 })

/* A copy of a tree attached at the target. Returns the mount's descriptor. */
int sys_bind(const char *why, const struct sys_bind *b);
/* A detached copy of the tree at @source. Not a step of its own for explain: attaching it is. */
int sys_tree_clone(int source, const char *shown, _Bool recursive);
/* The owners of its files are shown as the user namespace @idmap maps them (MOUNT_ATTR_IDMAP). */
int sys_tree_idmap(int tree, const char *shown, int idmap, _Bool recursive);
/* Changes attributes of the mount whose root @mount is. */
int sys_mount_change(const char *why, int mount, const char *shown, uint64_t set, uint64_t clear, _Bool recursive);
/* Propagation of the mount whose root @mount is: MS_SHARED, MS_SLAVE, MS_PRIVATE or MS_UNBINDABLE. */
int sys_mount_propagate(const char *why, int mount, const char *shown, uint64_t type, _Bool recursive);
/* Covers the mount at @path, in this mount namespace alone, with an empty directory. */
int sys_mount_hide(const char *why, const char *path);
/*
 * Makes the mount @root this mount namespace's root; the old one is detached with all that is below it. @shared is the old root
 * where mounts of it are shared with another namespace, which keeps them; -1 where none is.
 */
int sys_pivot_root(const char *why, int root, int shared, const char *shown);
/* Moves the mount @root over "/" and chroots to it, where pivot_root is impossible (an initramfs). */
int sys_move_root(const char *why, int root, const char *shown);
/*
 * The detached tree @tree becomes this process's root, in the mount namespace @mount_ns (-1: as it is), where it is attached
 * nowhere: it goes with the last process that has it as its root. Nothing can be mounted in it, and no program is setuid.
 */
int sys_enter_tree(const char *why, int tree, int mount_ns, const char *shown);
