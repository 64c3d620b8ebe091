/* SPDX-License-Identifier: Apache-2.0 */
#include "network/address.h"

#include "base/memory.h"
#include "base/number.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

size_t address_size(const struct address *a)
{
	return a->family == AF_INET ? 4 : a->family == AF_INET6 ? 16 : 0;
}

int address_parse(const char *text, struct address *ret)
{
	struct address a = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	if (inet_pton(a.family, text, a.bytes) != 1)
		return -EINVAL;
	*ret = a;
	return 0;
}

const char *address_text(const struct address *a, char text[ADDRESS_TEXT_MAX])
{
	text[0] = '\0';
	if (a->family)
		(void)inet_ntop(a->family, a->bytes, text, ADDRESS_TEXT_MAX);
	return text;
}

bool address_equal(const struct address *a, const struct address *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, address_size(a)) == 0;
}

bool address_is_every(const struct address *a)
{
	static const uint8_t every[sizeof a->bytes];

	return memcmp(a->bytes, every, address_size(a)) == 0;
}

static unsigned int bits(const struct address *a)
{
	return (unsigned int)address_size(a) * 8;
}

/* Zeroes what stands behind the first @prefix bits. */
static void clear_host(struct address *a, unsigned int prefix)
{
	for (unsigned int i = prefix; i < bits(a); i++)
		a->bytes[i / 8] &= (uint8_t) ~(0x80 >> i % 8);
}

int subnet_parse(const char *text, struct subnet *ret)
{
	const char *slash = strchr(text, '/');
	char address[ADDRESS_TEXT_MAX];
	struct subnet s;
	struct address whole;
	uint32_t prefix;

	if (!slash || (size_t)(slash - text) >= sizeof address || number_u32(slash + 1, &prefix) < 0)
		return -EINVAL;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (address_parse(address, &whole) < 0 || prefix > bits(&whole))
		return -EINVAL;
	s = (struct subnet){ whole, prefix };
	clear_host(&s.address, prefix);
	*ret = s;
	return address_equal(&whole, &s.address) ? 0 : -EDOM;
}

const char *subnet_text(const struct subnet *s, char text[ADDRESS_TEXT_MAX])
{
	size_t len = strlen(address_text(&s->address, text));

	if (len)
		snprintf(text + len, ADDRESS_TEXT_MAX - len, "/%u", s->prefix);
	return text;
}

bool subnet_contains(const struct subnet *s, const struct address *a)
{
	struct address first = *a;

	if (a->family != s->address.family)
		return false;
	clear_host(&first, s->prefix);
	return address_equal(&first, &s->address);
}

bool subnet_overlaps(const struct subnet *a, const struct subnet *b)
{
	return a->prefix < b->prefix ? subnet_contains(a, &b->address) : subnet_contains(b, &a->address);
}

uint64_t subnet_size(const struct subnet *s)
{
	unsigned int host = bits(&s->address) - s->prefix;

	return host >= 64 ? UINT64_MAX : UINT64_C(1) << host;
}

struct address subnet_address(const struct subnet *s, uint64_t number)
{
	struct address a = s->address;

	/* host bits are zero, so nothing is carried */
	for (size_t i = address_size(&a); i > 0 && number; number >>= 8)
		a.bytes[--i] |= (uint8_t)number;
	return a;
}

uint64_t subnet_number(const struct subnet *s, const struct address *a)
{
	uint64_t number = 0;

	for (size_t i = 0; i < address_size(a); i++)
		number = number << 8 | (a->bytes[i] ^ s->address.bytes[i]);
	return number;
}

int mac_parse(const char *text, uint8_t ret[MAC_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t mac[MAC_SIZE] = { 0 };

	if (strlen(text) != MAC_TEXT_MAX - 1)
		return -EINVAL;
	for (size_t i = 0; i < MAC_TEXT_MAX - 1; i++) {
		const char *digit = text[i] ? strchr(digits, text[i] | 0x20) : NULL;

		if (i % 3 == 2 ? text[i] != ':' && text[i] != '-' : !digit)
			return -EINVAL;
		if (i % 3 != 2)
			mac[i / 3] = (uint8_t)(mac[i / 3] << 4 | (digit - digits));
	}
	/* the lowest bit of the first byte is for groups */
	if (mac[0] & 1 || memcmp(mac, "\0\0\0\0\0", sizeof mac) == 0)
		return -EINVAL;
	memcpy(ret, mac, sizeof mac);
	return 0;
}

const char *mac_text(const uint8_t mac[MAC_SIZE], char text[MAC_TEXT_MAX])
{
	snprintf(text, MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return text;
}

void mac_of_address(const struct address *a, uint8_t ret[MAC_SIZE])
{
	ret[0] = 0x02;
	ret[1] = 0x42;
	memcpy(ret + 2, a->bytes + address_size(a) - 4, 4);
}
