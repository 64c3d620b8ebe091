/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/mount.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/number.h"
#include "kernel/hint.h"
#include "kernel/names.h"
#include "kernel/step.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* MOUNT_ATTR_* in the words of mount(8): "" when none. */
static const char *attribute_words(uint64_t set, uint64_t clear, char *text, size_t size)
{
	static const struct {
		uint64_t attribute;
		const char *set, *clear;
	} names[] = {
		{ MOUNT_ATTR_RDONLY, "ro", "rw" },
		{ MOUNT_ATTR_NOSUID, "nosuid", "suid" },
		{ MOUNT_ATTR_NODEV, "nodev", "dev" },
		{ MOUNT_ATTR_NOEXEC, "noexec", "exec" },
		{ MOUNT_ATTR_NOATIME, "noatime", NULL },
		{ MOUNT_ATTR_STRICTATIME, "strictatime", NULL },
		{ MOUNT_ATTR_NODIRATIME, "nodiratime", "diratime" },
		{ MOUNT_ATTR_NOSYMFOLLOW, "nosymfollow", "symfollow" },
	};
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *word = set & names[i].attribute ? names[i].set : clear & names[i].attribute ? names[i].clear : NULL;

		if (word && len < size)
			len += (size_t)snprintf(text + len, size - len, "%s%s", len ? "," : "", word);
	}
	return text;
}

