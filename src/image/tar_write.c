/* SPDX-License-Identifier: Apache-2.0 */
#include "image/tar_write.h"

#include "base/memory.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* POSIX.1-2017, pax, "ustar Interchange Format". */
struct ustar {
	char name[100];
	char mode[8], uid[8], gid[8];
	char size[12], mtime[12];
	char sum[8];
	char type;
	char link[100];
	char magic[6], version[2];
	char user[32], group[32];
	char major[8], minor[8];
	char prefix[155];
	char rest[12];
};
static_assert(sizeof(struct ustar) == TAR_BLOCK, "a header is one block");

#define OCTAL_7  UINT64_C(07777777)     /* what a field of 8 holds, its NUL left out */
#define OCTAL_11 UINT64_C(077777777777) /* … of 12 */

static const char type_letters[] = {
	[TAR_FILE] = '0',         [TAR_HARDLINK] = '1',  [TAR_SYMLINK] = '2', [TAR_CHAR] = '3',
	[TAR_BLOCK_DEVICE] = '4', [TAR_DIRECTORY] = '5', [TAR_FIFO] = '6',
};

/* "LENGTH KEY=VALUE\n", where LENGTH counts its own digits. */
static void add_record(struct buf *b, const char *key, const void *value, size_t len)
{
	size_t rest = strlen(key) + len + 3, total = rest + 1;
	char digits[24];

	while (rest + (size_t)snprintf(digits, sizeof digits, "%zu", total) != total)
		total = rest + strlen(digits);
	buf_add_format(b, "%zu %s=", total, key);
	buf_add(b, value, len);
	buf_add_char(b, '\n');
}

static void add_number(struct buf *b, const char *key, uint64_t value)
{
	char text[24];

	add_record(b, key, text, (size_t)snprintf(text, sizeof text, "%llu", (unsigned long long)value));
}

/* Seconds and nanoseconds of one sign: 1.5 s before 1970 is -2 s and half a second here, -1.5 there. */
static void add_time(struct buf *b, int64_t seconds, uint32_t ns)
{
	bool negative = seconds < 0 && ns;
	char text[40];
	int len;

	if (negative) {
		seconds++;
		ns = 1000000000 - ns;
	}
	len = snprintf(text, sizeof text, "%s%lld", negative && seconds == 0 ? "-" : "", (long long)seconds);
	if (ns)
		len += snprintf(text + len, sizeof text - (size_t)len, ".%09u", ns);
	add_record(b, "mtime", text, (size_t)len);
}

/* Into name and prefix; false when it does not fit. */
static bool set_name(struct ustar *h, const char *path)
{
	size_t len = strlen(path);

	if (len <= sizeof h->name) {
		memcpy(h->name, path, len);
		return true;
	}
	/* cut at the first slash that leaves a name of no more than 100 bytes, and some of it */
	for (const char *slash = strchr(path + (len - sizeof h->name - 1), '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t prefix = (size_t)(slash - path);

		if (prefix > sizeof h->prefix || !slash[1])
			return false;
		if (!prefix)
			continue;
		memcpy(h->prefix, path, prefix);
		memcpy(h->name, slash + 1, len - prefix - 1);
		return true;
	}
	return false;
}

static void set_octal(char *field, size_t size, uint64_t value)
{
	char text[32];

	snprintf(text, sizeof text, "%0*llo", (int)size - 1, (unsigned long long)value);
	memcpy(field, text, size);
}

static void finish(struct buf *out, struct ustar *h)
{
	const unsigned char *bytes = (const unsigned char *)h;
	unsigned int sum = 0;
	char text[8];

	memcpy(h->magic, "ustar", 6);
	memcpy(h->version, "00", 2);
	memset(h->sum, ' ', sizeof h->sum);
	for (size_t i = 0; i < sizeof *h; i++)
		sum += bytes[i];
	snprintf(text, sizeof text, "%06o", sum);
	memcpy(h->sum, text, 7);
	buf_add(out, h, sizeof *h);
}

static void add_pax(struct buf *out, const struct buf *records)
{
	struct ustar h = { .type = 'x' };

	if (!records->len)
		return;
	memcpy(h.name, "PaxHeaders/entry", 16);
	set_octal(h.mode, sizeof h.mode, 0644);
	set_octal(h.uid, sizeof h.uid, 0);
	set_octal(h.gid, sizeof h.gid, 0);
	set_octal(h.size, sizeof h.size, records->len);
	set_octal(h.mtime, sizeof h.mtime, 0);
	finish(out, &h);
	buf_add(out, records->data, records->len);
	tar_write_padding(out, records->len);
}

/* The map in front of the data: counts, offsets and lengths, a number a line (GNU tar manual, "PAX Format, Version 1.0"). */
static void add_map(struct buf *b, const struct tar_sparse *map)
{
	buf_add_format(b, "%zu\n", map->count);
	for (size_t i = 0; i < map->count; i++)
		buf_add_format(b, "%llu\n%llu\n", (unsigned long long)map->pieces[i].offset,
			       (unsigned long long)map->pieces[i].len);
	tar_write_padding(b, b->len);
}

static uint64_t map_bytes(const struct tar_sparse *map)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < map->count; i++)
		sum += map->pieces[i].len;
	return sum;
}

