/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
#include <stddef.h>

/* Bytes to be read and room to be written; both are moved on. */
struct decompress_io {
	const unsigned char *in;
	size_t in_len;
	unsigned char *out;
	size_t out_len;
};
