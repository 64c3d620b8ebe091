/* SPDX-License-Identifier: Apache-2.0 */
#include "image/tar_header.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "image/tar_format.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Field offsets and lengths: POSIX.1-2017 pax, "ustar Interchange Format"; old GNU's from its manual. */
enum {
	NAME = 0,
	NAME_LEN = 100,
	MODE = 100,
	UID = 108,
	GID = 116,
	SIZE = 124,
	MTIME = 136,
	SUM = 148,
	SUM_LEN = 8,
	TYPE = 156,
	LINK = 157,
	MAGIC = 257,
	MAJOR = 329,
	MINOR = 337,
	PREFIX = 345,
	PREFIX_LEN = 155,
	STAR_PREFIX_LEN = 131,
	STAR_MAGIC = 508,
	SPARSE = 386,
	SPARSE_COUNT = 4,
	SPARSE_MORE = 482,
	SPARSE_SIZE = 483,
	EXTENSION_COUNT = 21,
	EXTENSION_MORE = 504,
	SHORT_NUMBER = 8,
	LONG_NUMBER = 12,
};

bool tar_block_is_zero(const unsigned char *block)
{
	static const unsigned char zero[TAR_BLOCK];

	return memcmp(block, zero, TAR_BLOCK) == 0;
}

/* GNU's base-256: the top bit marks it, the rest is a big-endian two's complement number. */
static int parse_base256(const unsigned char *field, size_t len, int64_t *ret)
{
	bool negative = field[0] & 0x40;
	uint64_t v = negative ? UINT64_MAX : 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = field[i];

		if (i == 0)
			c = negative ? c | 0x80 : c & 0x7f;
		/* what is shifted out must be sign only */
		if ((v >> 56) != (negative ? 0xff : 0))
			return -ERANGE;
		v = v << 8 | c;
	}
	if (negative != (bool)(v >> 63))
		return -ERANGE;
	*ret = (int64_t)v;
	return 0;
}

/* Octal digits, with spaces in front and a space or NUL behind; nothing at all is 0. */
static int parse_octal(const unsigned char *field, size_t len, int64_t *ret)
{
	uint64_t v = 0;
	size_t i = 0;

	while (i < len && (field[i] == ' ' || field[i] == '\0'))
		i++;
	for (; i < len && field[i] >= '0' && field[i] <= '7'; i++) {
		if (v >> 60)
			return -ERANGE;
		v = v << 3 | (uint64_t)(field[i] - '0');
	}
	for (; i < len; i++)
		if (field[i] != ' ' && field[i] != '\0')
			return -EINVAL;
	*ret = (int64_t)v;
	return 0;
}

static int parse_number(const unsigned char *field, size_t len, const char *what, int64_t min, int64_t max, int64_t *ret)
{
	int64_t v;
	int r = field[0] & 0x80 ? parse_base256(field, len, &v) : parse_octal(field, len, &v);

	if (r < 0 || v < min || v > max)
		return fail(-EBADMSG, "the archive is damaged: the %s of an entry is no valid number", what);
	*ret = v;
	return 0;
}

/* The sum of all bytes, those of the sum itself counted as spaces. Some old programs added signed bytes. */
static int check_sum(const unsigned char *block)
{
	int64_t expect = -1, plain = 0, with_sign = 0;

	for (int i = 0; i < TAR_BLOCK; i++) {
		unsigned char c = i >= SUM && i < SUM + SUM_LEN ? ' ' : block[i];

		plain += c;
		with_sign += (signed char)c;
	}
	if (parse_octal(block + SUM, SUM_LEN, &expect) < 0 || (expect != plain && expect != with_sign))
		return fail(-EBADMSG, "the archive is damaged (or is no tar archive): a header has the wrong checksum");
	return 0;
}

static void copy_text(char *to, const unsigned char *from, size_t max)
{
	size_t len = strnlen((const char *)from, max);

	memcpy(to, from, len);
	to[len] = '\0';
}

static void read_name(const unsigned char *block, char name[257])
{
	bool ustar = memcmp(block + MAGIC, "ustar\0", 6) == 0;
	bool star = ustar && memcmp(block + STAR_MAGIC, "tar\0", 4) == 0;
	size_t n = 0;

	if (ustar && block[PREFIX]) {
		copy_text(name, block + PREFIX, star ? STAR_PREFIX_LEN : PREFIX_LEN);
		n = strlen(name);
		name[n++] = '/';
	}
	copy_text(name + n, block + NAME, NAME_LEN);
}

int tar_header_parse(const unsigned char *block, struct tar_header *ret)
{
	struct tar_header h = { .type = (char)block[TYPE] };
	bool posix = memcmp(block + MAGIC, "ustar", 5) == 0;
	int64_t mode, uid, gid, size, mtime, major = 0, minor = 0;
	int r = check_sum(block);

	if (r < 0)
		return r;
	if ((r = parse_number(block + MODE, SHORT_NUMBER, "mode", 0, INT64_MAX, &mode)) < 0 ||
	    (r = parse_number(block + UID, SHORT_NUMBER, "owner", 0, UINT32_MAX - 1, &uid)) < 0 ||
	    (r = parse_number(block + GID, SHORT_NUMBER, "group", 0, UINT32_MAX - 1, &gid)) < 0 ||
	    (r = parse_number(block + SIZE, LONG_NUMBER, "size", 0, INT64_MAX, &size)) < 0 ||
	    (r = parse_number(block + MTIME, LONG_NUMBER, "time", INT64_MIN, INT64_MAX, &mtime)) < 0)
		return r;
	/* for other types these fields hold what the writer liked */
	if (posix && (h.type == '3' || h.type == '4')) {
		if ((r = parse_number(block + MAJOR, SHORT_NUMBER, "device number", 0, 4095, &major)) < 0 ||
		    (r = parse_number(block + MINOR, SHORT_NUMBER, "device number", 0, (1 << 20) - 1, &minor)) < 0)
			return r;
	}
	h.mode = (uint32_t)mode & 07777;
	h.uid = (uint32_t)uid;
	h.gid = (uint32_t)gid;
	h.size = (uint64_t)size;
	h.mtime = mtime;
	h.major = (uint32_t)major;
	h.minor = (uint32_t)minor;
	read_name(block, h.name);
	copy_text(h.link, block + LINK, NAME_LEN);
	*ret = h;
	return 0;
}

