/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a question to the name server of a network, and as another server's answer to it. */
#include "network/dns_zone.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void answer(const struct dns_query *query)
{
	struct dns_zone zone = { .network = "net", .internal = true, .names_dir = -1 };
	struct dns_reply *reply = malloc(sizeof *reply);
	char name[] = "web";
	struct endpoint e = { .id = "0123456789abcdef", .name = name };
	const struct address *servers;

	if (address_parse("10.0.0.2", &e.addresses[NETWORK_IPV4]) < 0 || address_parse("fd00::2", &e.addresses[NETWORK_IPV6]) < 0)
		abort();
	dns_names_add(&zone.names, &e);
	dns_names_sort(&zone.names);
	if (dns_zone_answer(&zone, query, reply, &servers) != 0 || reply->len > query->max || reply->len < DNS_HEADER_SIZE)
		abort();
	dns_zone_release(&zone);
	free(reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct dns_query query = { .data = data };
	uint8_t *copy;

	if (len > DNS_UDP_MAX || dns_question_parse(data, len, &query.question) != DNS_NOERROR)
		return 0;
	query.max = query.question.udp_size;
	if (strlen(query.question.name) >= DNS_NAME_MAX || query.question.end > len)
		abort();
	answer(&query);
	copy = malloc(len);
	memcpy(copy, data, len);
	copy[2] |= 0x80;
	if (!dns_answers(copy, len, query.question.id, &query.question))
		abort();
	if (dns_truncate(copy, len, &query.question) > len)
		abort();
	free(copy);
	return 0;
}
