/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Published ports that the kernel cannot lead to a container: on [::1], which no packet may leave the host with or come to from
 * outside (RFC 4291, 2.5.3; IPv6 has no route_localnet), and on any address of IPv6 where the container has none. One caged process
 * carries what comes there, for as long as the container runs; where no such port is published there is none. What it passes on
 * comes from the host's own address, like what came from 127.0.0.1. Monitor.
 */
#include "network/endpoint.h"
#include "network/port.h"

/* Listens for those of @p's ports that need it, and starts the process, which ends with relay_stop, ports_release or its parent. */
int relay_start(const struct endpoint *e, struct ports *p);
/*
 * Ends it; @p holds its ports as before relay_start, which may follow again, for another endpoint. Nothing happens where there is
 * none.
 */
void relay_stop(struct ports *p);
