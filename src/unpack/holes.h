/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Where a file has data. A file of a terabyte that holds a page is a page in the archive, too. */
#include "image/tar_header.h"

#include <stdbool.h>
#include <stdint.h>

#define HOLES_WORTH (64 * 1024) /* bytes of holes, below which a file is stored whole: every program can read that */

/*
 * The pieces of the file's first @size bytes that hold data, in order. False when it is to be stored whole: it has no
 * holes to speak of, or too many pieces.
 */
bool holes_find(int fd, uint64_t size, struct tar_sparse *ret);
