/* SPDX-License-Identifier: Apache-2.0 */
#include "image/tar_read.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"
#include "image/tar_header.h"
#include "image/tar_pax.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

struct tar_reader {
	struct tar_source source;
	const unsigned char *span; /* what the source gave and nobody has used */
	size_t span_len;
	unsigned char block[TAR_BLOCK]; /* a header that lay across two spans */

	struct pax global;
	struct pax pax; /* of the entry to come */
	struct tar_sparse sparse;
	size_t piece;        /* in the sparse map */
	uint64_t piece_done; /* bytes of it handed out */
	uint64_t offset;     /* in the file, where not sparse */

	uint64_t data_left; /* bytes of the entry's data on the tape */
	uint32_t padding;   /* behind them, to the next block */
	bool ended;
	char path[TAR_NAME_MAX + 1];
	char link[TAR_NAME_MAX + 1];
};

static int truncated(void)
{
	return fail(-EBADMSG, "the archive ends in the middle of an entry");
}

struct tar_reader *tar_reader_new(const struct tar_source *source)
{
	struct tar_reader *t = xnew(struct tar_reader);

	t->source = *source;
	return t;
}

void tar_reader_free(struct tar_reader **t)
{
	if (!*t)
		return;
	pax_release(&(*t)->global);
	pax_release(&(*t)->pax);
	tar_sparse_release(&(*t)->sparse);
	free(*t);
	*t = NULL;
}

/* Makes sure that something is in the span. Returns 1, 0 at the end of the source, or -errno. */
static int fill(struct tar_reader *t)
{
	if (!t->span_len) {
		long n = t->source.next(t->source.data, &t->span);

		if (n <= 0)
			return (int)n;
		t->span_len = (size_t)n;
	}
	return 1;
}

/* Hands out at most @want bytes of the span. */
static const unsigned char *use(struct tar_reader *t, size_t want, size_t *ret_len)
{
	const unsigned char *at = t->span;

	*ret_len = want < t->span_len ? want : t->span_len;
	t->span += *ret_len;
	t->span_len -= *ret_len;
	return at;
}

/* The next 512 bytes in one piece. Returns 1, 0 at a clean end, or -errno. */
static int read_block(struct tar_reader *t, const unsigned char **ret)
{
	size_t have = 0;

	while (have < TAR_BLOCK) {
		const unsigned char *at;
		size_t n;
		int r = fill(t);

		if (r < 0 || (r == 0 && have == 0))
			return r;
		if (r == 0)
			return truncated();
		at = use(t, TAR_BLOCK - have, &n);
		if (n == TAR_BLOCK) {
			*ret = at;
			return 1;
		}
		memcpy(t->block + have, at, n);
		have += n;
	}
	*ret = t->block;
	return 1;
}

static int skip(struct tar_reader *t, uint64_t count)
{
	while (count) {
		size_t n;
		int r = fill(t);

		if (r <= 0)
			return r < 0 ? r : truncated();
		(void)use(t, count < SIZE_MAX ? (size_t)count : SIZE_MAX, &n);
		count -= n;
	}
	return 0;
}

/* Sets how much data follows the header that was just read. */
static void begin_data(struct tar_reader *t, uint64_t size)
{
	t->data_left = size;
	t->padding = (uint32_t)(-size % TAR_BLOCK);
}

static int end_data(struct tar_reader *t)
{
	int r = skip(t, t->data_left);

	if (r == 0)
		r = skip(t, t->padding);
	t->data_left = 0;
	t->padding = 0;
	return r;
}

/* The data of a header that is about the next entry (pax, GNU long name), whole. */
static int read_meta(struct tar_reader *t, uint64_t size, struct buf *ret)
{
	buf_clear(ret);
	if (size > TAR_HEADER_MAX)
		return fail(-EBADMSG, "the archive has a header of %llu bytes, more than %d", (unsigned long long)size,
			    TAR_HEADER_MAX);
	begin_data(t, size);
	while (t->data_left) {
		const unsigned char *at;
		size_t n;
		int r = fill(t);

		if (r <= 0)
			return r < 0 ? r : truncated();
		at = use(t, (size_t)t->data_left, &n);
		buf_add(ret, at, n);
		t->data_left -= n;
	}
	return end_data(t);
}

