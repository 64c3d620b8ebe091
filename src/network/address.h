/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* IPv4 and IPv6 addresses and subnets as values; nothing is asked of the system. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ADDRESS_TEXT_MAX 52 /* an IPv6 address, a prefix length and a NUL */
#define MAC_SIZE         6
#define MAC_TEXT_MAX     18

struct address {
	int family; /* AF_INET, AF_INET6; 0: none */
	uint8_t bytes[16];
};

struct subnet {
	struct address address; /* the first one: host bits are zero */
	unsigned int prefix;
};

/* 4 or 16; 0 of none. */
size_t address_size(const struct address *a);
/* -EINVAL without words. No names, no zones, no short forms of IPv4. */
int address_parse(const char *text, struct address *ret);
/* In @text, which it returns; "" for none. */
const char *address_text(const struct address *a, char text[ADDRESS_TEXT_MAX]);
bool address_equal(const struct address *a, const struct address *b);
/* 0.0.0.0 or [::]: what listens there is at every address of its family. */
bool address_is_every(const struct address *a);

/* "172.18.0.0/16". -EINVAL without words; with host bits set it is -EDOM, and *@ret is the subnet that was meant. */
int subnet_parse(const char *text, struct subnet *ret);
const char *subnet_text(const struct subnet *s, char text[ADDRESS_TEXT_MAX]);
bool subnet_contains(const struct subnet *s, const struct address *a);
/* They have an address in common. */
bool subnet_overlaps(const struct subnet *a, const struct subnet *b);
/* How many addresses it has; UINT64_MAX when that does not fit. */
uint64_t subnet_size(const struct subnet *s);
/* The address with this number, 0 being the first; @number is below subnet_size. */
struct address subnet_address(const struct subnet *s, uint64_t number);
/* The reverse, for an address that it contains. */
uint64_t subnet_number(const struct subnet *s, const struct address *a);

/* "02:42:ac:11:00:02", or with dashes. -EINVAL without words; only unicast addresses are taken. */
int mac_parse(const char *text, uint8_t ret[MAC_SIZE]);
const char *mac_text(const uint8_t mac[MAC_SIZE], char text[MAC_TEXT_MAX]);
/*
 * A locally administered MAC address that says the IPv4 address, as Docker's: neighbours that remember an address that was
 * given away again are not wrong. Of an IPv6 address its last four bytes.
 */
void mac_of_address(const struct address *a, uint8_t ret[MAC_SIZE]);
