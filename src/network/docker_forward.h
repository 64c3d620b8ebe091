/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Beside Docker. Its daemon sets the policy of iptables' chain FORWARD to drop, which no rule in another table can overrule.
 * So each bridge of hoy's gets rules at the end of that chain, behind those of Docker's and of its users (DOCKER-USER): what hoy's
 * own table has decided about may pass, but for what goes to a bridge of Docker's. Nothing is done where Docker was not: who
 * else sets that policy means it.
 */
#include "network/network.h"

/* Sees to it that the rules are there. */
int docker_forward_admit(const struct network *n);
/* Takes them away. */
int docker_forward_forget(const struct network *n);
