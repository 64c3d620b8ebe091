/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * SCTP by one-to-one sockets (RFC 6458, 4), whose messages keep what they have besides their bytes: the stream, the protocol
 * that is in it, and whether the order matters.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sctp_label {
	uint16_t stream;
	uint16_t flags;
	uint32_t protocol; /* as it is on the wire */
};

/* Of a socket that will listen or connect: for both functions below. -errno without words. */
int sctp_prepare(int fd);
/* Takes a message, or, when *@ret_whole is false, a part of one. 0 at the end; -errno without words. */
ssize_t sctp_receive(int fd, void *data, size_t size, struct sctp_label *ret, bool *ret_whole);
/* All of it, or -errno without words. */
ssize_t sctp_send(int fd, const void *data, size_t len, const struct sctp_label *label);
