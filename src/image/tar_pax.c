/* SPDX-License-Identifier: Apache-2.0 */
#include "image/tar_pax.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "image/tar_format.h"

#include <errno.h>
#include <string.h>

#define XATTR_PREFIX "SCHILY.xattr."

struct record {
	const char *key;
	const char *value; /* NUL-terminated; may hold others */
	size_t len;
};

void pax_release(struct pax *p)
{
	for (size_t i = 0; i < p->xattr_count; i++) {
		free(p->xattrs[i].name);
		free(p->xattrs[i].value);
	}
	free(p->xattrs);
	free(p->path);
	free(p->link);
	free(p->sparse_name);
	tar_sparse_release(&p->sparse);
	*p = (struct pax){ 0 };
}

bool pax_is_set(const struct pax *p)
{
	return p->path || p->link || p->has_size || p->has_uid || p->has_gid || p->has_mtime || p->xattr_count ||
	       p->has_sparse_size || p->sparse_name;
}

static int bad(const char *key)
{
	return fail(-EBADMSG, "the archive is damaged: the pax record %.64s has a bad value", key);
}

static int set_name(const struct record *rec, char **ret)
{
	if (strlen(rec->value) != rec->len)
		return fail(-EBADMSG, "the archive has a name with a NUL in it");
	if (rec->len > TAR_NAME_MAX)
		return fail(-EBADMSG, "the archive has a name of more than %d bytes", TAR_NAME_MAX);
	free(*ret);
	/* an empty value takes an earlier record back */
	*ret = rec->len ? xstrndup(rec->value, rec->len) : NULL;
	return 0;
}

static int set_u64(const struct record *rec, bool *ret_has, uint64_t *ret)
{
	*ret_has = rec->len > 0;
	return rec->len && (number_u64(rec->value, ret) < 0 || *ret > TAR_SIZE_MAX) ? bad(rec->key) : 0;
}

static int set_id(const struct record *rec, bool *ret_has, uint32_t *ret)
{
	*ret_has = rec->len > 0;
	/* 2^32 - 1 means "leave it" to chown(2) */
	return rec->len && (number_u32(rec->value, ret) < 0 || *ret == UINT32_MAX) ? bad(rec->key) : 0;
}

/* Seconds with a sign and any number of decimals. */
static int set_time(const struct record *rec, struct pax *p)
{
	const char *point = strchr(rec->value, '.');
	autofree char *seconds = xstrndup(rec->value, point ? (size_t)(point - rec->value) : rec->len);
	uint32_t ns = 0, scale = 100000000;
	int64_t s;

	p->has_mtime = rec->len > 0;
	if (!rec->len)
		return 0;
	if (number_i64(seconds, &s) < 0)
		return bad(rec->key);
	for (const char *c = point ? point + 1 : ""; *c; c++, scale /= 10) {
		if (*c < '0' || *c > '9')
			return bad(rec->key);
		ns += scale * (uint32_t)(*c - '0');
	}
	if (*seconds == '-' && ns) {
		if (s == INT64_MIN)
			return bad(rec->key);
		s--;
		ns = 1000000000 - ns;
	}
	p->mtime = s;
	p->mtime_ns = ns;
	return 0;
}

static int add_xattr(struct pax *p, const struct record *rec)
{
	const char *name = rec->key + strlen(XATTR_PREFIX);

	if (!*name || strlen(name) > 255)
		return fail(-EBADMSG, "the archive has an extended attribute with a name of %zu bytes", strlen(name));
	if (rec->len > TAR_XATTR_SIZE_MAX)
		return fail(-EBADMSG, "the archive has an extended attribute of %zu bytes, more than %d", rec->len,
			    TAR_XATTR_SIZE_MAX);
	if (p->xattr_count == TAR_XATTR_MAX)
		return fail(-EBADMSG, "the archive has an entry with more than %d extended attributes", TAR_XATTR_MAX);
	p->xattrs = xrealloc(p->xattrs, (p->xattr_count + 1) * sizeof *p->xattrs);
	p->xattrs[p->xattr_count++] = (struct tar_xattr){
		.name = xstrdup(name),
		.value = memcpy(xmalloc(rec->len + 1), rec->value, rec->len + 1),
		.len = rec->len,
	};
	return 0;
}

