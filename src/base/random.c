/* SPDX-License-Identifier: Apache-2.0 */
#include "base/random.h"

#include <errno.h>
#include <sys/random.h>

void random_bytes(void *data, size_t len)
{
	char *p = data;

	while (len) {
		ssize_t n = getrandom(p, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			__builtin_trap(); /* no kernel that runs containers lacks it */
		p += n;
		len -= (size_t)n;
	}
}

void random_hex(char *text, size_t digits)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char byte = 0;

	for (size_t i = 0; i < digits; i++) {
		if (i % 64 == 0) {
			unsigned char block[64];
			size_t n = digits - i < 64 ? digits - i : 64;

			random_bytes(block, n);
			for (size_t k = 0; k < n; k++)
				text[i + k] = (char)block[k];
		}
		byte = (unsigned char)text[i];
		text[i] = hex[byte & 15];
	}
	text[digits] = '\0';
}
