/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* An address and a port as the kernel's sockets take them. */
#include "network/address.h"

#include <sys/socket.h>

/* Fills *@ret and returns how much of it counts. */
socklen_t socket_address_make(const struct address *a, uint16_t port, struct sockaddr_storage *ret);
struct address socket_address_of(const struct sockaddr_storage *s);
