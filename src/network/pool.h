/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Subnets for networks whose user names none: Docker's pools (172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/16 in parts of
 * 4,096 addresses), without those that another network has or that the host has a route or an address in. For IPv6 a random
 * unique local prefix (RFC 4193). Command process.
 */
#include "network/network_store.h"

/* A subnet of the family for a new network. -ENOSPC with Docker's words when all are taken. */
int pool_choose(const struct network_home *home, int family, struct subnet *ret);
/* It overlaps with another network's: -EEXIST with Docker's words. */
int pool_check(const struct network_home *home, const struct subnet *s);
