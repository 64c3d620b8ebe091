/* SPDX-License-Identifier: Apache-2.0 */
#include "container/labels.h"

#include "base/memory.h"
#include "container/keyfile.h"

#include <string.h>

static void add_all(const struct strv *entries, struct strv *ret)
{
	for (size_t i = 0; i < entries->count; i++) {
		autofree char *full = xasprintf("%s%s", entries->items[i], strchr(entries->items[i], '=') ? "" : "=");

		strv_env_set(ret, full);
	}
}

int labels_make(const struct strv *image, const struct strv *files, const struct strv *options, struct strv *ret)
{
	autostrv read = { 0 };

	for (size_t i = 0; i < files->count; i++) {
		int r = keyfile_read(files->items[i], "label", &read);

		if (r < 0)
			return r;
	}
	add_all(image, ret);
	add_all(&read, ret);
	add_all(options, ret);
	return 0;
}
