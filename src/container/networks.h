/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which networks a container is in: what the options say, kept in its record in Docker's members, done by its monitor between
 * the making of its namespaces and the start of its command, and undone by name from its journal (undo.h).
 */
#include "base/json.h"
#include "container/home.h"
#include "container/options.h"
#include "network/address.h"
#include "network/port.h"
#include "network/publish.h"

#include <stdbool.h>

/* One --network. */
struct network_use {
	char *network;          /* its name, or what the user typed for it */
	struct address ip[2];   /* IPv4, IPv6; of no family: any */
	struct strv link_local; /* more addresses */
	uint8_t mac[MAC_SIZE];
	bool mac_given;
	struct strv aliases;
	struct strv links;          /* ALIAS=NAME: what it alone calls others */
	struct strv driver_options; /* KEY=VALUE: NETWORKS_IFNAME, NETWORKS_SYSCTLS */
	int64_t priority;           /* the default route leads through the one that has most */
};

/* Docker's driver options: what the interface in the container is called, and its parameters (network/interface_sysctl.h). */
#define NETWORKS_IFNAME  "com.docker.network.endpoint.ifname"
#define NETWORKS_SYSCTLS "com.docker.network.endpoint.sysctls"

enum networks_mode { NETWORKS_OWN, NETWORKS_NONE, NETWORKS_HOST, NETWORKS_CONTAINER };

struct networks {
	enum networks_mode mode;
	char *container; /* of NETWORKS_CONTAINER: its name or id */
	struct network_use *items;
	size_t count;
	struct strv servers;        /* --dns */
	struct publishes published; /* -p */
	struct publishes exposed;   /* --expose and the image's */
	bool publish_all;           /* -P */
};

#define autonetworks __attribute__((cleanup(networks_release))) struct networks

void networks_release(struct networks *n);
/* What the options say, and that it makes sense: -EINVAL with Docker's words. @exposed: the image's ports, "80/tcp". */
int networks_from_options(const struct run_options *o, const struct strv *exposed, struct networks *ret);
/* Adds one that is taken over from @use, which is empty then; takes one away. */
void networks_add(struct networks *n, struct network_use *use);
void networks_remove(struct networks *n, size_t index);
void network_use_release(struct network_use *u);
/* What `network connect` says: --ip, --ip6, --alias … of one network, as "ip=ADDRESS". -EINVAL with words. */
int network_use_set(const char *field, struct network_use *u);
/* One value of --network alone: -EINVAL with words. */
int networks_check(const char *option);
/*
 * The networks are there, and have what is asked for; their names stand in place of what was typed. Where they are predefined
 * they are made. Before the container is.
 */
int networks_find(const struct home *home, struct networks *n);
/* Addresses in the words of /etc/resolv.conf and /etc/hosts: who resolves names, and who the host is. Appended. */
int networks_servers(const struct home *home, const struct networks *n, struct strv *ret);
int networks_gateway(const struct home *home, const struct networks *n, struct address *ret);

/* Members of the record. */
void networks_write_config(const struct networks *n, struct json_writer *w);      /* into Config */
void networks_write_host_config(const struct networks *n, struct json_writer *w); /* into HostConfig */
void networks_write_wanted(const struct network_use *u, struct json_writer *w);   /* into one of the latter's Networks */
void networks_write_settings(const struct networks *n, struct json_writer *w);    /* NetworkSettings, whole */
int networks_read(struct json_object *record, struct networks *ret);
/* The record in @dirfd with these networks in place of those that it has. */
int networks_rewrite(int dirfd, const struct networks *n);

/* The container that is to be connected. */
struct networks_container {
	const struct home *home;
	const char *id, *name, *hostname;
	int dir;   /* its directory: /etc/hosts gets its addresses */
	int lock;  /* its volatile directory: the undo journal */
	int netns; /* its network namespace */
};

/* What is held while it runs: the ports of the host, and the network that they lead through. */
struct networks_held {
	struct ports ports;
	char *gateway;
};

/* The one that the default route leads through: of those that lead out, the first that has the highest priority. */
size_t networks_way_out(const struct home *home, const struct networks *n);
/* Its ports: -p, and with -P every exposed port that has none. */
struct publishes networks_ports(const struct networks *n);
/* The networks' own interfaces and rules are there. */
int networks_prepare(const struct home *home, const struct networks *n);
/* Connects it to all of them. What was done of a failed one is undone by networks_leave, or by the journal. */
int networks_join(const struct networks_container *c, const struct networks *n, struct networks_held *ret);
/* Its networks are now @n: its ports lead through the one that is its way out now. On failure all is as it was. */
int networks_follow(const struct networks_container *c, const struct networks *n, struct networks_held *held);
/* It has ended: its addresses and ports are free. */
void networks_leave(const struct networks_container *c, const struct networks *n, struct networks_held *held);