/* What the filesystem itself said about its refusal: the kernel's message without its level, "" when none. */
static const char *filesystem_message(int fs, char *text, size_t size)
{
	ssize_t n = fs >= 0 ? read(fs, text, size - 1) : -1;

	text[n < 0 ? 0 : n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return text[0] && text[1] == ' ' ? text + 2 : text;
}

static int configure_option(int fs, const char *option)
{
	const char *equals = strchr(option, '=');
	autofree char *key = equals ? xstrndup(option, (size_t)(equals - option)) : NULL;

	if (!equals)
		return fsconfig(fs, FSCONFIG_SET_FLAG, option, NULL, 0);
	return fsconfig(fs, FSCONFIG_SET_STRING, key, equals + 1, 0);
}

bool sys_overlay_appends(void)
{
	struct utsname name;

	return uname(&name) == 0 && number_version(name.release) >= (6 << 16 | 7);
}

static int configure_lower(int fs, char *const *lower)
{
	for (char *const *dir = lower; dir && *dir; dir++)
		if (fsconfig(fs, FSCONFIG_SET_STRING, "lowerdir+", *dir, 0) < 0)
			return -1;
	return 0;
}

static int configure(int fs, const struct sys_mount *m)
{
	if (configure_lower(fs, m->lower) < 0)
		return -1;
	if (m->source && *m->source && fsconfig(fs, FSCONFIG_SET_STRING, "source", m->source, 0) < 0)
		return -1;
	for (char *const *option = m->options; option && *option; option++)
		if (configure_option(fs, *option) < 0)
			return -1;
	return fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
}

static void say_mount(struct step *step, const struct sys_mount *m)
{
	char flags[256];
	autobuf options = BUF_INIT;

	buf_add_str(&options, attribute_words(m->attributes, 0, flags, sizeof flags));
	for (char *const *dir = m->lower; dir && *dir; dir++)
		buf_add_format(&options, "%s%s", dir != m->lower ? ":" : options.len ? ",lowerdir=" : "lowerdir=", *dir);
	for (char *const *option = m->options; option && *option; option++)
		buf_add_format(&options, "%s%s", options.len ? "," : "", *option);
	if (m->before)
		step_say(step, "%s && ", m->before);
	step_say(step, "mount -t %s %s%s%s%s %s", m->type, options.len ? "-o " : "", options.len ? step_quote(options.data) : "",
		 options.len ? " " : "", step_quote(m->source && *m->source ? m->source : m->type), step_quote(m->shown));
}

#define LOWER_MAX 128

/* attributes that are the same bits to mount(2) */
#define MS_SAME (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
static_assert((unsigned int)MS_SAME == (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC),
	      "the same bits");

/* What lies on top of @target now, as a descriptor: ".." and back again crosses the new mount. */
static int open_mounted(int target)
{
	char link[FD_PATH_MAX], path[PATH_MAX];
	ssize_t n = readlink(fd_path(target, link), path, sizeof path - 1);
	autofd int parent = openat(target, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (n < 0 || parent < 0)
		return -1;
	path[n] = '\0';
	return openat(parent, strrchr(path, '/') + 1, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/*
 * An overlay for older kernels: all lower directories in one option. fsconfig takes 255 bytes, mount(2) a page, and
 * by descriptors every directory is a short name without anything to escape. Returns the mount's descriptor, or -1.
 */
static int mount_lower_string(const struct sys_mount *m)
{
	int fds[LOWER_MAX], mnt = -1;
	char path[FD_PATH_MAX];
	autobuf data = BUF_INIT;
	size_t count = 0;

	buf_add_str(&data, "lowerdir=");
	for (; m->lower[count] && count < LOWER_MAX; count++) {
		fds[count] = open(m->lower[count], O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fds[count] < 0)
			break;
		buf_add_format(&data, "%s%s", count ? ":" : "", fd_path(fds[count], path));
	}
	for (char *const *option = m->options; option && *option; option++)
		buf_add_format(&data, ",%s", *option);
	if (m->lower[count] && count == LOWER_MAX)
		errno = E2BIG;
	else if (!m->lower[count] && mount(m->source, fd_path(m->target, path), m->type, m->attributes & MS_SAME, data.data) == 0)
		mnt = open_mounted(m->target);
	for (size_t i = 0; i < count; i++)
		cleanup_fd(&fds[i]);
	return mnt;
}

/* The mount's descriptor, or -1; attached unless it has no target. What the filesystem says of a failure is in *@ret_fs's log. */
static int make_mount(const struct sys_mount *m, int *ret_fs)
{
	autofd int mnt = -1;

	if (m->lower && !sys_overlay_appends())
		return mount_lower_string(m);
	*ret_fs = fsopen(m->type, FSOPEN_CLOEXEC);
	if (*ret_fs < 0)
		return -1;
	if (configure(*ret_fs, m) < 0 || (mnt = fsmount(*ret_fs, FSMOUNT_CLOEXEC, (unsigned int)m->attributes)) < 0)
		return -1;
	if (m->target >= 0 && move_mount(mnt, "", m->target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		return -1;
	return take_fd(&mnt);
}

/* @said: as explain has it. */
static int mount_step(const char *why, const struct sys_mount *m, const struct sys_mount *said)
{
	autofd int fs = -1, mnt = -1;
	char text[512] = "";
	const char *message = "";
	struct step step;
	int r = step_begin(&step, "mount", why);

	if (step_heard())
		say_mount(&step, said);
	if (r == 0) {
		mnt = make_mount(m, &fs);
		if (mnt < 0) {
			r = -errno;
			message = filesystem_message(fs, text, sizeof text);
		}
	}
	if (*message)
		r = step_end(&step, r, "mount %s (%s)", m->shown, message);
	else
		r = step_end(&step, r, "mount %s", m->shown);
	return r < 0 ? r : take_fd(&mnt);
}

int sys_mount(const char *why, const struct sys_mount *m)
{
	return mount_step(why, m, m);
}

int sys_mount_make(const char *why, const struct sys_mount *m, const char *place)
{
	autofree char *make = xasprintf("mkdir %s", step_quote(place));
	struct sys_mount made = *m, said = *m;

	made.target = -1;
	said.shown = place;
	said.before = make;
	return mount_step(why, &made, &said);
}

void sys_mount_drop(const char *why, const char *place)
{
	struct step step;

	(void)step_begin(&step, "umount", why);
	if (step_heard())
		step_say(&step, "umount %s && rmdir %s", step_quote(place), step_quote(place));
	(void)step_end(&step, 0, "unmount %s", place);
}

int sys_tree_clone(int source, const char *shown, _Bool recursive)
{
	int fd = (int)syscall(SYS_open_tree, source, "",
			      OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0));

	return fd < 0 ? fail_errno("copy the mount %s", shown) : fd;
}

static int set_attributes(int mnt, uint64_t set, uint64_t clear, uint64_t propagation, int idmap, bool recursive)
{
	struct mount_attr attr = { .attr_set = set, .attr_clr = clear, .propagation = propagation };

	if (idmap >= 0) {
		attr.attr_set |= MOUNT_ATTR_IDMAP;
		attr.userns_fd = (uint64_t)idmap;
	}
	/* the kernel wants the whole access time field cleared to change it */
	if ((set | clear) & MOUNT_ATTR__ATIME)
		attr.attr_clr |= MOUNT_ATTR__ATIME;
	if (attr.attr_set == 0 && attr.attr_clr == 0 && propagation == 0)
		return 0;
	return mount_setattr(mnt, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr, sizeof attr) < 0 ? -errno : 0;
}

int sys_tree_idmap(int tree, const char *shown, int idmap, _Bool recursive)
{
	int r = set_attributes(tree, 0, 0, 0, idmap, recursive);
	const char *hint = r < 0 ? hint_for("idmap", -r) : NULL;

	if (r < 0)
		r = fail_code(r, "idmap the mount %s", shown);
	return hint ? fail_hint(r, "%s", hint) : r;
}

static const char *propagation_word(uint64_t type)
{
	return type == MS_SHARED ? "shared" : type == MS_SLAVE ? "slave" : type == MS_PRIVATE ? "private" : "unbindable";
}

/* mount(8) sets exactly what it is told, so what the source's mount has already is said again. */
static uint64_t kept_attributes(int source)
{
	struct statvfs st;

	if (source < 0 || fstatvfs(source, &st) < 0)
		return 0;
	return (st.f_flag & ST_NOSUID ? MOUNT_ATTR_NOSUID : 0) | (st.f_flag & ST_NODEV ? MOUNT_ATTR_NODEV : 0) |
	       (st.f_flag & ST_NOEXEC ? MOUNT_ATTR_NOEXEC : 0);
}

static void say_bind(struct step *step, const struct sys_bind *b)
{
	uint64_t set = b->set | b->rec_set, clear = b->clear | b->rec_clear;
	char words[256];

	if (set | clear)
		set |= kept_attributes(b->source) & ~clear;
	attribute_words(set, clear, words, sizeof words);
	if (b->before)
		step_say(step, "%s && ", b->before);
	step_say(step, "mount --%s %s%s%s", b->recursive ? "rbind" : "bind", words[0] ? "-o " : "", words, words[0] ? " " : "");
	/* a word of util-linux 2.39 */
	if (b->idmap_shown)
		step_say(step, "-o 'X-mount.idmap=%s' ", b->idmap_shown);
	step_say(step, "%s %s", step_quote(b->shown_source), step_quote(b->shown));
	if (b->propagation)
		step_say(step, " && mount --make-%s%s %s", b->propagation_recursive ? "r" : "", propagation_word(b->propagation),
			 step_quote(b->shown));
}

int sys_bind(const char *why, const struct sys_bind *b)
{
	autofd int own = -1;
	struct step step;
	int r = step_begin(&step, b->idmap >= 0 ? "idmap" : "bind", why), mnt = b->detached;

	if (step_heard())
		say_bind(&step, b);
	if (r == 0 && mnt < 0) {
		own = (int)syscall(SYS_open_tree, b->source, "",
				   OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | (b->recursive ? AT_RECURSIVE : 0));
		mnt = own;
		if (own < 0)
			r = -errno;
	}
	/* all but propagation while it is detached: nobody sees the tree with the wrong attributes */
	if (r == 0)
		r = set_attributes(mnt, b->set, b->clear, 0, b->idmap_recursive ? -1 : b->idmap, false);
	if (r == 0)
		r = set_attributes(mnt, b->rec_set, b->rec_clear, 0, b->idmap_recursive ? b->idmap : -1, true);
	if (r == 0 && move_mount(mnt, "", b->target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
		r = -errno;
	if (r == 0 && b->propagation)
		r = set_attributes(mnt, 0, 0, b->propagation, -1, b->propagation_recursive);
	r = step_end(&step, r, "bind %s to %s", b->shown_source, b->shown);
	if (r < 0)
		return r;
	return own >= 0 ? take_fd(&own) : fcntl(mnt, F_DUPFD_CLOEXEC, 3);
}

int sys_mount_change(const char *why, int mount, const char *shown, uint64_t set, uint64_t clear, _Bool recursive)
{
	char words[256];
	struct step step;
	int r = step_begin(&step, "remount", why);

	if (step_heard())
		step_say(&step, "mount -o remount,bind,%s %s", attribute_words(set, clear, words, sizeof words), step_quote(shown));
	if (r == 0)
		r = set_attributes(mount, set, clear, 0, -1, recursive);
	return step_end(&step, r, "change the mount %s", shown);
}

int sys_mount_propagate(const char *why, int mount, const char *shown, uint64_t type, _Bool recursive)
{
	struct step step;
	int r = step_begin(&step, "propagation", why);

	if (step_heard())
		step_say(&step, "mount --make-%s%s %s", recursive ? "r" : "", propagation_word(type), step_quote(shown));
	if (r == 0)
		r = set_attributes(mount, 0, 0, type, -1, recursive);
	return step_end(&step, r, "make the mount %s %s", shown, propagation_word(type));
}
