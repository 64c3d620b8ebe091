/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * hoy's part of the firewall: one nftables table of its own, and nothing outside of it. The table is "inet hoy", or "inet
 * hoy-XXXXXXXX" for another --runroot than the default. docs/ARCHITECTURE.md has its picture: which chain stands at which
 * hook, and why a host's own firewall stays in force.
 *
 * The rules never change. What changes are elements of sets (a network's bridge) and of maps (a published port), so a start is
 * one small transaction, and a packet's way does not get longer with the number of ports. The table is looked at by each
 * start, and made again from the disk when another program flushed it.
 *
 * RUNROOT/networks/lock: shared while one element and the record of it change, exclusive while all is made again, so that no
 * element is lost in between.
 */
#include "network/endpoint.h"

#define FIREWALL_TABLE_MAX 16

/* Its table in @text, which it returns. */
const char *firewall_table(const struct network_home *home, char text[FIREWALL_TABLE_MAX]);
/*
 * Takes the lock, shared, and sees to it that the table is there. Returns the descriptor that holds the lock, or -errno with
 * words.
 */
int firewall_hold(const struct network_home *home);
/* The lock alone, for who takes something back: a table that is gone needs nothing. */
int firewall_lock(const struct network_home *home);
/* Makes the table again, from what is on disk, whether it is there or not. */
int firewall_reload(const struct network_home *home);
/* The bridge of a network; before it is made and after it is removed. The lock is held. */
int firewall_add_network(const struct network_home *home, const struct network *n);
int firewall_remove_network(const struct network_home *home, const struct network *n);
/* All published ports of a container, in one transaction. The lock is held. None is fine. */
int firewall_publish(const struct network_home *home, const struct endpoint *e);
/* Takes them back. A table that is gone has none of them. */
int firewall_unpublish(const struct network_home *home, const struct endpoint *e);
/* The ports of @to in place of those of @from, in one transaction. The lock is held. Either may have none. */
int firewall_move(const struct network_home *home, const struct endpoint *from, const struct endpoint *to);
/*
 * Interfaces between which the host did not forward before hoy made it forward: it still does not. Recorded below RUNROOT and
 * added to the table. The lock is held.
 */
int firewall_keep_unrouted(const struct network_home *home, const struct strv *interfaces);
