/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What stands in hoy's nftables table whatever networks there are: its sets and maps, its chains and their rules. */
#include "kernel/netlink.h"

#include <stdbool.h>

/* The table anew, in the transaction that @n is in: an earlier one goes with all that is in it. */
void firewall_rules_add(struct netlink *n, const char *table);
/* It is there, of this version, and nothing of it is missing. */
bool firewall_rules_are_whole(struct netlink *n, const char *table);
