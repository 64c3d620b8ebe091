/* SPDX-License-Identifier: Apache-2.0 */
#include "image/fetch_url.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "image/registry.h"
#include "image/transfer.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

static int exchange(struct transfer *t, const struct transfer_request *q, void (*progress)(void *data, int64_t have), void *data,
		    struct transfer_answer *ret)
{
	uint32_t id;
	int r = transfer_send(t, q, &id);

	while (r == 0) {
		autoanswer a = { 0 };

		r = transfer_receive(t, &a);
		if (r == 0 && a.done) {
			*ret = a;
			a = (struct transfer_answer){ 0 };
			return 0;
		}
		if (r == 0 && progress)
			progress(data, a.have);
	}
	return r;
}

static int refusal(const struct transfer_answer *a)
{
	int r;

	if (a->status)
		return fail(a->status == 404 ? -ENOENT : -EPROTO, "the server answered HTTP %d", a->status);
	r = fail(a->code, "%s", a->error ? a->error : "fetch it");
	return a->hint ? fail_hint(r, "%s", a->hint) : r;
}

int fetch_url(const char *url, int fd, int64_t limit, void (*progress)(void *data, int64_t have), void *data)
{
	autocall(transfer_free) struct transfer *t = NULL;
	struct transfer_request q = { .url = url, .size = -1, .limit = limit, .fd = fd };
	int r = transfer_start(&t);

	for (unsigned int tries = 0; r == 0; tries++) {
		autoanswer a = { 0 };
		int64_t wait = 0;

		r = exchange(t, &q, progress, data, &a);
		if (r < 0)
			return r;
		r = registry_judge(&a, url, tries, &wait);
		if (r == 0)
			return 0;
		if (r != -EAGAIN)
			return refusal(&a);
		/* not continued: nothing says that the rest is of the same file */
		if (ftruncate(fd, 0) < 0)
			return fail_errno("empty what was fetched");
		(void)poll(NULL, 0, (int)wait);
		r = 0;
	}
	return r;
}