void tar_sparse_release(struct tar_sparse *s)
{
	free(s->pieces);
	*s = (struct tar_sparse){ 0 };
}

void tar_sparse_clear(struct tar_sparse *s)
{
	s->count = 0;
	s->size = 0;
}

void tar_sparse_take(struct tar_sparse *s, struct tar_sparse *from)
{
	tar_sparse_release(s);
	*s = *from;
	*from = (struct tar_sparse){ 0 };
}

int tar_sparse_add(struct tar_sparse *s, uint64_t offset, uint64_t len)
{
	if (s->count == TAR_SPARSE_MAX)
		return fail(-EBADMSG, "the archive has a sparse file of more than %u pieces", TAR_SPARSE_MAX);
	if (s->count == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->pieces = xrealloc(s->pieces, s->room * sizeof *s->pieces);
	}
	s->pieces[s->count++] = (struct tar_sparse_piece){ .offset = offset, .len = len };
	return 0;
}

int tar_sparse_check(const struct tar_sparse *s, uint64_t data_size)
{
	uint64_t at = 0, sum = 0;

	for (size_t i = 0; i < s->count; i++) {
		const struct tar_sparse_piece *p = &s->pieces[i];

		if (p->offset < at || p->offset > TAR_SIZE_MAX || p->len > TAR_SIZE_MAX || p->offset + p->len > s->size)
			return fail(-EBADMSG, "the archive is damaged: the map of a sparse file is not in order");
		at = p->offset + p->len;
		sum += p->len;
	}
	if (sum != data_size || s->size > TAR_SIZE_MAX)
		return fail(-EBADMSG, "the archive is damaged: the map of a sparse file does not fit its data");
	return 0;
}

static int add_old_pieces(struct tar_sparse *s, const unsigned char *at, int count)
{
	for (int i = 0; i < count; i++, at += 2 * LONG_NUMBER) {
		int64_t offset, len;
		int r;

		if (!at[0] && !at[LONG_NUMBER])
			continue;
		if ((r = parse_number(at, LONG_NUMBER, "map", 0, INT64_MAX, &offset)) < 0 ||
		    (r = parse_number(at + LONG_NUMBER, LONG_NUMBER, "map", 0, INT64_MAX, &len)) < 0 ||
		    (r = tar_sparse_add(s, (uint64_t)offset, (uint64_t)len)) < 0)
			return r;
	}
	return 0;
}

int tar_sparse_old_header(struct tar_sparse *s, const unsigned char *block, bool *ret_more)
{
	bool more = block[SPARSE_MORE];
	int64_t size;
	int r = parse_number(block + SPARSE_SIZE, LONG_NUMBER, "size", 0, INT64_MAX, &size);

	if (r == 0)
		r = add_old_pieces(s, block + SPARSE, SPARSE_COUNT);
	if (r < 0)
		return r;
	s->size = (uint64_t)size;
	*ret_more = more;
	return 0;
}

int tar_sparse_old_extension(struct tar_sparse *s, const unsigned char *block, bool *ret_more)
{
	bool more = block[EXTENSION_MORE];
	int r = add_old_pieces(s, block, EXTENSION_COUNT);

	if (r == 0)
		*ret_more = more;
	return r;
}

/* The first number is how many pieces there are, then offset and length of each. Returns 1 after the last. */
static int text_number(struct tar_sparse *s, struct tar_sparse_text *t)
{
	int r = 0;

	if (t->numbers == 0) {
		if (t->number > TAR_SPARSE_MAX)
			return fail(-EBADMSG, "the archive has a sparse file of more than %u pieces", TAR_SPARSE_MAX);
		t->expect = 1 + 2 * t->number;
	} else if (t->numbers % 2) {
		t->offset = t->number;
	} else {
		r = tar_sparse_add(s, t->offset, t->number);
	}
	t->numbers++;
	t->number = 0;
	t->digits = 0;
	return r < 0 ? r : t->numbers == t->expect;
}

int tar_sparse_text_add(struct tar_sparse *s, struct tar_sparse_text *t, const unsigned char *block)
{
	for (int i = 0; i < TAR_BLOCK; i++) {
		int r;

		if (block[i] >= '0' && block[i] <= '9' && t->digits < 19) {
			t->number = t->number * 10 + (uint64_t)(block[i] - '0');
			t->digits++;
			continue;
		}
		if (block[i] != '\n' || !t->digits)
			return fail(-EBADMSG, "the archive is damaged: the map of a sparse file is not readable");
		r = text_number(s, t);
		if (r != 0)
			return r;
	}
	return 0;
}
