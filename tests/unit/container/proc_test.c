/* SPDX-License-Identifier: Apache-2.0 */
/* What /proc says of a process, whatever name the process chose for itself. Needs no root. */
#include "container/proc.h"
#include "container/usage.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define NUMBERS " S 7 8 9 34816 8 4194304 1 2 3 4 50 60 5 6 20 -5 3 0 777 4096000 100 18446744073709551615"

static void stat_is_read(void **state)
{
	struct proc p = { 0 };

	(void)state;
	assert_int_equal(proc_parse_stat("42 (sh)" NUMBERS, &p), 0);
	assert_int_equal(p.pid, 42);
	assert_string_equal(p.name, "sh");
	assert_int_equal(p.state, 'S');
	assert_int_equal(p.ppid, 7);
	assert_int_equal(p.pgid, 8);
	assert_int_equal(p.sid, 9);
	assert_int_equal(p.tty, 34816);
	assert_int_equal(p.user_ticks, 50);
	assert_int_equal(p.system_ticks, 60);
	assert_int_equal(p.nice, -5);
	assert_int_equal(p.threads, 3);
	assert_int_equal(p.start, 777);
	assert_int_equal(p.size, 4096000);
	assert_int_equal(p.resident, 100 * sysconf(_SC_PAGESIZE));
	proc_release(&p);
}

static void names_of_strangers(void **state)
{
	struct proc p = { 0 };

	(void)state;
	/* a name that looks like the rest of the line */
	assert_int_equal(proc_parse_stat("42 (a) R 1 (b)" NUMBERS, &p), 0);
	assert_string_equal(p.name, "a) R 1 (b");
	assert_int_equal(p.ppid, 7);
	assert_int_equal(proc_parse_stat("42 ()\n)" NUMBERS, &p), 0);
	assert_int_equal(p.ppid, 7);
	proc_release(&p);
	assert_int_equal(proc_parse_stat("", &p), -EINVAL);
	assert_int_equal(proc_parse_stat("42 )x(", &p), -EINVAL);
	assert_int_equal(proc_parse_stat("42 (sh) S 7", &p), -EINVAL);
	proc_release(&p);
}

static void numbers_inside(void **state)
{
	struct proc p = { .pid = 42 };

	(void)state;
	proc_parse_status("Name:\tsh\\nUid:\t9\nUid:\t1000\t1001\t1002\t1003\nGid:\t5\t6\t7\t8\nNSpid:\t42\t7\t1\nNSpgid:\t9\n",
			  &p);
	assert_int_equal(p.real_uid, 1000);
	assert_int_equal(p.uid, 1001);
	assert_int_equal(p.gid, 6);
	assert_int_equal(p.levels, 3);
	assert_int_equal(p.inside[1], 7);
	assert_int_equal(p.inside[2], 1);
	/* a kernel that does not tell */
	proc_parse_status("Name:\tsh\n", &p);
	assert_int_equal(p.levels, 1);
	assert_int_equal(p.inside[0], 42);
	proc_release(&p);
}

static void this_process(void **state)
{
	struct proc p = { 0 };

	(void)state;
	assert_int_equal(proc_read(getpid(), &p), 0);
	assert_int_equal(p.pid, getpid());
	assert_int_equal(p.ppid, getppid());
	assert_int_equal(p.uid, geteuid());
	assert_non_null(p.arguments);
	proc_release(&p);
	assert_int_equal(proc_read(0x7fffffff, &p), -ESRCH);
}

static void traffic(void **state)
{
	uint64_t received, sent;

	(void)state;
	usage_parse_net("Inter-|   Receive  |  Transmit\n face |bytes packets\n"
			"    lo:  500 1 0 0 0 0 0 0  500 1 0 0 0 0 0 0\n"
			"  eth0: 1000 2 0 0 0 0 0 0 2000 3 0 0 0 0 0 0\n"
			"  eth1:4294967296 2 0 0 0 0 0 0 5 3 0 0 0 0 0 0\n",
			&received, &sent);
	assert_int_equal(received, 4294968296);
	assert_int_equal(sent, 2005);
	usage_parse_net("", &received, &sent);
	assert_int_equal(received, 0);
	usage_parse_net("eth0: not numbers\neth1", &received, &sent);
	assert_int_equal(sent, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_is_read),   cmocka_unit_test(names_of_strangers),
		cmocka_unit_test(numbers_inside), cmocka_unit_test(this_process),
		cmocka_unit_test(traffic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
