/* SPDX-License-Identifier: Apache-2.0 */
#include "image/catalog.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "image/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ENTRY_SIZE_MAX 16384
#define FILE_NAME_LEN  240

void catalog_entry_release(struct catalog_entry *e)
{
	free(e->reference);
	free(e->id);
	free(e->digest);
	free(e->manifest_digest);
	*e = (struct catalog_entry){ 0 };
}

void catalog_release(struct catalog *c)
{
	for (size_t i = 0; i < c->count; i++)
		catalog_entry_release(&c->items[i]);
	free(c->items);
	*c = (struct catalog){ 0 };
}

static const char *file_name(const char *reference, char name[FILE_NAME_LEN])
{
	char digest[DIGEST_MAX];

	if (snprintf(name, FILE_NAME_LEN, "images/%s", reference) >= FILE_NAME_LEN)
		snprintf(name, FILE_NAME_LEN, "images/sha256-%s", digest_hex(digest_of(reference, strlen(reference), digest)));
	for (char *p = name + sizeof "images/" - 1; *p; p++)
		if (*p == '/')
			*p = '+';
	return name;
}

static int read_entry(int dirfd, const char *path, struct catalog_entry *ret)
{
	autoentry e = { 0 };
	autojson struct json_object *o = NULL;
	const struct {
		const char *key;
		char **field;
		bool needed, digest;
	} members[] = {
		{ "Reference", &e.reference, true, false },
		{ "Id", &e.id, true, true },
		{ "Digest", &e.digest, false, true },
		{ "ManifestDigest", &e.manifest_digest, false, true },
	};
	int r = json_read(dirfd, path, ENTRY_SIZE_MAX, &o);

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(members); i++) {
		const char *s = NULL;

		r = json_get_str(o, path, members[i].key, &s);
		if (r < 0)
			return r;
		if (members[i].needed && !s)
			return fail(-EINVAL, "read %s: %s is missing", path, members[i].key);
		if (s && members[i].digest && !digest_valid(s))
			return fail(-EINVAL, "read %s: %s is no digest", path, members[i].key);
		*members[i].field = xstrdup(s);
	}
	if (r >= 0)
		r = json_get_i64(o, path, "Size", &e.size);
	if (r < 0)
		return r;
	*ret = e;
	e = (struct catalog_entry){ 0 };
	return 0;
}

int64_t catalog_named(const struct store *s, const char *reference)
{
	char name[FILE_NAME_LEN];
	struct stat st;

	if (fstatat(s->fd, file_name(reference, name), &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	return (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
}

int catalog_get(const struct store *s, const char *reference, struct catalog_entry *ret)
{
	char name[FILE_NAME_LEN];

	return read_entry(s->fd, file_name(reference, name), ret);
}

static int write_entry(const struct store *s, const struct catalog_entry *e)
{
	autobuf text = BUF_INIT;
	struct json_writer w;
	char name[FILE_NAME_LEN];

	json_writer_init(&w, &text, true);
	json_begin_object(&w, NULL);
	json_put_str(&w, "Reference", e->reference);
	json_put_str(&w, "Id", e->id);
	if (e->digest)
		json_put_str(&w, "Digest", e->digest);
	if (e->manifest_digest)
		json_put_str(&w, "ManifestDigest", e->manifest_digest);
	json_put_i64(&w, "Size", e->size);
	json_end_object(&w);
	buf_add_char(&text, '\n');
	return file_write(s->fd, file_name(e->reference, name), text.data, text.len, 0600, FILE_DURABLE);
}

/* @old lost its name to another image: where no other name is left it gets one by digest. */
static int keep_unnamed(const struct store *s, struct catalog_entry *old)
{
	autocatalog all = { 0 };
	const char *colon = strrchr(old->reference, ':'), *at = strchr(old->reference, '@');
	int r = catalog_list(s, &all);

	if (r < 0)
		return r;
	for (size_t i = 0; i < all.count; i++)
		if (strcmp(all.items[i].id, old->id) == 0 && strcmp(all.items[i].reference, old->reference) != 0)
			return 0;
	if (at || !colon)
		return 0;
	{
		autofree char *name = xasprintf("%.*s@%s", old->digest ? (int)(colon - old->reference) : 0, old->reference,
						old->digest ? old->digest : old->id);

		free(old->reference);
		old->reference = take(&name);
	}
	return write_entry(s, old);
}

int catalog_put(const struct store *s, const struct catalog_entry *e)
{
	autoentry old = { 0 };
	int r = catalog_get(s, e->reference, &old);

	/* an entry that cannot be read is replaced */
	if (r == 0 && strcmp(old.id, e->id) != 0)
		r = keep_unnamed(s, &old);
	else
		r = 0;
	return r < 0 ? r : write_entry(s, e);
}

int catalog_remove(const struct store *s, const char *reference)
{
	char name[FILE_NAME_LEN];

	if (unlinkat(s->fd, file_name(reference, name), 0) < 0)
		return errno == ENOENT ? -ENOENT : fail_errno("remove %s", name);
	return 0;
}

static int list_one(int fd, const char *name, void *data)
{
	struct catalog *c = data;
	struct catalog_entry e;
	int r;

	/* a name never begins with a dot, a file being written does */
	if (*name == '.')
		return 0;
	r = read_entry(fd, name, &e);
	if (r < 0) {
		if (r != -ENOENT)
			log_warning("image entry left out: %s", error_text(r));
		return 0;
	}
	c->items = xrealloc(c->items, (c->count + 1) * sizeof *c->items);
	c->items[c->count++] = e;
	return 0;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct catalog_entry *)a)->reference, ((const struct catalog_entry *)b)->reference);
}

int catalog_list(const struct store *s, struct catalog *ret)
{
	autocatalog c = { 0 };
	int r = dir_each(s->fd, "images", list_one, &c);

	if (r < 0 && r != -ENOENT)
		return r;
	if (c.count)
		qsort(c.items, c.count, sizeof *c.items, compare);
	*ret = c;
	c = (struct catalog){ 0 };
	return 0;
}
