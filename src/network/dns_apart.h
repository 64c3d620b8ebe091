/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Where the name server of a network answers whose bridge has no address (gateway mode isolated): at an interface of its own that
 * is plugged into the bridge like a container's, in a network namespace of its own. No process is in there, only the server's
 * sockets; it ends with them, and the interface with it. So the host is nowhere on the network, and what containers send to the
 * server's address can reach these sockets and nothing else.
 */
#include "network/dns_server.h"
#include "network/endpoint.h"
#include "network/network.h"

/* Makes the interface and opens the sockets. */
int dns_apart_open(const struct network *n, const struct dns_server_options *o, struct dns_sockets *ret);
/* Its interface as an endpoint, which has no id and no name; it needs no release. */
struct endpoint dns_apart_endpoint(const struct network *n);
