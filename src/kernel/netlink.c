/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/netlink.h"

#include "base/error.h"
#include "base/memory.h"
#include "kernel/step.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_MAX  (64 << 10) /* more than the kernel puts into one answer */
#define WORDS_MAX   128
#define REASON_MAX  200
#define SEND_BUFFER (160 << 10) /* what a socket takes by default, with room for the kernel's own */

struct netlink_request {
	struct step step;
	const char *kind, *why;
	uint32_t sequence;
	int tolerated; /* positive errno */
	int result;
	char words[WORDS_MAX];
	char *said;   /* NULL when nobody listens */
	char *reason; /* what the kernel says beside the errno, or NULL */
};

int netlink_open(int protocol, struct netlink *ret)
{
	static const int on = 1;
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return fail_errno("open a netlink socket");
	/* errors with a sentence (Linux 4.12), and without a copy of the message they are about; without them it works, too */
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
	(void)setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
	*ret = NETLINK_NONE;
	ret->fd = fd;
	return 0;
}

void netlink_clear(struct netlink *n)
{
	for (size_t i = 0; i < n->count; i++) {
		free(n->requests[i].said);
		free(n->requests[i].reason);
	}
	n->count = 0;
	buf_clear(&n->data);
}

void netlink_release(struct netlink *n)
{
	netlink_clear(n);
	free(n->requests);
	buf_release(&n->data);
	cleanup_fd(&n->fd);
	*n = NETLINK_NONE;
}

/* Messages and attributes begin at multiples of four bytes. */
static void pad(struct netlink *n)
{
	static const char zeroes[NLMSG_ALIGNTO];

	buf_add(&n->data, zeroes, NLMSG_ALIGN(n->data.len) - n->data.len);
}

void netlink_begin(struct netlink *n, uint16_t type, uint16_t flags, const void *header, size_t len)
{
	struct nlmsghdr message = { .nlmsg_type = type, .nlmsg_flags = flags | NLM_F_REQUEST, .nlmsg_seq = ++n->sequence };

	n->message = n->data.len;
	buf_add(&n->data, &message, sizeof message);
	buf_add(&n->data, header, len);
	pad(n);
}

void netlink_put_raw(struct netlink *n, const void *data, size_t len)
{
	buf_add(&n->data, data, len);
	pad(n);
}

void netlink_put(struct netlink *n, uint16_t type, const void *data, size_t len)
{
	struct nlattr attribute = { .nla_len = (uint16_t)(sizeof attribute + len), .nla_type = type };

	buf_add(&n->data, &attribute, sizeof attribute);
	netlink_put_raw(n, data, len);
}

void netlink_put_str(struct netlink *n, uint16_t type, const char *s)
{
	netlink_put(n, type, s, strlen(s) + 1);
}

void netlink_put_u8(struct netlink *n, uint16_t type, uint8_t value)
{
	netlink_put(n, type, &value, sizeof value);
}

void netlink_put_u32(struct netlink *n, uint16_t type, uint32_t value)
{
	netlink_put(n, type, &value, sizeof value);
}

void netlink_put_be32(struct netlink *n, uint16_t type, uint32_t value)
{
	netlink_put_u32(n, type, htonl(value));
}

void netlink_put_be64(struct netlink *n, uint16_t type, uint64_t value)
{
	value = htobe64(value);
	netlink_put(n, type, &value, sizeof value);
}

size_t netlink_nest(struct netlink *n, uint16_t type)
{
	size_t at = n->data.len;

	netlink_put(n, type | NLA_F_NESTED, "", 0);
	return at;
}

void netlink_nest_end(struct netlink *n, size_t at)
{
	struct nlattr *attribute = (struct nlattr *)(void *)(n->data.data + at);

	attribute->nla_len = (uint16_t)(n->data.len - at);
}

void netlink_end_frame(struct netlink *n)
{
	struct nlmsghdr *message = (struct nlmsghdr *)(void *)(n->data.data + n->message);

	message->nlmsg_len = (uint32_t)(n->data.len - n->message);
}

