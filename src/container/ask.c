/* SPDX-License-Identifier: Apache-2.0 */
#include "container/ask.h"

#include "base/error.h"

#include <errno.h>
#include <time.h>

#define PAUSE_NS 5000000

int ask_monitor(struct handle *h, const struct request *request, const int *fds, size_t count)
{
	for (;;) {
		int fd = request_send(h->home, h->record.id, request, fds, count), r;

		if (fd >= 0)
			return fd;
		if (fd != -ENOENT && fd != -ECONNREFUSED && fd != -EPIPE && fd != -ECONNRESET)
			return fail_code(fd, "reach its monitor");
		r = handle_refresh(h);
		if (r < 0 || !handle_active(h))
			return r < 0 ? r : -ESRCH;
		(void)nanosleep(&(struct timespec){ .tv_nsec = PAUSE_NS }, NULL);
	}
}
