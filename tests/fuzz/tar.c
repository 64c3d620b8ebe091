/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an archive, in pieces whose size the first byte chooses: read to the end, and each name judged. */
#include "image/tar_read.h"
#include "image/whiteout.h"
#include "unpack/name.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct input {
	const uint8_t *data;
	size_t len, piece;
};

static long next(void *data, const unsigned char **ret)
{
	struct input *in = data;
	size_t n = in->len < in->piece ? in->len : in->piece;

	*ret = in->data;
	in->data += n;
	in->len -= n;
	return (long)n;
}

static void judge(const struct tar_entry *e)
{
	char clean[TAR_NAME_MAX + 1], parent[TAR_NAME_MAX + 1];
	const char *name = NULL;

	if (name_clean(e->path, clean) < 0)
		return;
	if (strstr(clean, "//") || clean[0] == '/' || strncmp(clean, "../", 3) == 0 || strcmp(clean, "..") == 0 ||
	    strstr(clean, "/../"))
		abort();
	if (whiteout_of(clean, &name) == WHITEOUT_REMOVES && (!*name || strchr(name, '/')))
		abort();
	if (strlen(name_split(clean, parent)) + strlen(parent) > strlen(clean))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct input in = { data + 1, len - 1, 0 };
	struct tar_source source = { .next = next, .data = &in };
	struct tar_reader *t;
	struct tar_entry e;
	unsigned char sum = 0;

	if (!len)
		return 0;
	in.piece = data[0] ? data[0] * (size_t)8 : 1 << 20;
	t = tar_reader_new(&source);
	while (tar_next(t, &e) > 0) {
		struct tar_chunk c;

		judge(&e);
		for (size_t i = 0; i < e.xattr_count; i++)
			sum ^= (unsigned char)(e.xattrs[i].name[0] ^ e.xattrs[i].value[e.xattrs[i].len]);
		while (tar_data(t, &c) > 0) {
			if (!c.len || c.offset > e.size || c.len > e.size - c.offset)
				abort();
			sum ^= c.data[0] ^ c.data[c.len - 1];
		}
	}
	(void)tar_drain(t);
	tar_reader_free(&t);
	/* used, so that the reads above are not optimized away */
	return sum == 1 && len == 0;
}