void netlink_end(struct netlink *n, const char *step, const char *why, const char *words, ...)
{
	struct netlink_request *request;
	va_list ap;

	netlink_end_frame(n);
	if (n->count == n->size) {
		n->size = n->size ? n->size * 2 : 8;
		n->requests = xrealloc(n->requests, n->size * sizeof *n->requests);
	}
	request = &n->requests[n->count++];
	*request = (struct netlink_request){ .kind = step, .why = why, .sequence = n->sequence };
	va_start(ap, words);
	vsnprintf(request->words, sizeof request->words, words, ap);
	va_end(ap);
}

void netlink_say(struct netlink *n, const char *format, ...)
{
	struct netlink_request *request = &n->requests[n->count - 1];
	autobuf text = BUF_INIT;
	va_list ap;

	va_start(ap, format);
	buf_add_vformat(&text, format, ap);
	va_end(ap);
	free(request->said);
	request->said = buf_take(&text);
}

void netlink_tolerate(struct netlink *n, int number)
{
	n->requests[n->count - 1].tolerated = number;
}

const void *netlink_attribute_in(const void *data, size_t len, uint16_t type, size_t *ret_len)
{
	const char *at = data;

	while (len >= sizeof(struct nlattr)) {
		struct nlattr a;

		memcpy(&a, at, sizeof a);
		if (a.nla_len < sizeof a || a.nla_len > len)
			return NULL;
		if ((a.nla_type & NLA_TYPE_MASK) == type) {
			*ret_len = a.nla_len - sizeof a;
			return at + sizeof a;
		}
		if ((size_t)NLA_ALIGN(a.nla_len) >= len)
			return NULL;
		at += NLA_ALIGN(a.nla_len);
		len -= NLA_ALIGN(a.nla_len);
	}
	return NULL;
}

const void *netlink_attribute(const struct nlmsghdr *message, size_t header_len, uint16_t type, size_t *ret_len)
{
	size_t skip = NLMSG_HDRLEN + NLMSG_ALIGN(header_len);

	if (message->nlmsg_len < skip)
		return NULL;
	return netlink_attribute_in((const char *)message + skip, message->nlmsg_len - skip, type, ret_len);
}

/* The last message asks for an answer: whatever failed before it has been answered by then. */
static int send_all(struct netlink *n, const struct netlink_request *last)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int size = (int)n->data.len + SEND_BUFFER;
	ssize_t sent;

	for (size_t at = 0; last && at < n->data.len;) {
		struct nlmsghdr *message = (struct nlmsghdr *)(void *)(n->data.data + at);

		if (message->nlmsg_seq == last->sequence)
			message->nlmsg_flags |= NLM_F_ACK;
		at += NLMSG_ALIGN(message->nlmsg_len);
	}
	if (n->data.len > SEND_BUFFER && setsockopt(n->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size) < 0)
		return -errno;
	do
		sent = sendto(n->fd, n->data.data, n->data.len, 0, (struct sockaddr *)&kernel, sizeof kernel);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

static struct netlink_request *find_request(struct netlink *n, uint32_t sequence)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->requests[i].sequence == sequence)
			return &n->requests[i];
	return NULL;
}

/* The sentence behind an error, when there is one. */
static char *read_reason(const struct nlmsghdr *message)
{
	size_t len;
	const char *text;

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS) || !(message->nlmsg_flags & NLM_F_CAPPED))
		return NULL;
	text = netlink_attribute(message, sizeof(struct nlmsgerr), NLMSGERR_ATTR_MSG, &len);
	return text && len > 0 && len < REASON_MAX ? xstrndup(text, len) : NULL;
}

