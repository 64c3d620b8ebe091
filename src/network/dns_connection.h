/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Questions by TCP: one connection of an asker, one question after the other (RFC 7766). Runs in the name server. */
#include "network/dns_zone.h"

struct loop;

/* Serves the connection @fd, which it owns, until its end; at once closed when there are too many. */
void dns_connection_serve(struct loop *loop, struct dns_zone *zone, int fd, const struct address *asker);
