/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Names on a network: who connects a container writes its endpoint and makes sure that a name server runs. The server ends by
 * itself when the last endpoint is removed. Not for the network "bridge", on which nobody is known by name, as in Docker.
 * Command and monitor.
 */
#include "network/endpoint.h"

/*
 * endpoint_write, and starts the network's name server on the gateway's addresses, which @interface has, where none runs. Its
 * sockets are open when this returns. -EADDRINUSE with words and a hint when another server has the port.
 */
int dns_connect(const struct network_home *home, const struct network *n, const char *interface, const struct endpoint *e);
/* Starts the server again where containers are on the network and none runs: it was killed. */
int dns_repair(const struct network_home *home, const struct network *n, const char *interface);
