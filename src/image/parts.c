/* SPDX-License-Identifier: Apache-2.0 */
#include "image/parts.h"

#include "base/dir.h"
#include "base/error.h"
#include "image/blobstore.h"
#include "image/catalog.h"
#include "image/imageconfig.h"
#include "image/manifest.h"

#include <errno.h>

void parts_release(struct parts *p)
{
	strv_release(&p->chains);
	strv_release(&p->blobs);
}

int parts_add_image(const struct store *s, const char *id, struct parts *p)
{
	autocall(imageconfig_release) struct imageconfig config = { 0 };
	autobuf text = BUF_INIT;
	char chain[DIGEST_MAX];
	int r = blobstore_read(s, id, IMAGECONFIG_SIZE_MAX, &text);

	strv_add(&p->blobs, id);
	if (r == 0)
		r = imageconfig_parse(text.data, text.len, &config);
	for (size_t i = 0; r == 0 && i < config.diff_ids.count; i++)
		strv_add(&p->chains, digest_chain(i ? chain : NULL, config.diff_ids.items[i], chain));
	return r;
}

int parts_add_manifest(const struct store *s, const char *digest, struct parts *p)
{
	autocall(manifest_release) struct manifest m = { 0 };
	autobuf text = BUF_INIT;
	int r = blobstore_read(s, digest, MANIFEST_SIZE_MAX, &text);

	if (r == 0)
		r = manifest_parse(text.data, text.len, NULL, &m);
	if (r < 0)
		return r;
	strv_add(&p->blobs, digest);
	for (size_t i = 0; m.kind != MANIFEST_INDEX && i < m.count; i++)
		strv_add(&p->blobs, m.items[i].digest);
	return 0;
}

static int count(int fd, const char *name, void *data)
{
	(void)fd;
	if (*name != '.')
		++*(size_t *)data;
	return 0;
}

int parts_add_all(const struct store *s, struct parts *p, bool *ret_whole)
{
	autocatalog all = { 0 };
	size_t files = 0;
	int r = catalog_list(s, &all);

	if (r == 0)
		r = dir_each(s->fd, "images", count, &files);
	*ret_whole = files == all.count;
	for (size_t i = 0; r == 0 && i < all.count; i++) {
		const struct catalog_entry *e = &all.items[i];

		*ret_whole &= parts_add_image(s, e->id, p) == 0;
		if (e->manifest_digest)
			*ret_whole &= parts_add_manifest(s, e->manifest_digest, p) == 0;
		if (e->digest)
			*ret_whole &= parts_add_manifest(s, e->digest, p) == 0;
	}
	return r;
}