/* A header that describes the next one. Returns 1 when it was, 0 when the header is an entry itself, or -errno. */
static int read_about_next(struct tar_reader *t, const struct tar_header *h)
{
	autobuf text = BUF_INIT;
	int r;

	switch (h->type) {
	case 'x':
	case 'g':
	case 'L':
	case 'K':
		r = read_meta(t, h->size, &text);
		break;
	case 'V': /* the name of the volume */
		begin_data(t, h->size);
		r = end_data(t);
		return r < 0 ? r : 1;
	default:
		return 0;
	}
	if (r == 0 && h->type == 'x')
		r = pax_parse(&t->pax, text.data, text.len);
	else if (r == 0 && h->type == 'g')
		r = pax_parse_global(&t->global, text.data, text.len);
	else if (r == 0)
		r = pax_set_long_name(&t->pax, h->type == 'L', text.data, text.len);
	return r < 0 ? r : 1;
}

/* Old GNU: the map begins in the header and goes on in blocks of its own behind it. */
static int read_old_sparse(struct tar_reader *t, const unsigned char *block)
{
	bool more;
	int r = tar_sparse_old_header(&t->sparse, block, &more);

	while (r == 0 && more) {
		const unsigned char *next;

		r = read_block(t, &next);
		if (r <= 0)
			return r < 0 ? r : truncated();
		r = tar_sparse_old_extension(&t->sparse, next, &more);
	}
	return r;
}

/* GNU pax 1.0: the map is text in front of the data, padded to a block. */
static int read_sparse_text(struct tar_reader *t)
{
	struct tar_sparse_text text = { 0 };
	int done = 0;

	while (!done) {
		const unsigned char *block;
		int r;

		if (t->data_left < TAR_BLOCK)
			return truncated();
		r = read_block(t, &block);
		if (r <= 0)
			return r < 0 ? r : truncated();
		t->data_left -= TAR_BLOCK;
		done = tar_sparse_text_add(&t->sparse, &text, block);
		if (done < 0)
			return done;
	}
	return 0;
}

static int read_sparse(struct tar_reader *t, const struct tar_header *h, const unsigned char *block, struct tar_entry *e)
{
	int r = 0;

	t->piece = 0;
	t->piece_done = 0;
	tar_sparse_clear(&t->sparse);
	if (h->type == 'S') {
		r = read_old_sparse(t, block);
		if (t->pax.has_sparse_size)
			t->sparse.size = t->pax.sparse_size;
	} else if (t->pax.sparse_major == 1) {
		t->sparse.size = t->pax.sparse_size;
		r = read_sparse_text(t);
	} else if (t->pax.sparse.count || t->pax.has_sparse_size) {
		tar_sparse_take(&t->sparse, &t->pax.sparse);
		t->sparse.size = t->pax.sparse_size;
	} else {
		return 0;
	}
	if (r < 0)
		return r;
	e->sparse = true;
	e->size = t->sparse.size;
	return tar_sparse_check(&t->sparse, t->data_left);
}

static int entry_type(const struct tar_header *h, const char *path, enum tar_type *ret)
{
	switch (h->type) {
	case '\0':
	case '0':
		/* V7 had no type for directories */
		*ret = path[0] && path[strlen(path) - 1] == '/' ? TAR_DIRECTORY : TAR_FILE;
		return 0;
	case '7': /* contiguous: a hint to file systems of long ago */
	case 'S':
		*ret = TAR_FILE;
		return 0;
	case '1':
		*ret = TAR_HARDLINK;
		return 0;
	case '2':
		*ret = TAR_SYMLINK;
		return 0;
	case '3':
		*ret = TAR_CHAR;
		return 0;
	case '4':
		*ret = TAR_BLOCK_DEVICE;
		return 0;
	case '5':
		*ret = TAR_DIRECTORY;
		return 0;
	case '6':
		*ret = TAR_FIFO;
		return 0;
	default:
		return fail(-EOPNOTSUPP, "the archive has an entry of type '%c' (0x%02x), which hoy does not know",
			    h->type >= 32 && h->type < 127 ? h->type : '?', (unsigned char)h->type);
	}
}

/* The name from the pax header, or else from the header itself. */
static int choose_name(const char *from_pax, const char *from_header, const char *what, char ret[TAR_NAME_MAX + 1])
{
	const char *name = from_pax ? from_pax : from_header;

	if (strlen(name) > TAR_NAME_MAX)
		return fail(-EBADMSG, "the archive has a %s of more than %d bytes", what, TAR_NAME_MAX);
	memcpy(ret, name, strlen(name) + 1);
	return 0;
}

