/* SPDX-License-Identifier: Apache-2.0 */
#include "unpack/holes.h"

#include "base/error.h"
#include "image/tar_format.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK 512 /* of st_blocks */

bool holes_find(int fd, uint64_t size, struct tar_sparse *ret)
{
	off_t at = 0, end = (off_t)size;
	struct stat st;

	if (fstat(fd, &st) < 0 || (uint64_t)st.st_blocks * BLOCK + HOLES_WORTH > size)
		return false;
	while (at < end) {
		off_t data = lseek(fd, at, SEEK_DATA), hole;

		if (data < 0 && errno == ENXIO)
			break;
		/* a file that changes meanwhile can give anything: then it is read from front to back */
		if (data < at || (hole = lseek(fd, data, SEEK_HOLE)) <= data || ret->count == TAR_SPARSE_MAX)
			return false;
		if (data >= end)
			break;
		if (hole > end)
			hole = end;
		if (tar_sparse_add(ret, (uint64_t)data, (uint64_t)(hole - data)) < 0) {
			error_clear();
			return false;
		}
		at = hole;
	}
	/* the map ends where the file does, so that readers who know only pieces make it as long */
	return ret->count < TAR_SPARSE_MAX && tar_sparse_add(ret, size, 0) == 0;
}
