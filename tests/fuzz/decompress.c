/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as gzip, zstd or plain; the first byte chooses how much is given and taken at a time. */
#include "image/decompress.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define OUT_MAX (1 << 22)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static unsigned char out[1 << 16];
	struct decompress *d = NULL;
	size_t in_piece, out_piece, sum = 0;
	int r;

	if (!len)
		return 0;
	in_piece = 1 + (data[0] & 15) * (size_t)64;
	out_piece = 1 + (data[0] >> 4) * (sizeof out / 16);
	data++;
	len--;
	if (decompress_new(compression_of(data, len), &d) < 0)
		return 0;
	for (r = 0; r == 0 && len && sum < OUT_MAX;) {
		struct decompress_io io = { data, len < in_piece ? len : in_piece, out, out_piece };
		size_t given = io.in_len;

		r = decompress_run(d, &io);
		if (io.out_len > out_piece || io.in_len > given)
			abort();
		/* it must move on */
		if (r == 0 && io.in_len == given && io.out_len == out_piece)
			abort();
		data += given - io.in_len;
		len -= given - io.in_len;
		sum += out_piece - io.out_len;
	}
	(void)decompress_finish(d);
	decompress_free(&d);
	return 0;
}
