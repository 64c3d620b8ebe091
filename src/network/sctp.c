/* SPDX-License-Identifier: Apache-2.0 */
#include "network/sctp.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/sctp.h>

#define STREAMS 64 /* each way, where the other end wants as many */

int sctp_prepare(int fd)
{
	struct sctp_initmsg streams = { .sinit_num_ostreams = STREAMS, .sinit_max_instreams = STREAMS };
	int on = 1;

	if (setsockopt(fd, IPPROTO_SCTP, SCTP_INITMSG, &streams, sizeof streams) < 0 ||
	    setsockopt(fd, IPPROTO_SCTP, SCTP_NODELAY, &on, sizeof on) < 0 ||
	    setsockopt(fd, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof on) < 0)
		return -errno;
	return 0;
}

ssize_t sctp_receive(int fd, void *data, size_t size, struct sctp_label *ret, bool *ret_whole)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(struct sctp_rcvinfo))];
	} control;
	struct iovec bytes = { data, size };
	struct msghdr m = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT);
	struct sctp_rcvinfo info;

	if (n < 0)
		return -errno;
	*ret_whole = m.msg_flags & MSG_EOR;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == IPPROTO_SCTP && c->cmsg_type == SCTP_RCVINFO) {
			memcpy(&info, CMSG_DATA(c), sizeof info);
			*ret = (struct sctp_label){ info.rcv_sid, info.rcv_flags & SCTP_UNORDERED, info.rcv_ppid };
		}
	return n;
}

ssize_t sctp_send(int fd, const void *data, size_t len, const struct sctp_label *label)
{
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(struct sctp_sndinfo))];
	} control = {
		.head = { .cmsg_len = CMSG_LEN(sizeof(struct sctp_sndinfo)), .cmsg_level = IPPROTO_SCTP, .cmsg_type = SCTP_SNDINFO }
	};
	struct sctp_sndinfo info = { .snd_sid = label->stream, .snd_flags = label->flags, .snd_ppid = label->protocol };
	struct iovec bytes = { (void *)data, len };
	struct msghdr m = { .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };

	memcpy(CMSG_DATA(&control.head), &info, sizeof info);
	return sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : (ssize_t)len;
}
