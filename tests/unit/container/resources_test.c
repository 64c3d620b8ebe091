/* SPDX-License-Identifier: Apache-2.0 */
/* Limits as Docker reads them. Needs no root. */
#include "base/error.h"
#include "container/resources.h"
#include "container/ulimit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define MIB (INT64_C(1) << 20)

static void memory_and_swap(void **state)
{
	static const struct {
		int64_t memory, swap;
		int result;
		bool set;
		int64_t ret_swap;
	} rows[] = {
		{ 0, 0, 0, false, 0 },
		{ 100 * MIB, 0, 0, true, 200 * MIB },         /* as much swap as memory */
		{ 100 * MIB, 100 * MIB, 0, true, 100 * MIB }, /* equal: no swap */
		{ 100 * MIB, 300 * MIB, 0, true, 300 * MIB },
		{ 100 * MIB, -1, 0, true, -1 }, /* unlimited */
		{ 100 * MIB, 50 * MIB, -EINVAL, false, 0 },
		{ 0, 100 * MIB, -EINVAL, false, 0 },
		{ 1000, 0, -EINVAL, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct run_options o = RUN_OPTIONS_DEFAULT;
		struct spec_resources r = { 0 };

		o.memory = rows[i].memory;
		o.memory_swap = rows[i].swap;
		assert_int_equal(resources_fill(&o, &r), rows[i].result);
		if (rows[i].result == 0) {
			assert_int_equal(r.memory.limit.set, rows[i].set);
			assert_int_equal(r.memory.limit.value, rows[i].memory);
			assert_int_equal(r.memory.swap.set, rows[i].set);
			assert_int_equal(r.memory.swap.value, rows[i].ret_swap);
		}
		spec_resources_release(&r);
	}
}

static int fill_cpus(const char *cpus, struct spec_resources *r)
{
	struct run_options o = RUN_OPTIONS_DEFAULT;

	o.cpus = cpus;
	return resources_fill(&o, r);
}

static void cpus(void **state)
{
	struct spec_resources r = { 0 };

	(void)state;
	assert_int_equal(fill_cpus("0.5", &r), 0);
	assert_true(r.cpu.period.set);
	assert_int_equal(r.cpu.period.value, 100000);
	assert_int_equal(r.cpu.quota.value, 50000);
	assert_int_equal(fill_cpus("0.01", &r), 0);
	assert_int_equal(r.cpu.quota.value, 1000);
	r = (struct spec_resources){ 0 };
	assert_int_equal(fill_cpus("0", &r), 0);
	assert_false(r.cpu.quota.set);
	assert_int_equal(fill_cpus("0.001", &r), -EINVAL);
	assert_int_equal(fill_cpus("100000", &r), -EINVAL);
	assert_int_equal(fill_cpus("-1", &r), -EINVAL);
	assert_int_equal(fill_cpus("half", &r), -EINVAL);
	assert_int_equal(fill_cpus("", &r), -EINVAL);
}

static void pids(void **state)
{
	struct run_options o = RUN_OPTIONS_DEFAULT;
	struct spec_resources r = { 0 };

	(void)state;
	o.pids_limit = 7;
	assert_int_equal(resources_fill(&o, &r), 0);
	assert_true(r.pids_limit.set);
	assert_int_equal(r.pids_limit.value, 7);
}

static int one_ulimit(const char *text, struct spec_rlimits *ret)
{
	autostrv v = { 0 };

	strv_add(&v, text);
	return ulimits_from_options(&v, ret);
}

static void ulimits(void **state)
{
	static const char *const wrong[] = { "nofile",  "nofile=", "nofile=x", "nofile=3:2", "nofile=1:2:3", "NOFILE=3",
					     "bogus=3", "=3",      "" };
	struct spec_rlimits r = { 0 };

	(void)state;
	assert_int_equal(one_ulimit("nofile=1024:2048", &r), 0);
	assert_int_equal(r.count, 1);
	assert_string_equal(r.items[0].type, "RLIMIT_NOFILE");
	assert_int_equal(r.items[0].soft, 1024);
	assert_int_equal(r.items[0].hard, 2048);
	/* the last one of a name counts */
	assert_int_equal(one_ulimit("nofile=5", &r), 0);
	assert_int_equal(r.count, 1);
	assert_int_equal(r.items[0].hard, 5);
	assert_int_equal(one_ulimit("core=-1", &r), 0);
	assert_int_equal(r.items[1].hard, UINT64_MAX);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_int_equal(one_ulimit(wrong[i], &r), -EINVAL);
	for (size_t i = 0; i < r.count; i++)
		free(r.items[i].type);
	free(r.items);
}

/* Each option is the member of the spec that the standard has for it, and no other. */
static void options_become_members(void **state)
{
	struct run_options o = RUN_OPTIONS_DEFAULT;
	struct spec_resources r = { 0 };

	(void)state;
	o.memory = 64 * MIB;
	o.memory_reservation = 32 * MIB;
	o.memory_swappiness = 0; /* asked for: not the same as not given */
	o.oom_kill_disable = true;
	o.cpu_shares = 512;
	o.cpu_period = 50000;
	o.cpu_quota = 20000;
	o.cpu_rt_period = 1000000;
	o.cpu_rt_runtime = 950000;
	o.cpuset_cpus = o.cpuset_mems = "0";
	o.blkio_weight = 300;
	o.pids_limit = -1;
	assert_int_equal(resources_fill(&o, &r), 0);
	assert_int_equal(r.memory.reservation.value, 32 * MIB);
	assert_true(r.memory.swappiness.set && r.memory.swappiness.value == 0);
	assert_true(r.memory.disable_oom_killer.set && r.memory.disable_oom_killer.value);
	assert_int_equal(r.cpu.shares.value, 512);
	assert_int_equal(r.cpu.period.value, 50000);
	assert_int_equal(r.cpu.quota.value, 20000);
	assert_int_equal(r.cpu.realtime_period.value, 1000000);
	assert_int_equal(r.cpu.realtime_runtime.value, 950000);
	assert_string_equal(r.cpu.cpus, "0");
	assert_string_equal(r.cpu.mems, "0");
	assert_int_equal(r.block_io.weight.value, 300);
	assert_true(r.pids_limit.set && r.pids_limit.value == -1);
	spec_resources_release(&r);
}

static void nothing_is_asked_for(void **state)
{
	const struct run_options o = RUN_OPTIONS_DEFAULT;
	struct spec_resources r = { 0 };

	(void)state;
	assert_int_equal(resources_fill(&o, &r), 0);
	assert_false(r.memory.limit.set || r.memory.swap.set || r.memory.reservation.set || r.memory.swappiness.set ||
		     r.memory.disable_oom_killer.set);
	assert_false(r.cpu.shares.set || r.cpu.period.set || r.cpu.quota.set || r.cpu.realtime_period.set ||
		     r.cpu.realtime_runtime.set || r.block_io.weight.set || r.pids_limit.set);
	assert_null(r.cpu.cpus);
	spec_resources_release(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_and_swap),
		cmocka_unit_test(options_become_members),
		cmocka_unit_test(nothing_is_asked_for),
		cmocka_unit_test(cpus),
		cmocka_unit_test(pids),
		cmocka_unit_test(ulimits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
