/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/mount_options.h"

#include "base/cleanup.h"
#include "base/memory.h"
#include "base/number.h"

#include <stddef.h>
#include <string.h>
#include <sys/mount.h>

#define SUBDIR "X-mount.subdir="
#define SAME   "X-mount.same="
#define CHOWN  "X-mount.chown="

enum effect {
	SET,     /* attribute of this mount */
	CLEAR,   /* the opposite */
	REC_SET, /* attribute of this mount and all below */
	REC_CLEAR,
	PROPAGATE, /* MS_SHARED … */
	REC_PROPAGATE,
	SUPERBLOCK, /* a flag of the filesystem, which fsconfig knows by the same name */
	DEFAULTS,   /* "defaults" and the like: nothing */
	BIND,
	REC_BIND,
	COPY_UP,
	IDMAP,
	REC_IDMAP,
	SOURCE_NOFOLLOW,
	COPY_SYMLINK,
	DEST_NOFOLLOW,
};

/* runtime-spec 1.3.0, config-linux.md and config.md "Linux mount options"; order as `features` prints it. */
static const struct {
	const char *word;
	enum effect effect;
	uint64_t value;
} words[] = {
	{ "async", SUPERBLOCK, 0 },
	{ "atime", CLEAR, MOUNT_ATTR_NOATIME },
	{ "bind", BIND, 0 },
	{ "copy-symlink", COPY_SYMLINK, 0 }, /* crun's */
	{ "defaults", DEFAULTS, 0 },
	{ "dest-nofollow", DEST_NOFOLLOW, 0 },
	{ "dev", CLEAR, MOUNT_ATTR_NODEV },
	{ "diratime", CLEAR, MOUNT_ATTR_NODIRATIME },
	{ "dirsync", SUPERBLOCK, 0 },
	{ "exec", CLEAR, MOUNT_ATTR_NOEXEC },
	{ "iversion", SUPERBLOCK, 0 },
	{ "idmap", IDMAP, 0 },
	{ "lazytime", SUPERBLOCK, 0 },
	{ "loud", DEFAULTS, 0 },
	{ "mand", SUPERBLOCK, 0 },
	{ "noatime", SET, MOUNT_ATTR_NOATIME },
	{ "nodev", SET, MOUNT_ATTR_NODEV },
	{ "nodiratime", SET, MOUNT_ATTR_NODIRATIME },
	{ "noexec", SET, MOUNT_ATTR_NOEXEC },
	{ "noiversion", DEFAULTS, 0 },
	{ "nolazytime", SUPERBLOCK, 0 },
	{ "nomand", SUPERBLOCK, 0 },
	{ "norelatime", CLEAR, MOUNT_ATTR__ATIME },
	{ "nostrictatime", CLEAR, MOUNT_ATTR_STRICTATIME },
	{ "nosuid", SET, MOUNT_ATTR_NOSUID },
	{ "nosymfollow", SET, MOUNT_ATTR_NOSYMFOLLOW },
	{ "private", PROPAGATE, MS_PRIVATE },
	{ "ratime", REC_CLEAR, MOUNT_ATTR_NOATIME },
	{ "rbind", REC_BIND, 0 },
	{ "rdev", REC_CLEAR, MOUNT_ATTR_NODEV },
	{ "rdiratime", REC_CLEAR, MOUNT_ATTR_NODIRATIME },
	{ "relatime", SET, MOUNT_ATTR_RELATIME },
	{ "remount", DEFAULTS, 0 },
	{ "rexec", REC_CLEAR, MOUNT_ATTR_NOEXEC },
	{ "ridmap", REC_IDMAP, 0 },
	{ "rnoatime", REC_SET, MOUNT_ATTR_NOATIME },
	{ "rnodev", REC_SET, MOUNT_ATTR_NODEV },
	{ "rnodiratime", REC_SET, MOUNT_ATTR_NODIRATIME },
	{ "rnoexec", REC_SET, MOUNT_ATTR_NOEXEC },
	{ "rnorelatime", REC_CLEAR, MOUNT_ATTR__ATIME },
	{ "rnostrictatime", REC_CLEAR, MOUNT_ATTR_STRICTATIME },
	{ "rnosuid", REC_SET, MOUNT_ATTR_NOSUID },
	{ "rnosymfollow", REC_SET, MOUNT_ATTR_NOSYMFOLLOW },
	{ "ro", SET, MOUNT_ATTR_RDONLY },
	{ "rprivate", REC_PROPAGATE, MS_PRIVATE },
	{ "rrelatime", REC_SET, MOUNT_ATTR_RELATIME },
	{ "rro", REC_SET, MOUNT_ATTR_RDONLY },
	{ "rrw", REC_CLEAR, MOUNT_ATTR_RDONLY },
	{ "rshared", REC_PROPAGATE, MS_SHARED },
	{ "rslave", REC_PROPAGATE, MS_SLAVE },
	{ "rstrictatime", REC_SET, MOUNT_ATTR_STRICTATIME },
	{ "rsuid", REC_CLEAR, MOUNT_ATTR_NOSUID },
	{ "rsymfollow", REC_CLEAR, MOUNT_ATTR_NOSYMFOLLOW },
	{ "runbindable", REC_PROPAGATE, MS_UNBINDABLE },
	{ "rw", CLEAR, MOUNT_ATTR_RDONLY },
	{ "shared", PROPAGATE, MS_SHARED },
	{ "silent", SUPERBLOCK, 0 },
	{ "slave", PROPAGATE, MS_SLAVE },
	{ "src-nofollow", SOURCE_NOFOLLOW, 0 },
	{ "strictatime", SET, MOUNT_ATTR_STRICTATIME },
	{ "suid", CLEAR, MOUNT_ATTR_NOSUID },
	{ "symfollow", CLEAR, MOUNT_ATTR_NOSYMFOLLOW },
	{ "sync", SUPERBLOCK, 0 },
	{ "tmpcopyup", COPY_UP, 0 },
	{ "unbindable", PROPAGATE, MS_UNBINDABLE },
};