/* Works through what the kernel answered. Returns 1 when the last message is among it. */
static int read_results(struct netlink *n, const char *data, ssize_t len)
{
	for (const struct nlmsghdr *m = (const void *)data; NLMSG_OK(m, len); m = NLMSG_NEXT(m, len)) {
		struct netlink_request *request = find_request(n, m->nlmsg_seq);
		struct nlmsgerr error;

		if (m->nlmsg_type != NLMSG_ERROR || m->nlmsg_len < NLMSG_LENGTH(sizeof error))
			continue;
		memcpy(&error, NLMSG_DATA(m), sizeof error);
		if (!request) /* of the frame: the batch as a whole */
			return error.error;
		request->result = error.error;
		if (error.error && !request->reason)
			request->reason = read_reason(m);
		if (request == &n->requests[n->count - 1])
			return 1;
	}
	return 0;
}

/* The kernel has done its work when sendto returns, so what it has to say is there: nothing is waited for. */
static int exchange(struct netlink *n)
{
	autofree char *answer = NULL;
	int r = send_all(n, &n->requests[n->count - 1]);

	if (r < 0)
		return r;
	answer = xmalloc(ANSWER_MAX);
	while (r == 0) {
		ssize_t len = recv(n->fd, answer, ANSWER_MAX, MSG_DONTWAIT);

		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return errno == EAGAIN ? -EPROTO : -errno;
		r = read_results(n, answer, len);
	}
	return r < 0 ? r : 0;
}

static int begin_steps(struct netlink *n)
{
	int r = 0;

	for (size_t i = 0; i < n->count; i++) {
		struct netlink_request *request = &n->requests[i];

		request->result = step_begin(&request->step, request->kind, request->why);
		if (r == 0)
			r = request->result;
	}
	return r;
}

static int end_step(struct netlink_request *request)
{
	int result = -request->result == request->tolerated ? 0 : request->result;

	if (request->said)
		step_say(&request->step, "%s", request->said);
	if (result < 0 && request->reason)
		(void)step_end(&request->step, result, "%s (%s)", request->words, request->reason);
	else
		(void)step_end(&request->step, result, "%s", request->words);
	return result;
}

int netlink_commit(struct netlink *n)
{
	struct error_record first;
	int r = 0, result = 0;

	if (n->count > 0) {
		r = begin_steps(n);
		if (r == 0) {
			result = exchange(n);
			if (result < 0 && n->requests[0].result == 0)
				n->requests[0].result = result;
		}
	}
	result = 0;
	for (size_t i = 0; i < n->count; i++) {
		/* what a fault kept from being sent is no step that was made */
		if (r < 0 && n->requests[i].result == 0)
			continue;
		if (end_step(&n->requests[i]) < 0 && result == 0) {
			result = n->requests[i].result;
			error_pack(result, &first);
		}
	}
	netlink_clear(n);
	return result < 0 ? error_unpack(&first) : 0;
}

int netlink_ask(struct netlink *n, int (*visit)(const struct nlmsghdr *answer, void *data), void *data)
{
	autofree char *answer = xmalloc(ANSWER_MAX);
	uint32_t sequence = n->sequence;
	struct nlmsghdr *question = (struct nlmsghdr *)(void *)n->data.data;
	bool more = question->nlmsg_flags & NLM_F_DUMP;
	int r;

	if (!more)
		question->nlmsg_flags |= NLM_F_ACK;
	r = send_all(n, NULL);
	buf_clear(&n->data);
	while (r == 0) {
		ssize_t len = recv(n->fd, answer, ANSWER_MAX, 0);

		if (len < 0 && errno != EINTR)
			return -errno;
		for (const struct nlmsghdr *m = (const void *)answer; NLMSG_OK(m, len); m = NLMSG_NEXT(m, len)) {
			struct nlmsgerr error;

			if (m->nlmsg_seq != sequence)
				continue;
			if (m->nlmsg_type == NLMSG_DONE)
				return r;
			if (m->nlmsg_type == NLMSG_ERROR) {
				memcpy(&error, NLMSG_DATA(m), sizeof error);
				return error.error < 0 ? error.error : r;
			}
			if (r == 0)
				r = visit(m, data);
		}
	}
	return r;
}
