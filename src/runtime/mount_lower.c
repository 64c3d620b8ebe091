/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "runtime/mount.h"

#include <string.h>

#define VALUE_MAX 255 /* bytes that fsconfig takes as one value */

static void split(const char *value, struct strv *ret)
{
	autobuf path = BUF_INIT;

	for (const char *p = value;; p++) {
		if (*p == '\\' && p[1]) {
			buf_add_char(&path, *++p);
		} else if (*p && *p != ':') {
			buf_add_char(&path, *p);
		} else {
			strv_add(ret, path.data);
			buf_clear(&path);
			if (!*p)
				return;
		}
	}
}

void mount_split_lower(struct strv *options, struct strv *ret)
{
	static const char key[] = "lowerdir=";

	for (size_t i = 0; i < options->count; i++) {
		const char *option = options->items[i];

		/* "::" parts layers that are for data only: there is no other way to say that */
		if (strncmp(option, key, strlen(key)) != 0 || strlen(option) - strlen(key) <= VALUE_MAX || strstr(option, "::"))
			continue;
		split(option + strlen(key), ret);
		strv_remove(options, i);
		return;
	}
}
