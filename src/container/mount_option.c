/* SPDX-License-Identifier: Apache-2.0 */
#include "container/mount_option.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "container/volume.h"

#include <errno.h>
#include <string.h>

int mount_option_done(struct mount_point *p, struct mount_point *ret)
{
	p->listed = true;
	if (ret)
		*ret = *p;
	else
		mount_point_release(p);
	*p = (struct mount_point){ 0 };
	return 0;
}

/* ---- idmap ------------------------------------------------------------------------------------------------------ */

/* A-B-N#A-B-N: the file system's id A is shown as B, for N ids. */
static int parse_triplets(const char *text, struct spec_id_mappings *ret)
{
	autostrv ranges = { 0 };

	strv_split(&ranges, text, '#');
	for (size_t i = 0; i < ranges.count; i++) {
		autostrv parts = { 0 };
		struct spec_id_mapping m = { 0 };

		strv_split(&parts, ranges.items[i], '-');
		if (parts.count != 3 || number_u32(parts.items[0], &m.container_id) < 0 ||
		    number_u32(parts.items[1], &m.host_id) < 0 || number_u32(parts.items[2], &m.size) < 0 || !m.size)
			return fail(-EINVAL, "invalid idmap: \"%s\" is not FROM-TO-COUNT", ranges.items[i]);
		*spec_grow(ret) = m;
	}
	return 0;
}

int mount_option_idmap(const char *text, struct spec_mount *m)
{
	autostrv halves = { 0 };
	int r = 0;

	strv_split(&halves, text, ';');
	for (size_t i = 0; r == 0 && i < halves.count; i++) {
		const char *half = halves.items[i];

		if (strncmp(half, "uids=", 5) == 0 && !m->uid_mappings.count)
			r = parse_triplets(half + 5, &m->uid_mappings);
		else if (strncmp(half, "gids=", 5) == 0 && !m->gid_mappings.count)
			r = parse_triplets(half + 5, &m->gid_mappings);
		else
			r = fail(-EINVAL, "invalid idmap: \"%s\" is neither uids=… nor gids=…", half);
	}
	if (r == 0 && (!m->uid_mappings.count || !m->gid_mappings.count))
		r = fail(-EINVAL, "invalid idmap: it wants uids= and gids=");
	return r;
}

/* ---- -v --------------------------------------------------------------------------------------------------------- */

enum word_kind { WORD_ACCESS, WORD_LABEL, WORD_CONSISTENCY, WORD_PROPAGATION, WORD_COPY, WORD_OWNER, WORD_IDMAP, WORD_KINDS };

/* What concerns SELinux and macOS has no effect here, as in Docker without them. */
static enum word_kind kind_of(const char *word)
{
	static const struct {
		const char *word;
		enum word_kind kind;
	} words[] = {
		{ "ro", WORD_ACCESS },
		{ "rw", WORD_ACCESS },
		{ "z", WORD_LABEL },
		{ "Z", WORD_LABEL },
		{ "consistent", WORD_CONSISTENCY },
		{ "cached", WORD_CONSISTENCY },
		{ "delegated", WORD_CONSISTENCY },
		{ "nocopy", WORD_COPY },
		{ "U", WORD_OWNER },
		{ "idmap", WORD_IDMAP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (strcmp(words[i].word, word) == 0)
			return words[i].kind;
	if (strncmp(word, "idmap=", 6) == 0)
		return WORD_IDMAP;
	return mount_propagation(word) ? WORD_PROPAGATION : WORD_KINDS;
}

static int set_word(struct mount_point *p, const char *word, enum word_kind kind)
{
	switch (kind) {
	case WORD_ACCESS:
		p->read_only = !strcmp(word, "ro");
		return 0;
	case WORD_PROPAGATION:
		p->propagation = mount_propagation(word);
		return 0;
	case WORD_COPY:
		p->no_copy = true;
		return 0;
	case WORD_OWNER:
		p->chown = true;
		return 0;
	case WORD_IDMAP:
		/* alone it means the container's user namespace, which is the host's: owners are as they are. podman's, too */
		return word[5] == '=' ? mount_option_idmap(word + 6, &p->spec) : 0;
	default:
		return 0;
	}
}

/* Each kind of word at most once. */
static int parse_mode(struct mount_point *p, const char *text)
{
	bool seen[WORD_KINDS] = { false };
	autostrv words = { 0 };
	int r = 0;

	strv_split(&words, p->mode, ',');
	for (size_t i = 0; r == 0 && i < words.count; i++) {
		enum word_kind kind = kind_of(words.items[i]);

		if (kind == WORD_KINDS || seen[kind] || (kind == WORD_COPY && p->kind == MOUNT_POINT_BIND))
			return fail(-EINVAL, "invalid volume specification: '%s': invalid mode: %s", text, p->mode);
		seen[kind] = true;
		r = set_word(p, words.items[i], kind);
	}
	return r;
}

/* A path on the host, or a volume's name. */
static int parse_source(struct mount_point *p, const char *source)
{
	int r;

	if (*source != '/' && *source != '.') {
		p->kind = MOUNT_POINT_VOLUME;
		r = volume_check_name(source);
		if (r == 0)
			p->name = xstrdup(source);
		return r;
	}
	p->kind = MOUNT_POINT_BIND;
	p->create_source = true;
	return mount_point_set_source(p, source);
}

int mount_option_volume(const char *text, struct mount_point *ret)
{
	autocall(mount_point_release) struct mount_point p = { .kind = MOUNT_POINT_VOLUME };
	autostrv parts = { 0 };
	int r = 0;

	if (!*text)
		return fail(-EINVAL, "invalid empty volume spec");
	strv_split(&parts, text, ':');
	if (parts.count > 3)
		return fail(-EINVAL, "invalid spec: %s: too many colons", text);
	for (size_t i = 0; i < parts.count; i++)
		if (!*parts.items[i])
			return fail(-EINVAL, "invalid spec: %s: empty section between colons", text);
	if (parts.count > 1)
		r = parse_source(&p, parts.items[0]);
	if (r == 0)
		r = mount_point_set_target(&p, parts.items[parts.count > 1]);
	if (r < 0)
		return fail_while(r, "invalid volume specification: '%s'", text);
	if (parts.count == 3) {
		p.mode = xstrdup(parts.items[2]);
		r = parse_mode(&p, text);
	}
	if (r < 0)
		return r;
	if (p.kind == MOUNT_POINT_BIND)
		mount_point_set_bind(&p, true, true);
	return mount_option_done(&p, ret);
}

int mount_option_from(const char *text, char **ret_name, bool *ret_read_only)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : strlen(text);

	if (!len)
		return fail(-EINVAL, "malformed volumes-from specification: %s", text);
	if (colon && strcmp(colon, ":ro") != 0 && strcmp(colon, ":rw") != 0 && strcmp(colon, ":z") != 0 && strcmp(colon, ":Z") != 0)
		return fail(-EINVAL, "invalid mode for volumes-from: %s", colon + 1);
	if (ret_name)
		*ret_name = xstrndup(text, len);
	if (ret_read_only)
		*ret_read_only = colon && !strcmp(colon, ":ro");
	return 0;
}
