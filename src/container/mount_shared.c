/* SPDX-License-Identifier: Apache-2.0 */
#include "container/mount_shared.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/mountinfo.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MOUNTINFO_MAX (16 << 20)
#define PATH_FIELD    4 /* from 0; options and the optional fields, up to "-", are behind it */

/* One line, if it is that of @id: where it is mounted, and whether the optional fields have one of @words. */
static char *read_line(const char *line, const char *id, const char *const *words, bool *ret_found)
{
	const char *p = line;
	autofree char *number = mountinfo_field(&p), *path = NULL;

	if (strcmp(number, id) != 0)
		return NULL;
	for (int i = 1; i < PATH_FIELD; i++)
		free(mountinfo_field(&p));
	path = mountinfo_field(&p);
	*ret_found = false;
	while (*p) {
		autofree char *field = mountinfo_field(&p);

		if (strcmp(field, "-") == 0)
			break;
		for (size_t i = 0; words[i]; i++)
			*ret_found |= strncmp(field, words[i], strlen(words[i])) == 0;
	}
	return take(&path);
}

int mount_shared_check(const char *source, const char *propagation)
{
	static const char *const shared[] = { "shared:", NULL }, *const slave[] = { "shared:", "master:", NULL };
	bool wants_shared = propagation && strstr(propagation, "shared"), found = true;
	autofree char *id = NULL;
	autobuf text = BUF_INIT;
	struct statx st;
	int r;

	if (!wants_shared && !(propagation && strstr(propagation, "slave")))
		return 0;
	if (statx(AT_FDCWD, source, 0, STATX_MNT_ID, &st) < 0)
		return fail_errno("look at %s", source);
	id = xasprintf("%" PRIu64, (uint64_t)st.stx_mnt_id);
	r = file_read(AT_FDCWD, "/proc/self/mountinfo", MOUNTINFO_MAX, &text);
	for (char *line = text.data, *end; r == 0 && line && *line; line = end) {
		autofree char *path = NULL;

		end = line + strcspn(line, "\n");
		if (*end)
			*end++ = '\0';
		path = read_line(line, id, wants_shared ? shared : slave, &found);
		if (!path || found)
			continue;
		fail(-EINVAL, "path %s is mounted on %s but it is not a shared%s mount", source, path,
		     wants_shared ? "" : " or slave");
		return fail_hint(-EINVAL, "mount --make-rshared %s makes it one", path);
	}
	return r;
}
