/* SPDX-License-Identifier: Apache-2.0 */
#include "image/remove.h"

#include "base/error.h"
#include "base/memory.h"
#include "image/blobstore.h"
#include "image/layer.h"
#include "image/parts.h"

#include <errno.h>

int image_remove(const struct store *s, const char *id, const struct strv *digests, struct strv *ret_removed)
{
	autocall(parts_release) struct parts own = { 0 }, others = { 0 };
	bool whole;
	int r = parts_add_all(s, &others, &whole);

	if (r < 0)
		return r;
	/* documents that cannot be read name nothing: what they named is the collector's (image/collect.h) */
	if (id)
		(void)parts_add_image(s, id, &own);
	for (size_t i = 0; i < digests->count; i++)
		(void)parts_add_manifest(s, digests->items[i], &own);
	if (id)
		strv_add(ret_removed, id);
	/* blobs first: an image whose config is gone is no image, whatever is left of it */
	for (size_t i = own.blobs.count; r == 0 && i-- > 0;)
		if (!strv_contains(&others.blobs, own.blobs.items[i]))
			r = blobstore_remove(s, own.blobs.items[i]);
	for (size_t i = own.chains.count; r == 0 && i-- > 0;) {
		if (strv_contains(&others.chains, own.chains.items[i]))
			continue;
		r = layer_remove(s, own.chains.items[i]);
		if (r == 0)
			strv_add(ret_removed, own.chains.items[i]);
	}
	error_clear();
	return r;
}
