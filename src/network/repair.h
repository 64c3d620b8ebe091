/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* `hoy network reload`: what networks have in the system, made again from what is on disk. Command process. */
#include "network/network_store.h"

/* The firewall's table, the bridges and the name servers of networks that containers are in. */
int repair_all(const struct network_home *home);