static void set_number(char *field, size_t size, uint64_t value, const char *key, struct buf *records)
{
	uint64_t most = size == 8 ? OCTAL_7 : OCTAL_11;

	if (value > most)
		add_number(records, key, value);
	set_octal(field, size, value > most ? 0 : value);
}

static void set_path(struct ustar *h, const struct tar_entry *e, struct buf *records)
{
	if (e->sparse) {
		memcpy(h->name, "GNUSparseFile/entry", 19);
		add_number(records, "GNU.sparse.major", 1);
		add_number(records, "GNU.sparse.minor", 0);
		add_record(records, "GNU.sparse.name", e->path, strlen(e->path));
		add_number(records, "GNU.sparse.realsize", e->size);
	} else if (!set_name(h, e->path)) {
		add_record(records, "path", e->path, strlen(e->path));
		memcpy(h->name, e->path, sizeof h->name);
	}
	if (strlen(e->link) > sizeof h->link)
		add_record(records, "linkpath", e->link, strlen(e->link));
	memcpy(h->link, e->link, strnlen(e->link, sizeof h->link));
}

uint64_t tar_write_header(struct buf *out, const struct tar_entry *e, const struct tar_sparse *map)
{
	struct ustar h = { .type = type_letters[e->type] };
	autobuf records = BUF_INIT, text = BUF_INIT;
	uint64_t data = e->type == TAR_FILE ? e->size : 0;

	if (e->sparse) {
		add_map(&text, map);
		data = map_bytes(map);
	}
	set_path(&h, e, &records);
	set_octal(h.mode, sizeof h.mode, e->mode & 07777);
	set_number(h.uid, sizeof h.uid, e->uid, "uid", &records);
	set_number(h.gid, sizeof h.gid, e->gid, "gid", &records);
	set_number(h.size, sizeof h.size, data + text.len, "size", &records);
	if (e->mtime_ns || e->mtime < 0 || (uint64_t)e->mtime > OCTAL_11)
		add_time(&records, e->mtime, e->mtime_ns);
	set_octal(h.mtime, sizeof h.mtime, e->mtime < 0 || (uint64_t)e->mtime > OCTAL_11 ? 0 : (uint64_t)e->mtime);
	if (e->type == TAR_CHAR || e->type == TAR_BLOCK_DEVICE) {
		set_octal(h.major, sizeof h.major, e->major);
		set_octal(h.minor, sizeof h.minor, e->minor);
	}
	for (size_t i = 0; i < e->xattr_count; i++) {
		autofree char *key = xasprintf("SCHILY.xattr.%s", e->xattrs[i].name);

		add_record(&records, key, e->xattrs[i].value, e->xattrs[i].len);
	}
	add_pax(out, &records);
	finish(out, &h);
	buf_add(out, text.data, text.len);
	return data;
}

void tar_write_padding(struct buf *out, uint64_t len)
{
	static const char zeros[TAR_BLOCK];

	buf_add(out, zeros, (TAR_BLOCK - len % TAR_BLOCK) % TAR_BLOCK);
}

void tar_write_end(struct buf *out)
{
	static const char zeros[2 * TAR_BLOCK];

	buf_add(out, zeros, sizeof zeros);
}
