/* SPDX-License-Identifier: Apache-2.0 */
#include "network/dns_message.h"

#include "base/number.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define LABEL_MAX    63
#define FLAG_QR      0x8000 /* an answer */
#define FLAG_OPCODE  0x7800
#define FLAG_AA      0x0400
#define FLAG_TC      0x0200
#define FLAG_RD      0x0100
#define FLAG_RA      0x0080
#define POINTER      0xc000 /* a name that stands at the offset below (RFC 1035 4.1.4) */
#define RECORD_FIXED 10     /* type, class, ttl, length */
#define OPT_SIZE     11     /* the root's name and an empty OPT record */

/*
 * The name at *@at, as text. Compression is for answers: in a question it is refused, and with it every loop.
 * Moves *@at behind it; false when it is none.
 */
static bool get_name(const uint8_t *data, size_t len, size_t *at, char name[DNS_NAME_MAX], bool *ret_plain)
{
	size_t n = 0, p = *at;

	*ret_plain = true;
	for (;;) {
		size_t label;

		if (p >= len)
			return false;
		label = data[p++];
		if (label == 0)
			break;
		if (label > LABEL_MAX || label > len - p || n + (n > 0) + label >= DNS_NAME_MAX)
			return false;
		if (n)
			name[n++] = '.';
		for (size_t i = 0; i < label; i++) {
			uint8_t c = data[p++];

			*ret_plain &= c > ' ' && c < 0x7f && c != '.';
			name[n++] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
		}
	}
	name[n] = '\0';
	*at = p;
	return true;
}

/* The OPT record, which stands right behind the question of a query when there is one and nothing else. */
static void read_opt(const uint8_t *data, size_t len, struct dns_question *q)
{
	size_t p = q->end, size;

	if (dns_get16(data + 6) || dns_get16(data + 8) || !dns_get16(data + 10) || len - p < 1 + RECORD_FIXED || data[p] != 0 ||
	    dns_get16(data + p + 1) != DNS_TYPE_OPT)
		return;
	size = dns_get16(data + p + 3);
	q->extended = true;
	q->udp_size = size < DNS_UDP_MIN ? DNS_UDP_MIN : size > DNS_UDP_MAX ? DNS_UDP_MAX : size;
}

int dns_question_parse(const uint8_t *data, size_t len, struct dns_question *ret)
{
	size_t at = DNS_HEADER_SIZE;
	uint16_t flags;

	*ret = (struct dns_question){ .udp_size = DNS_UDP_MIN };
	if (len < DNS_HEADER_SIZE)
		return -EBADMSG;
	flags = dns_get16(data + 2);
	if (flags & FLAG_QR)
		return -EBADMSG;
	ret->id = dns_get16(data);
	ret->recursion = flags & FLAG_RD;
	if (flags & FLAG_OPCODE)
		return DNS_NOTIMP;
	if (dns_get16(data + 4) != 1 || !get_name(data, len, &at, ret->name, &ret->plain) || len - at < 4)
		return DNS_FORMERR;
	ret->type = dns_get16(data + at);
	ret->class = dns_get16(data + at + 2);
	ret->end = at + 4;
	read_opt(data, len, ret);
	return DNS_NOERROR;
}

bool dns_answers(const uint8_t *data, size_t len, uint16_t id, const struct dns_question *q)
{
	char name[DNS_NAME_MAX];
	size_t at = DNS_HEADER_SIZE;
	bool plain;

	if (len < DNS_HEADER_SIZE || dns_get16(data) != id || !(dns_get16(data + 2) & FLAG_QR) || dns_get16(data + 4) != 1)
		return false;
	return get_name(data, len, &at, name, &plain) && len - at >= 4 && strcmp(name, q->name) == 0 &&
	       dns_get16(data + at) == q->type && dns_get16(data + at + 2) == q->class;
}

/* "1.2.0.10" before in-addr.arpa is 10.0.2.1. */
static bool reverse_v4(const char *name, size_t len, struct address *ret)
{
	char text[DNS_NAME_MAX], *save = NULL;
	int i = 4;

	memcpy(text, name, len);
	text[len] = '\0';
	for (char *s = strtok_r(text, ".", &save); s; s = strtok_r(NULL, ".", &save)) {
		uint32_t value;

		if (i == 0 || number_u32(s, &value) < 0 || value > 255)
			return false;
		ret->bytes[--i] = (uint8_t)value;
	}
	ret->family = AF_INET;
	return i == 0;
}

