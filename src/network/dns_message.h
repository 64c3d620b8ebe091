/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Messages of the domain name system (RFC 1035), as far as a resolver for container names needs them: one question in, its
 * answer out. Pure; every byte it reads came from a stranger. Runs in the network's name server.
 */
#include "network/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_NAME_MAX    254 /* a name as text, without its last dot, and a NUL (RFC 1035 2.3.4: 255 bytes on the wire) */
#define DNS_MESSAGE_MAX 65535
#define DNS_UDP_MIN     512  /* what every asker takes by UDP */
#define DNS_UDP_MAX     4096 /* more is never sent by UDP, whatever the asker takes */
#define DNS_HEADER_SIZE 12
#define DNS_PREFIX_SIZE 2 /* by TCP the length stands before each message (4.2.2) */
#define DNS_PORT        53

/* Numbers on the wire are big-endian. */
static inline uint16_t dns_get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline void dns_put16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
}

/* Types and codes, by their names in RFC 1035 and 3596. */
enum { DNS_TYPE_A = 1, DNS_TYPE_PTR = 12, DNS_TYPE_AAAA = 28, DNS_TYPE_OPT = 41, DNS_TYPE_ANY = 255 };
enum { DNS_CLASS_IN = 1, DNS_CLASS_ANY = 255 };
enum dns_rcode { DNS_NOERROR, DNS_FORMERR, DNS_SERVFAIL, DNS_NXDOMAIN, DNS_NOTIMP, DNS_REFUSED };

struct dns_question {
	uint16_t id, type, class;
	char name[DNS_NAME_MAX]; /* lower case; "" is the root */
	bool plain;              /* its labels are text: no dot, NUL, space or control character within one */
	bool recursion;          /* it wants recursion */
	bool extended;           /* it sent an OPT record (RFC 6891): so does the answer */
	size_t end;              /* where the question section ends */
	size_t udp_size;         /* the largest answer it takes by UDP: DNS_UDP_MIN to DNS_UDP_MAX */
};

/*
 * Reads a query. Returns DNS_NOERROR; another code to answer with (the id is set and nothing else); or -EBADMSG without
 * words for what deserves no answer: too short, or an answer itself.
 */
int dns_question_parse(const uint8_t *data, size_t len, struct dns_question *ret);
/*
 * @data is the answer to the question that was sent: same id, name, type and class. @id is what the query was sent with.
 */
bool dns_answers(const uint8_t *data, size_t len, uint16_t id, const struct dns_question *q);

/* What a name of in-addr.arpa or ip6.arpa stands for; false for any other name. */
bool dns_reverse(const char *name, struct address *ret);

/* An answer in the making. */
struct dns_reply {
	size_t len, max;
	uint16_t answers;
	uint8_t data[DNS_UDP_MAX * 4];
};
/* The head: the question of @query (when it could be parsed) and the code. @max: see dns_question.udp_size. */
void dns_reply_start(struct dns_reply *r, const uint8_t *query, const struct dns_question *q, enum dns_rcode code, size_t max);
/* Adds a record; one that does not fit sets the TC bit, so that the asker comes again by TCP. @ttl: seconds. */
void dns_reply_address(struct dns_reply *r, const struct address *address, uint32_t ttl);
void dns_reply_name(struct dns_reply *r, const char *name, uint32_t ttl);
/* Closes it: the OPT record and the counts. */
void dns_reply_finish(struct dns_reply *r, const struct dns_question *q);
/*
 * Cuts an upstream's answer to what the asker takes by UDP: head and question alone, with the TC bit. Returns its length.
 */
size_t dns_truncate(uint8_t *data, size_t len, const struct dns_question *q);
