/* SPDX-License-Identifier: Apache-2.0 */
#include "container/message.h"

#include "base/fd.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

int message_send(int socket, const struct message *m, const int *fds, size_t count)
{
	size_t len = m->kind == MESSAGE_FAILED ? sizeof *m : offsetof(struct message, error);

	return fd_send(socket, m, len, fds, count);
}

int message_receive(int socket, struct message *ret, int *ret_fds, size_t max)
{
	struct message m;
	ssize_t n;

	memset(&m, 0, sizeof m);
	n = fd_receive(socket, &m, sizeof m, ret_fds, max);
	if (n == -ECONNRESET)
		n = 0;
	if (n <= 0)
		return (int)n;
	if ((size_t)n < offsetof(struct message, error))
		return -EPROTO;
	*ret = m;
	return 1;
}
