/* SPDX-License-Identifier: Apache-2.0 */
/* Options of a spec's mounts, sorted. */
#include "base/strv.h"
#include "runtime/mount_options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mount.h>
#include <cmocka.h>

static void parse(const char *text, struct mount_options *ret)
{
	autostrv words = { 0 };

	*ret = (struct mount_options){ 0 };
	strv_split(&words, text, ',');
	mount_options_parse(&words, ret);
}

static void sorted(void **state)
{
	struct mount_options o;

	(void)state;
	parse("nosuid,rro,dev,size=1m,sync,rslave,tmpcopyup,ridmap", &o);
	assert_int_equal(o.set, MOUNT_ATTR_NOSUID);
	assert_int_equal(o.clear, MOUNT_ATTR_NODEV);
	assert_int_equal(o.rec_set, MOUNT_ATTR_RDONLY);
	assert_int_equal(o.propagation, MS_SLAVE);
	assert_true(o.propagation_recursive && o.copy_up && o.idmap && o.idmap_recursive && !o.bind);
	assert_int_equal(o.data.count, 2);
	assert_string_equal(o.data.items[0], "size=1m");
	mount_options_release(&o);
}

/* A later word takes an earlier one back. */
static void last_wins(void **state)
{
	struct mount_options o;

	(void)state;
	parse("ro,rw,noatime,relatime,rbind", &o);
	assert_int_equal(o.set & (MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOATIME), 0);
	assert_true(o.clear & MOUNT_ATTR_RDONLY);
	assert_true(o.bind && o.recursive);
	mount_options_release(&o);
}

static void own_words(void **state)
{
	static const char *const wrong[] = {
		"X-mount.chown=",      "X-mount.chown=7",    "X-mount.chown=7:",          "X-mount.chown=:8",
		"X-mount.chown=7:8:9", "X-mount.chown=-1:0", "X-mount.chown=4294967296:0"
	};
	struct mount_options o;

	(void)state;
	parse("X-mount.subdir=a/b,X-mount.same=data,X-mount.chown=77:4294967294", &o);
	assert_string_equal(o.subdir, "a/b");
	assert_string_equal(o.same, "data");
	assert_true(o.chown);
	assert_int_equal(o.uid, 77);
	assert_int_equal(o.gid, 4294967294);
	assert_int_equal(o.data.count, 0);
	mount_options_release(&o);
	/* what is none of them is for the filesystem to refuse */
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		parse(wrong[i], &o);
		assert_false(o.chown);
		assert_int_equal(o.data.count, 1);
		mount_options_release(&o);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorted),
		cmocka_unit_test(last_wins),
		cmocka_unit_test(own_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
