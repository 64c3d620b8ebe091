/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Beside Docker. Its daemon sets the policy of the chain FORWARD to drop, which no rule in another table can overrule, and leaves
 * one chain of its own to its users: DOCKER-USER. There each bridge of hoy's gets two rules, so that Docker lets pass what hoy's
 * own table has decided about. Nothing is done where that chain is not.
 */
#include "network/network.h"

/* Sees to it that the rules are there. */
int docker_user_admit(const struct network *n);
/* Takes them away. */
int docker_user_forget(const struct network *n);
