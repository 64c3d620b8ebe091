/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * /etc/hosts, /etc/hostname and /etc/resolv.conf of a container: written into its own directory and bind-mounted from
 * there, so that nothing in the image's root filesystem is followed or changed. Command process.
 */
#include "base/strv.h"

#include <stdbool.h>

struct files {
	const char *hostname, *domainname; /* domainname may be NULL */
	bool host_network;                 /* the host's own files are what counts */
	const struct strv *add_host, *dns, *dns_search, *dns_option;
};

/* Writes hosts, hostname and resolv.conf into the directory @dirfd. -EINVAL with words for options that are wrong. */
int files_make(int dirfd, const struct files *f);
/* One --add-host alone: -EINVAL or -ENOSYS with words when files_make would refuse it. */
int files_check_host(const char *option);
/* One --dns-search alone: -EINVAL with words when it is no domain and not ".". */
int files_check_search(const char *domain);
