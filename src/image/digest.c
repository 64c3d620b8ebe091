/* SPDX-License-Identifier: Apache-2.0 */
#include "image/digest.h"

#include "base/error.h"
#include "base/sha256.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define PREFIX     "sha256:"
#define PREFIX_LEN (sizeof PREFIX - 1)
#define HEX        "0123456789abcdef"

bool digest_valid(const char *digest)
{
	return strncmp(digest, PREFIX, PREFIX_LEN) == 0 && strlen(digest) == PREFIX_LEN + 64 &&
	       strspn(digest + PREFIX_LEN, HEX) == 64;
}

int digest_check(const char *digest, const char *what)
{
	if (strncmp(digest, "sha512:", 7) == 0)
		return fail(-ENOTSUP, "%s: a sha512 digest, and blobs have sha256 ones here", what);
	if (!digest_valid(digest))
		return fail(-EINVAL, "%s: '%.100s' is not a digest (sha256: and 64 hex digits)", what, digest);
	return 0;
}

const char *digest_hex(const char *digest)
{
	return digest + PREFIX_LEN;
}

const char *digest_of(const void *data, size_t len, char text[DIGEST_MAX])
{
	struct sha256 hash;
	char hex[SHA256_HEX_MAX];

	sha256_begin(&hash);
	sha256_add(&hash, data, len);
	snprintf(text, DIGEST_MAX, PREFIX "%s", sha256_hex(&hash, hex));
	return text;
}

const char *digest_chain(const char *parent, const char *diff_id, char text[DIGEST_MAX])
{
	char both[2 * DIGEST_MAX];

	if (parent) {
		snprintf(both, sizeof both, "%s %s", parent, diff_id);
		return digest_of(both, strlen(both), text);
	}
	snprintf(text, DIGEST_MAX, "%s", diff_id);
	return text;
}