/* 32 digits, the last one first. */
static bool reverse_v6(const char *name, size_t len, struct address *ret)
{
	static const char digits[] = "0123456789abcdef";

	if (len != 63)
		return false;
	for (size_t i = 0; i < 32; i++) {
		const char *digit = strchr(digits, name[2 * i]);
		uint8_t *byte = &ret->bytes[15 - i / 2];

		if (!digit || !*digit || (i < 31 && name[2 * i + 1] != '.'))
			return false;
		*byte = (uint8_t)(i % 2 ? *byte | (digit - digits) << 4 : digit - digits);
	}
	ret->family = AF_INET6;
	return true;
}

bool dns_reverse(const char *name, struct address *ret)
{
	static const char v4[] = ".in-addr.arpa", v6[] = ".ip6.arpa";
	size_t len = strlen(name);

	*ret = (struct address){ 0 };
	if (len > strlen(v4) && strcmp(name + len - strlen(v4), v4) == 0)
		return reverse_v4(name, len - strlen(v4), ret);
	if (len > strlen(v6) && strcmp(name + len - strlen(v6), v6) == 0)
		return reverse_v6(name, len - strlen(v6), ret);
	return false;
}

void dns_reply_start(struct dns_reply *r, const uint8_t *query, const struct dns_question *q, enum dns_rcode code, size_t max)
{
	memset(r->data, 0, DNS_HEADER_SIZE);
	r->len = DNS_HEADER_SIZE;
	r->max = max < sizeof r->data ? max : sizeof r->data;
	r->answers = 0;
	dns_put16(r->data, q->id);
	dns_put16(r->data + 2, (uint16_t)(FLAG_QR | FLAG_RA | (q->recursion ? FLAG_RD : 0) | (uint16_t)code));
	if (!q->end)
		return;
	dns_put16(r->data + 4, 1);
	memcpy(r->data + r->len, query + DNS_HEADER_SIZE, q->end - DNS_HEADER_SIZE);
	r->len = q->end;
}

/* A record of the question's own name with @size bytes of data still to come; NULL when it does not fit. */
static uint8_t *add_record(struct dns_reply *r, uint16_t type, uint32_t ttl, size_t size)
{
	uint8_t *p = r->data + r->len;

	/* room for the OPT record is kept */
	if (r->len + 2 + RECORD_FIXED + size + OPT_SIZE > r->max) {
		dns_put16(r->data + 2, dns_get16(r->data + 2) | FLAG_TC);
		return NULL;
	}
	dns_put16(p, POINTER | DNS_HEADER_SIZE);
	dns_put16(p + 2, type);
	dns_put16(p + 4, DNS_CLASS_IN);
	dns_put16(p + 6, (uint16_t)(ttl >> 16));
	dns_put16(p + 8, (uint16_t)ttl);
	dns_put16(p + 10, (uint16_t)size);
	r->len += 2 + RECORD_FIXED + size;
	r->answers++;
	return p + 2 + RECORD_FIXED;
}

void dns_reply_address(struct dns_reply *r, const struct address *address, uint32_t ttl)
{
	bool v6 = address->family == AF_INET6;
	uint8_t *p = add_record(r, v6 ? DNS_TYPE_AAAA : DNS_TYPE_A, ttl, v6 ? 16 : 4);

	if (p)
		memcpy(p, address->bytes, v6 ? 16 : 4);
}

void dns_reply_name(struct dns_reply *r, const char *name, uint32_t ttl)
{
	size_t len = strlen(name);
	uint8_t *p = add_record(r, DNS_TYPE_PTR, ttl, len + 2);

	if (!p)
		return;
	for (const char *label = name; *label;) {
		size_t n = strcspn(label, ".");

		*p++ = (uint8_t)n;
		memcpy(p, label, n);
		p += n;
		label += n + (label[n] == '.');
	}
	*p = 0;
}

void dns_reply_finish(struct dns_reply *r, const struct dns_question *q)
{
	dns_put16(r->data + 6, r->answers);
	if (!q->extended || r->len + OPT_SIZE > r->max)
		return;
	memset(r->data + r->len, 0, OPT_SIZE);
	dns_put16(r->data + r->len + 1, DNS_TYPE_OPT);
	dns_put16(r->data + r->len + 3, DNS_UDP_MAX);
	dns_put16(r->data + 10, 1);
	r->len += OPT_SIZE;
}

size_t dns_truncate(uint8_t *data, size_t len, const struct dns_question *q)
{
	if (len <= q->udp_size)
		return len;
	dns_put16(data + 2, dns_get16(data + 2) | FLAG_TC);
	memset(data + 6, 0, 6);
	return q->end;
}
