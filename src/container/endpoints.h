/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The networks that a container is in, and the ports of it that the host has, out of the endpoints that its monitor wrote
 * (network/endpoint.h). A container that does not run is in none. Command process; takes no lock.
 */
#include "container/home.h"
#include "network/endpoint.h"

struct endpoints {
	struct endpoints_item {
		char *network; /* its name */
		struct endpoint endpoint;
	} * items;
	size_t count;
};
#define autoendpoints __attribute__((cleanup(endpoints_release))) struct endpoints

void endpoints_release(struct endpoints *e);
/* The names of the networks that have endpoints. */
void endpoints_networks(const struct home *home, struct strv *ret);
/* Those of the container @id in these networks: who looks at many containers reads the names once. */
void endpoints_read_in(const struct home *home, const struct strv *networks, const char *id, struct endpoints *ret);
/* Those of the container @id (64 hex digits), by the names of the networks. */
void endpoints_read(const struct home *home, const char *id, struct endpoints *ret);
/* Tells the journal of events what happened to a network: create, connect, disconnect, destroy; @container: whose doing, or NULL.
 */
void endpoints_event(const struct home *home, const struct network *n, const char *action, const char *container);
/* What network/ wants to know of where networks lie. */
struct network_home endpoints_home(const struct home *home);
