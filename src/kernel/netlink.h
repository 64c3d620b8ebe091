/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Netlink: rtnetlink for interfaces, addresses and routes, nfnetlink for the firewall. Messages are collected and sent in one
 * system call; each is a step of its own (step.h) with the words of its error and the shell command that would do the same:
 *
 *	netlink_begin(&n, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &link, sizeof link);
 *	netlink_put_str(&n, IFLA_IFNAME, "hoy0");
 *	at = netlink_nest(&n, IFLA_LINKINFO);
 *	netlink_put_str(&n, IFLA_INFO_KIND, "bridge");
 *	netlink_nest_end(&n, at);
 *	netlink_end(&n, "link", "the switch of the network", "create the bridge %s", "hoy0");
 *	netlink_say(&n, "ip link add %s type bridge", "hoy0");
 *	r = netlink_commit(&n);
 *
 * rtnetlink works through all messages of a batch even when one fails: whoever sent them undoes what was done. nfnetlink does
 * all of a batch or nothing. A socket works in the network namespace that it was opened in, whichever its process is in
 * later. Attributes are of the caller's making, so only their total size is checked, when they are sent.
 */
#include "base/buf.h"

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

struct netlink_request;

struct netlink {
	int fd;
	struct buf data;                  /* the messages so far */
	size_t message;                   /* where the one that is being built begins */
	struct netlink_request *requests; /* one for each message that is a step */
	size_t count, size;
	uint32_t sequence;
};

#define NETLINK_NONE ((struct netlink){ .fd = -1, .data = BUF_INIT })
#define autonetlink  __attribute__((cleanup(netlink_release))) struct netlink

/* Opens a socket of NETLINK_ROUTE or NETLINK_NETFILTER in the caller's network namespace; @ret is NETLINK_NONE so far. */
int netlink_open(int protocol, struct netlink *ret);
void netlink_release(struct netlink *n);

/* Begins a message with its fixed header. NLM_F_REQUEST is added. */
void netlink_begin(struct netlink *n, uint16_t type, uint16_t flags, const void *header, size_t len);
void netlink_put(struct netlink *n, uint16_t type, const void *data, size_t len);
void netlink_put_str(struct netlink *n, uint16_t type, const char *s);
void netlink_put_u8(struct netlink *n, uint16_t type, uint8_t value);
void netlink_put_u32(struct netlink *n, uint16_t type, uint32_t value);
/* In network byte order, as nfnetlink wants its numbers. */
void netlink_put_be32(struct netlink *n, uint16_t type, uint32_t value);
void netlink_put_be64(struct netlink *n, uint16_t type, uint64_t value);
/* Attributes inside of an attribute: what is put until netlink_nest_end belongs to it. */
size_t netlink_nest(struct netlink *n, uint16_t type);
void netlink_nest_end(struct netlink *n, size_t at);
/* Bytes that are no attribute (the header of a veth's peer). */
void netlink_put_raw(struct netlink *n, const void *data, size_t len);
/*
 * Ends the message: it is the step @step (a kind, key of the hint table), made because of @why; the words are those of its
 * error.
 */
void netlink_end(struct netlink *n, const char *step, const char *why, const char *words, ...)
	__attribute__((format(printf, 4, 5)));
/* The shell command that does the same. Only when step_heard(). */
void netlink_say(struct netlink *n, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* This errno (positive) of the message just ended is no failure: it is there already, or gone. rtnetlink only. */
void netlink_tolerate(struct netlink *n, int number);
/* Ends a message that is no step of its own: the frame of an nfnetlink batch. */
void netlink_end_frame(struct netlink *n);
/*
 * Sends what was collected and forgets it. Returns 0, or the negative errno of the first message that failed, with words.
 * Nothing is sent when there is nothing.
 */
int netlink_commit(struct netlink *n);
/* Forgets what was collected. */
void netlink_clear(struct netlink *n);

/*
 * A question: sends the one message that was built (ended by netlink_end_frame; NLM_F_DUMP in its flags asks for all there
 * are) and calls @visit for each answer until it returns non-zero, which is then returned. -errno of the kernel without words.
 */
int netlink_ask(struct netlink *n, int (*visit)(const struct nlmsghdr *answer, void *data), void *data);
/*
 * Finds an attribute behind the fixed header of @header_len bytes: its payload, with *@ret_len; NULL when there is none.
 * Never outside of the message.
 */
const void *netlink_attribute(const struct nlmsghdr *message, size_t header_len, uint16_t type, size_t *ret_len);
/* The same among the @len bytes of attributes at @data: inside of another attribute. */
const void *netlink_attribute_in(const void *data, size_t len, uint16_t type, size_t *ret_len);