static int fill_entry(struct tar_reader *t, const struct tar_header *h, const unsigned char *block, struct tar_entry *ret)
{
	struct tar_entry e = { .mode = h->mode, .major = h->major, .minor = h->minor, .path = t->path, .link = t->link };
	const struct pax *p = &t->pax, *g = &t->global;
	uint64_t size = p->has_size ? p->size : h->size;
	int r = choose_name(p->sparse_name ? p->sparse_name : p->path, h->name, "name", t->path);

	if (r == 0)
		r = choose_name(p->link, h->link, "link target", t->link);
	if (r == 0)
		r = entry_type(h, t->path, &e.type);
	if (r < 0)
		return r;
	if (!t->path[0])
		return fail(-EBADMSG, "the archive has an entry without a name");
	e.uid = p->has_uid ? p->uid : g->has_uid ? g->uid : h->uid;
	e.gid = p->has_gid ? p->gid : g->has_gid ? g->gid : h->gid;
	e.mtime = p->has_mtime ? p->mtime : g->has_mtime ? g->mtime : h->mtime;
	e.mtime_ns = p->has_mtime ? p->mtime_ns : g->has_mtime ? g->mtime_ns : 0;
	if (e.type != TAR_HARDLINK && e.type != TAR_SYMLINK)
		t->link[0] = '\0';
	e.xattrs = p->xattrs;
	e.xattr_count = p->xattr_count;
	/* only files have data, whatever the size field of the others says (as GNU tar and Go read it) */
	if (e.type != TAR_FILE)
		size = 0;
	if (size > TAR_SIZE_MAX)
		return fail(-EBADMSG, "%s: a size of %llu bytes is no size", t->path, (unsigned long long)size);
	begin_data(t, size);
	t->offset = 0;
	e.size = size;
	if (e.type == TAR_FILE) {
		r = read_sparse(t, h, block, &e);
		if (r < 0)
			return r;
	}
	*ret = e;
	return 1;
}

int tar_next(struct tar_reader *t, struct tar_entry *ret)
{
	int r = end_data(t);

	if (r < 0 || t->ended)
		return r;
	pax_release(&t->pax);
	for (;;) {
		struct tar_header h;
		const unsigned char *block;

		r = read_block(t, &block);
		if (r > 0 && tar_block_is_zero(block)) {
			r = read_block(t, &block);
			if (r > 0 && !tar_block_is_zero(block))
				return fail(-EBADMSG, "the archive is damaged: something follows an empty block");
			t->ended = true;
			return r < 0 ? r : 0;
		}
		if (r == 0)
			t->ended = true;
		if (r == 0 && pax_is_set(&t->pax))
			return truncated();
		if (r <= 0)
			return r;
		r = tar_header_parse(block, &h);
		if (r < 0)
			return r;
		r = read_about_next(t, &h);
		if (r < 0)
			return r;
		if (r == 0)
			return fill_entry(t, &h, block, ret);
	}
}

int tar_data(struct tar_reader *t, struct tar_chunk *ret)
{
	const struct tar_sparse_piece *piece = NULL;
	uint64_t want = t->data_left;
	struct tar_chunk c;
	int r;

	if (!want)
		return 0;
	if (t->sparse.count) {
		while (t->piece < t->sparse.count && t->piece_done == t->sparse.pieces[t->piece].len) {
			t->piece++;
			t->piece_done = 0;
		}
		piece = &t->sparse.pieces[t->piece];
		want = piece->len - t->piece_done;
	}
	r = fill(t);
	if (r <= 0)
		return r < 0 ? r : truncated();
	c.data = use(t, want < SIZE_MAX ? (size_t)want : SIZE_MAX, &c.len);
	c.offset = piece ? piece->offset + t->piece_done : t->offset;
	t->piece_done += c.len;
	t->offset += c.len;
	t->data_left -= c.len;
	*ret = c;
	return 1;
}

int tar_drain(struct tar_reader *t)
{
	int r = end_data(t);

	while (r == 0) {
		r = fill(t);
		t->span_len = 0;
		if (r <= 0)
			return r;
		r = 0;
	}
	return r;
}
