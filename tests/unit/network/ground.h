/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A directory of its own for each test of this folder, and a network in it. */
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"
#include "network/network_store.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static char ground_path[32], ground_run[40];
static struct network_home ground_home = { ground_path, ground_run };

static inline int ground_up(void **state)
{
	(void)state;
	snprintf(ground_path, sizeof ground_path, "/tmp/hoy-test.XXXXXX");
	if (!mkdtemp(ground_path))
		return -1;
	snprintf(ground_run, sizeof ground_run, "%s/run", ground_path);
	return 0;
}

static inline int ground_down(void **state)
{
	(void)state;
	return dir_remove_tree(AT_FDCWD, ground_path);
}

static inline struct network ground_network(const char *subnet, const char *gateway)
{
	struct network n = { .name = xstrdup("web"), .driver = NETWORK_BRIDGE };

	memset(n.id, 'a', NETWORK_ID_MAX - 1);
	assert_int_equal(subnet_parse(subnet, &n.pools[NETWORK_IPV4].subnet), 0);
	assert_int_equal(address_parse(gateway, &n.pools[NETWORK_IPV4].gateway), 0);
	return n;
}
