/* SPDX-License-Identifier: Apache-2.0 */
/* --tmpfs */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/mount_option.h"

#include <errno.h>
#include <string.h>

/* Words of mount(8) for a tmpfs: each replaces its opposite. */
static const char *const tmpfs_words[][2] = {
	{ "rw", "ro" },
	{ "exec", "noexec" },
	{ "suid", "nosuid" },
	{ "dev", "nodev" },
	{ "async", "sync" },
	{ "atime", "noatime" },
	{ "diratime", "nodiratime" },
	{ "norelatime", "relatime" },
	{ "nostrictatime", "strictatime" },
};
static const char *const tmpfs_values[] = { "size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol", NULL };

static void remove_word(struct strv *options, const char *word, size_t len)
{
	for (size_t i = options->count; i-- > 0;)
		if (!strncmp(options->items[i], word, len) && (!options->items[i][len] || options->items[i][len] == '='))
			strv_remove(options, i);
}

/* Adds one word to the options so that the last one given wins; the kernel's own defaults are left out. */
static int add_tmpfs_word(struct strv *options, const char *word)
{
	const char *equals = strchr(word, '=');

	for (size_t i = 0; !equals && i < ARRAY_SIZE(tmpfs_words); i++) {
		bool second = !strcmp(word, tmpfs_words[i][1]);

		if (!second && strcmp(word, tmpfs_words[i][0]) != 0)
			continue;
		remove_word(options, tmpfs_words[i][1], strlen(tmpfs_words[i][1]));
		if (second)
			strv_add(options, word);
		return 0;
	}
	for (const char *const *name = tmpfs_values; equals && equals[1] && *name; name++)
		if (strlen(*name) == (size_t)(equals - word) && !strncmp(word, *name, strlen(*name))) {
			remove_word(options, *name, strlen(*name));
			strv_add(options, word);
			return 0;
		}
	return fail(-EINVAL, "invalid tmpfs option \"%s\"", word);
}

void mount_option_set_tmpfs(struct mount_point *p)
{
	static const char *const safe[] = { "noexec", "nosuid", "nodev" };

	p->kind = MOUNT_POINT_TMPFS;
	p->spec.type = xstrdup("tmpfs");
	p->spec.source = xstrdup("tmpfs");
	for (size_t i = 0; i < ARRAY_SIZE(safe); i++)
		strv_add(&p->spec.options, safe[i]);
}

int mount_option_tmpfs(const char *text, struct mount_point *ret)
{
	autocall(mount_point_release) struct mount_point p = { 0 };
	autofree char *target = NULL;
	const char *colon = strchrnul(text, ':');
	autostrv words = { 0 };
	int r;

	target = xstrndup(text, (size_t)(colon - text));
	r = mount_point_set_target(&p, target);
	if (r < 0)
		return r;
	mount_option_set_tmpfs(&p);
	if (*colon)
		strv_split(&words, colon + 1, ',');
	for (size_t i = 0; r == 0 && i < words.count; i++)
		if (*words.items[i])
			r = add_tmpfs_word(&p.spec.options, words.items[i]);
	if (r == 0)
		r = mount_option_done(&p, ret);
	if (r == 0 && ret)
		ret->listed = false; /* Docker's inspect shows --tmpfs among the settings only */
	return r;
}