/* The access time is one field of three values: setting one replaces another. */
static void set_attribute(uint64_t value, uint64_t *set, uint64_t *clear)
{
	if ((value & MOUNT_ATTR__ATIME) || value == MOUNT_ATTR_RELATIME) {
		*set &= ~(uint64_t)MOUNT_ATTR__ATIME;
		*clear |= MOUNT_ATTR__ATIME;
	} else {
		*clear &= ~value;
	}
	*set |= value;
}

static void clear_attribute(uint64_t value, uint64_t *set, uint64_t *clear)
{
	*set &= ~value;
	*clear |= value & MOUNT_ATTR__ATIME ? MOUNT_ATTR__ATIME : value;
}

static void apply(struct mount_options *o, const char *word, enum effect effect, uint64_t value)
{
	switch (effect) {
	case SET:
		set_attribute(value, &o->set, &o->clear);
		break;
	case CLEAR:
		clear_attribute(value, &o->set, &o->clear);
		break;
	case REC_SET:
		set_attribute(value, &o->rec_set, &o->rec_clear);
		break;
	case REC_CLEAR:
		clear_attribute(value, &o->rec_set, &o->rec_clear);
		break;
	case PROPAGATE:
	case REC_PROPAGATE:
		o->propagation = value;
		o->propagation_recursive = effect == REC_PROPAGATE;
		break;
	case SUPERBLOCK:
		strv_add(&o->data, word);
		break;
	case DEFAULTS:
		break;
	case BIND:
		o->bind = true;
		break;
	case REC_BIND:
		o->bind = o->recursive = true;
		break;
	case COPY_UP:
		o->copy_up = true;
		break;
	case IDMAP:
	case REC_IDMAP:
		o->idmap = true;
		o->idmap_recursive = effect == REC_IDMAP;
		break;
	case SOURCE_NOFOLLOW:
		o->source_nofollow = true;
		break;
	case COPY_SYMLINK:
		o->source_nofollow = o->copy_symlink = true;
		break;
	case DEST_NOFOLLOW:
		o->dest_nofollow = true;
		break;
	}
}

static bool parse_chown(const char *value, struct mount_options *ret)
{
	const char *colon = strchr(value, ':');
	autofree char *uid = colon ? xstrndup(value, (size_t)(colon - value)) : NULL;

	ret->chown = uid && number_u32(uid, &ret->uid) == 0 && number_u32(colon + 1, &ret->gid) == 0;
	return ret->chown;
}

void mount_options_parse(const struct strv *options, struct mount_options *ret)
{
	for (size_t i = 0; i < options->count; i++) {
		const char *word = options->items[i];
		size_t k = 0;

		while (k < ARRAY_SIZE(words) && strcmp(words[k].word, word) != 0)
			k++;
		if (strncmp(word, SUBDIR, strlen(SUBDIR)) == 0)
			xreplace(&ret->subdir, word + strlen(SUBDIR));
		else if (strncmp(word, SAME, strlen(SAME)) == 0)
			xreplace(&ret->same, word + strlen(SAME));
		else if (strncmp(word, CHOWN, strlen(CHOWN)) == 0 && parse_chown(word + strlen(CHOWN), ret))
			continue;
		else if (k < ARRAY_SIZE(words))
			apply(ret, word, words[k].effect, words[k].value);
		else if (*word)
			strv_add(&ret->data, word);
	}
}

void mount_options_release(struct mount_options *o)
{
	if (!o)
		return;
	strv_release(&o->data);
	free(o->subdir);
	free(o->same);
	*o = (struct mount_options){ 0 };
}

const char *const *mount_options_known(void)
{
	static const char *known[ARRAY_SIZE(words) + 1];

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		known[i] = words[i].word;
	return known;
}
