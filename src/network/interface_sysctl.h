/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Kernel parameters of one interface in a container, which must wait until it is there: "net.ipv4.conf.IFNAME.log_martians=1"
 * and more, with commas between; IFNAME stands for its name (Docker's com.docker.network.endpoint.sysctls). Monitor, and the
 * command for `network connect`; the check in the command.
 */
#include "network/interface.h"

/* Each is net.ipv4|ipv6|mpls.conf|neigh.IFNAME.NAME=VALUE: -EINVAL with words. */
int interface_sysctl_check(const char *settings);
/* Sets them. The caller is in its own network namespace again afterwards; if that cannot be, the process ends. */
int interface_sysctl_apply(const struct interface_place *p, const char *interface, const char *settings);
