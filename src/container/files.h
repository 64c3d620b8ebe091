/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * /etc/hosts, /etc/hostname and /etc/resolv.conf of a container: written into its own directory and bind-mounted from
 * there, so that nothing in the image's root filesystem is followed or changed. Command process.
 */
#include "base/strv.h"
#include "network/address.h"

#include <stdbool.h>

struct files {
	const char *hostname, *domainname; /* domainname may be NULL */
	bool host_network;                 /* the host's own files are what counts */
	const struct strv *add_host, *dns, *dns_search, *dns_option;
	const struct strv *links;      /* further lines of hosts */
	const struct strv *servers;    /* name servers of its networks, in place of all others; empty: none */
	const struct address *gateway; /* what host-gateway of --add-host is; of no family: there is none */
};

/* Writes hosts, hostname and resolv.conf into the directory @dirfd. -EINVAL with words for options that are wrong. */
int files_make(int dirfd, const struct files *f);
/*
 * The container's own addresses in its hosts file, under its own name; dropped before it is started again. The file stays the
 * same one, for it is mounted. Monitor.
 */
int files_add_own(int dirfd, const char *hostname, const struct address *addresses, size_t count);
int files_drop_own(int dirfd, const char *hostname);
/* Takes the lines of these addresses out of its hosts file. */
int files_drop_addresses(int dirfd, const struct address *addresses, size_t count);
/* These name servers in its resolv.conf, in place of those that are there. */
int files_set_servers(int dirfd, const struct strv *servers);
/* One --add-host alone: -EINVAL or -ENOSYS with words when files_make would refuse it. */
int files_check_host(const char *option);
/* One --dns-search alone: -EINVAL with words when it is no domain and not ".". */
int files_check_search(const char *domain);