/* Format 0.1: "offset,length,offset,length…" */
static int parse_map(struct pax *p, const struct record *rec)
{
	const char *at = rec->value;
	uint64_t offset = 0;

	for (size_t i = 0; *at; i++) {
		size_t len = strcspn(at, ",");
		autofree char *text = xstrndup(at, len < 20 ? len : 20);
		uint64_t v;
		int r = 0;

		if (number_u64(text, &v) < 0)
			return bad(rec->key);
		if (i % 2)
			r = tar_sparse_add(&p->sparse, offset, v);
		offset = v;
		if (r < 0)
			return r;
		at += len + (at[len] == ',');
	}
	return 0;
}

static int parse_sparse(struct pax *p, const struct record *rec)
{
	const char *key = rec->key + strlen("GNU.sparse.");
	uint64_t v = 0;
	int r;

	if (strcmp(key, "name") == 0)
		return set_name(rec, &p->sparse_name);
	if (strcmp(key, "map") == 0)
		return parse_map(p, rec);
	if (number_u64(rec->value, &v) < 0)
		return bad(rec->key);
	if (strcmp(key, "size") == 0 || strcmp(key, "realsize") == 0) {
		p->has_sparse_size = true;
		p->sparse_size = v;
	} else if (strcmp(key, "major") == 0) {
		if (v > 1)
			return fail(-EOPNOTSUPP, "the archive has a sparse file of format %llu, which hoy does not know",
				    (unsigned long long)v);
		p->sparse_major = (uint32_t)v;
	} else if (strcmp(key, "offset") == 0) {
		p->sparse_offset = v;
	} else if (strcmp(key, "numbytes") == 0) {
		r = tar_sparse_add(&p->sparse, p->sparse_offset, v);
		if (r < 0)
			return r;
	}
	return 0;
}

static int take_record(struct pax *p, const struct record *rec, bool global)
{
	if (strcmp(rec->key, "uid") == 0)
		return set_id(rec, &p->has_uid, &p->uid);
	if (strcmp(rec->key, "gid") == 0)
		return set_id(rec, &p->has_gid, &p->gid);
	if (strcmp(rec->key, "mtime") == 0)
		return set_time(rec, p);
	if (global)
		return 0;
	if (strcmp(rec->key, "path") == 0)
		return set_name(rec, &p->path);
	if (strcmp(rec->key, "linkpath") == 0)
		return set_name(rec, &p->link);
	if (strcmp(rec->key, "size") == 0)
		return set_u64(rec, &p->has_size, &p->size);
	if (strncmp(rec->key, XATTR_PREFIX, strlen(XATTR_PREFIX)) == 0)
		return add_xattr(p, rec);
	if (strncmp(rec->key, "GNU.sparse.", strlen("GNU.sparse.")) == 0)
		return parse_sparse(p, rec);
	return 0;
}

/* One record at @text, cut into key and value in a copy. Returns its length, or -EBADMSG with words. */
static long cut_record(const char *text, size_t len, char **ret_copy, struct record *ret)
{
	size_t total = 0, digits = 0;
	char *copy, *equals;

	while (digits < len && digits < 8 && text[digits] >= '0' && text[digits] <= '9')
		total = total * 10 + (size_t)(text[digits++] - '0');
	/* the shortest is "5 a=\n" */
	if (!digits || digits == len || text[digits] != ' ' || total > len || total < digits + 4 || text[total - 1] != '\n')
		return fail(-EBADMSG, "the archive is damaged: a pax header does not hold records");
	copy = xmalloc(total - digits - 1);
	memcpy(copy, text + digits + 1, total - digits - 2);
	copy[total - digits - 2] = '\0';
	equals = strchr(copy, '=');
	if (!equals || equals == copy) {
		free(copy);
		return fail(-EBADMSG, "the archive is damaged: a pax record has no key");
	}
	*equals = '\0';
	*ret = (struct record){ .key = copy, .value = equals + 1, .len = total - digits - 2 - (size_t)(equals + 1 - copy) };
	*ret_copy = copy;
	return (long)total;
}

static int parse(struct pax *p, const char *text, size_t len, bool global)
{
	while (len) {
		autofree char *copy = NULL;
		struct record rec;
		long n = cut_record(text, len, &copy, &rec);
		int r;

		if (n < 0)
			return (int)n;
		r = take_record(p, &rec, global);
		if (r < 0)
			return r;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

int pax_parse(struct pax *p, const char *text, size_t len)
{
	return parse(p, text, len, false);
}

int pax_parse_global(struct pax *p, const char *text, size_t len)
{
	return parse(p, text, len, true);
}

int pax_set_long_name(struct pax *p, bool path, const char *text, size_t len)
{
	struct record rec = { .key = "name", .value = text, .len = strnlen(text, len) };

	return set_name(&rec, path ? &p->path : &p->link);
}
