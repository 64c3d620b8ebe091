/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/body.h"

#include "base/error.h"

#include <errno.h>
#include <unistd.h>

int body_begin(struct body *b, long status, int64_t range_start, int64_t announced)
{
	b->begun = true;
	b->have = 0;
	if (status == 206) {
		if (range_start != b->offset)
			return fail(-EBADMSG, "the registry sent another part than the one that was asked for");
		b->have = b->offset;
	} else if (b->offset > 0 && ftruncate(b->fd, 0) < 0) {
		return fail_errno("start over");
	}
	if (b->size >= 0 && announced >= 0 && b->have + announced != b->size)
		return fail(-EBADMSG, "the registry announces %lld bytes, the manifest promises %lld",
			    (long long)(b->have + announced), (long long)b->size);
	if (announced > b->limit - b->have)
		return fail(-EFBIG, "the registry announces %lld bytes, more than the %lld that hoy takes", (long long)announced,
			    (long long)b->limit);
	return 0;
}

int body_add(struct body *b, const char *data, size_t len)
{
	if ((int64_t)len > b->limit - b->have)
		return fail(-EFBIG, "the registry sends more than %lld bytes", (long long)b->limit);
	while (len) {
		ssize_t n = pwrite(b->fd, data, len, b->have);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_errno("write what was fetched");
		data += n;
		len -= (size_t)n;
		b->have += n;
	}
	return 0;
}

bool body_is_short(const struct body *b)
{
	return b->begun && b->size >= 0 && b->have != b->size;
}
