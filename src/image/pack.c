/* SPDX-License-Identifier: Apache-2.0 */
#include "image/pack.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int add_marks(int fd, char letter, const struct strv *paths)
{
	int r = 0;

	for (size_t i = 0; r == 0 && paths && i < paths->count; i++) {
		r = fd_write_full(fd, &letter, 1);
		if (r == 0)
			r = fd_write_full(fd, paths->items[i], strlen(paths->items[i]) + 1);
	}
	return r;
}

static int write_marks(const struct pack_options *o, int *ret)
{
	autofd int fd = memfd_create("marks", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : add_marks(fd, 'o', o->opaque);

	if (r == 0)
		r = add_marks(fd, 'h', o->hidden);
	if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = -errno;
	if (r < 0)
		return fail_code(r, "start the packer");
	*ret = take_fd(&fd);
	return 0;
}

int pack_start(const struct pack_options *o, struct unpack *ret)
{
	static const char *const words[] = { [PACK_FILES] = "files", [PACK_EXACT] = "exact", [PACK_LAYER] = "layer" };
	char *argv[] = { (char *)"hoy-unpack", (char *)"pack", (char *)words[o->how], (char *)o->source, (char *)o->name, NULL };
	autofd int marks = -1;
	int r = o->how == PACK_LAYER ? write_marks(o, &marks) : 0;

	return r < 0 ? r : unpack_spawn(argv, o->stream, o->directory, marks, ret);
}
