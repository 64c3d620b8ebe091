/* SPDX-License-Identifier: Apache-2.0 */
/* Names of entries, whiteouts among them, and attributes: as tables. */
#include "base/error.h"
#include "base/memory.h"
#include "base/xattr.h"
#include "image/whiteout.h"
#include "unpack/meta.h"
#include "unpack/name.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void whiteouts(void **state)
{
	static const struct {
		const char *path;
		enum whiteout kind;
		const char *name;
	} rows[] = {
		{ "", WHITEOUT_NONE, NULL },
		{ "a/b", WHITEOUT_NONE, NULL },
		{ "a.wh.b", WHITEOUT_NONE, NULL },
		{ ".wh", WHITEOUT_NONE, NULL },
		{ ".wh.b", WHITEOUT_REMOVES, "b" },
		{ "a/.wh.b", WHITEOUT_REMOVES, "b" },
		{ "a/.wh.b.wh.c", WHITEOUT_REMOVES, "b.wh.c" },
		{ ".wh....", WHITEOUT_REMOVES, "..." },
		{ ".wh..x", WHITEOUT_REMOVES, ".x" },
		{ ".wh..wh..opq", WHITEOUT_OPAQUE, NULL },
		{ "a/.wh..wh..opq", WHITEOUT_OPAQUE, NULL },
		{ ".wh..wh.aufs", WHITEOUT_METADATA, NULL },
		{ ".wh..wh.plnk/12.34", WHITEOUT_METADATA, NULL },
		{ ".wh..wh..opq/x", WHITEOUT_METADATA, NULL },
		{ ".wh.", WHITEOUT_BAD, NULL },
		{ "a/.wh..", WHITEOUT_BAD, NULL },
		{ ".wh...", WHITEOUT_BAD, NULL },
		{ ".wh.a/b", WHITEOUT_BAD, NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *name = NULL;

		assert_int_equal(whiteout_of(rows[i].path, &name), rows[i].kind);
		if (rows[i].name)
			assert_string_equal(name, rows[i].name);
		else
			assert_null(name);
	}
}

static void clean_names(void **state)
{
	static const struct {
		const char *name, *clean; /* NULL: refused */
	} rows[] = {
		{ "a", "a" },
		{ "./a/", "a" },
		{ "//a//b/./c", "a/b/c" },
		{ "", "" },
		{ "/", "" },
		{ ".", "" },
		{ "a/..", "" },
		{ "a/../b", "b" },
		{ "a/b/../c", "a/c" },
		{ "a/b/../../c", "c" },
		{ "..", NULL },
		{ "../a", NULL },
		{ "a/../..", NULL },
		{ "/..", NULL },
		{ "a/../../b", NULL },
		{ "...", "..." },
		{ "..a", "..a" },
		{ "a..", "a.." },
		{ "ab/../c", "c" },
		{ "x/ab/..", "x" },
	};
	char clean[TAR_NAME_MAX + 1], parent[TAR_NAME_MAX + 1], *longest;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int r = name_clean(rows[i].name, clean);

		assert_int_equal(r, rows[i].clean ? 0 : -EBADMSG);
		if (rows[i].clean)
			assert_string_equal(clean, rows[i].clean);
	}
	longest = xmalloc(TAR_NAME_MAX + 2);
	memset(longest, 'a', TAR_NAME_MAX + 1);
	longest[TAR_NAME_MAX + 1] = '\0';
	assert_int_equal(name_clean(longest, clean), -EBADMSG);
	longest[TAR_NAME_MAX - 1] = '\0';
	assert_int_equal(name_clean(longest, clean), 0);
	free(longest);
	assert_string_equal(name_split("a/b/c", parent), "c");
	assert_string_equal(parent, "a/b");
	assert_string_equal(name_split("a", parent), "a");
	assert_string_equal(parent, "");
	name_join("", "x", clean);
	assert_string_equal(clean, "x");
	name_join("a/b", "x", clean);
	assert_string_equal(clean, "a/b/x");
}

static void attributes(void **state)
{
	(void)state;
	assert_true(xattr_travels("user.x"));
	assert_true(xattr_travels("security.capability"));
	assert_true(xattr_travels("system.posix_acl_access"));
	assert_false(xattr_travels("user.overlay.opaque"));
	assert_false(xattr_travels("trusted.overlay.redirect"));
	assert_false(xattr_travels("trusted.x"));
	assert_false(xattr_travels("security.selinux"));
	assert_false(xattr_travels("security.ima"));
	assert_false(xattr_travels("user"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whiteouts),
		cmocka_unit_test(clean_names),
		cmocka_unit_test(attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
