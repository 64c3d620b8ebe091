/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What the parts of tar_read share: the limits on what an archive may ask for, and an extended attribute. */
#include <stddef.h>
#include <stdint.h>

#define TAR_BLOCK          512
#define TAR_NAME_MAX       4095                /* PATH_MAX less the NUL */
#define TAR_HEADER_MAX     (1024 * 1024)       /* one pax header or GNU long name */
#define TAR_XATTR_MAX      64                  /* attributes of one entry */
#define TAR_XATTR_SIZE_MAX 65536               /* XATTR_SIZE_MAX of Linux */
#define TAR_SPARSE_MAX     (UINT32_C(1) << 17) /* pieces of a sparse file */
#define TAR_SIZE_MAX       (UINT64_C(1) << 62)

struct tar_xattr {
	char *name;
	char *value; /* any bytes */
	size_t len;
};
