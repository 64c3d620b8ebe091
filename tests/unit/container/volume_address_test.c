/* SPDX-License-Identifier: Apache-2.0 */
#include "container/volume_address.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* One mount; the option addr= that it has afterwards. Caller frees. */
static char *look_up(const char *type, const char *options, int *ret)
{
	struct spec_mount m = { .type = xstrdup(type) };
	struct spec spec = { .mounts = { .items = &m, .count = 1 } };
	char *found = NULL;

	strv_split(&m.options, options, ',');
	*ret = volume_address_find(&spec);
	for (size_t i = 0; i < m.options.count; i++)
		if (strncmp(m.options.items[i], "addr=", 5) == 0)
			found = xstrdup(m.options.items[i] + 5);
	strv_release(&m.options);
	free(m.type);
	return found;
}

static void assert_found(const char *type, const char *options, const char *expected)
{
	int r;
	char *found = look_up(type, options, &r);

	assert_int_equal(r, 0);
	assert_string_equal(found, expected);
	free(found);
}

static void an_address_stays(void **state)
{
	(void)state;
	assert_found("nfs", "rw,addr=192.0.2.1", "192.0.2.1");
	assert_found("nfs", "addr=2001:db8::1,rw", "2001:db8::1");
	/* what addr= means to another file system is that one's matter */
	assert_found("tmpfs", "addr=localhost", "localhost");
}

static void an_empty_one_is_said(void **state)
{
	int r;
	char *found = look_up("nfs", "rw,addr=", &r);

	(void)state;
	assert_int_equal(r, -EINVAL);
	assert_string_equal(error_text(r), "the volume's option addr= is empty");
	free(found);
}

static void a_name_becomes_an_address_of_ipv4_first(void **state)
{
	(void)state;
	if (access("/usr/bin/getent", X_OK) < 0)
		skip();
	assert_found("nfs", "rw,addr=localhost", "127.0.0.1");
	assert_found("nfs4", "addr=localhost", "127.0.0.1");
	assert_found("cifs", "addr=localhost,ro", "127.0.0.1");
}

static void a_name_that_nobody_knows_is_an_error(void **state)
{
	int r;

	(void)state;
	if (access("/usr/bin/getent", X_OK) < 0)
		skip();
	free(look_up("nfs", "addr=nowhere.invalid", &r));
	assert_int_equal(r, -ENOENT);
	assert_non_null(strstr(error_text(r), "nowhere.invalid is not known here"));
	error_clear();
	/* no option of getent's */
	free(look_up("nfs", "addr=--help", &r));
	assert_int_equal(r, -ENOENT);
	error_clear();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_stays),
		cmocka_unit_test(an_empty_one_is_said),
		cmocka_unit_test(a_name_becomes_an_address_of_ipv4_first),
		cmocka_unit_test(a_name_that_nobody_knows_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
