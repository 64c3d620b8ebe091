/* SPDX-License-Identifier: Apache-2.0 */
/* Whose namespaces a container is in. Needs no root. */
#include "base/error.h"
#include "base/memory.h"
#include "container/namespaces.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static void own_by_default(void **state)
{
	static const struct shared_with nobody = { 0 };
	const struct run_options o = RUN_OPTIONS_DEFAULT;
	struct spec_namespace n[SPEC_NS_COUNT] = { 0 };

	(void)state;
	assert_int_equal(namespaces_check(&o), 0);
	namespaces_fill(&o, &nobody, false, n);
	assert_true(n[SPEC_NS_PID].set && n[SPEC_NS_IPC].set && n[SPEC_NS_UTS].set && n[SPEC_NS_CGROUP].set &&
		    n[SPEC_NS_MOUNT].set && n[SPEC_NS_NETWORK].set);
	assert_false(n[SPEC_NS_USER].set || n[SPEC_NS_TIME].set);
	for (size_t i = 0; i < SPEC_NS_COUNT; i++)
		assert_null(n[i].path);
}

static void host_and_containers(void **state)
{
	static const struct shared_with shared = { .pid = (char *)"abc", .ipc = (char *)"def" };
	struct run_options o = RUN_OPTIONS_DEFAULT;
	struct spec_namespace n[SPEC_NS_COUNT] = { 0 };

	(void)state;
	o.pid = "container:a";
	o.ipc = "container:d";
	o.uts = o.cgroupns = o.userns = "host";
	assert_int_equal(namespaces_check(&o), 0);
	namespaces_fill(&o, &shared, true, n);
	assert_string_equal(n[SPEC_NS_PID].path, "container:abc");
	assert_string_equal(n[SPEC_NS_IPC].path, "container:def");
	assert_false(n[SPEC_NS_UTS].set || n[SPEC_NS_CGROUP].set || n[SPEC_NS_NETWORK].set);
	assert_true(n[SPEC_NS_MOUNT].set);
	free(n[SPEC_NS_PID].path);
	free(n[SPEC_NS_IPC].path);
}

static void who_shares(void **state)
{
	(void)state;
	assert_string_equal(namespaces_container("container:web"), "web");
	assert_null(namespaces_container("container:"));
	assert_null(namespaces_container("host"));
	assert_null(namespaces_container(NULL));
	assert_true(namespaces_ipc_is_private(NULL) && namespaces_ipc_is_private("") && namespaces_ipc_is_private("private") &&
		    namespaces_ipc_is_private("none"));
	assert_false(namespaces_ipc_is_private("shareable") || namespaces_ipc_is_private("host") ||
		     namespaces_ipc_is_private("container:abc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(own_by_default), cmocka_unit_test(host_and_containers),
					    cmocka_unit_test(who_shares) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
