/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of --env-file and --label-file, and labels in their order. Needs no root. */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "container/keyfile.h"
#include "container/labels.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

/* Writes it to a file of its own; caller unlinks *@path. */
static void write_file(const char *text, size_t len, char path[32])
{
	strcpy(path, "/tmp/hoy-keyfile-XXXXXX");
	autofd int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
}

static int read_text(const char *text, size_t len, struct strv *ret)
{
	char path[32];
	int r;

	write_file(text, len, path);
	r = keyfile_read(path, "variable", ret);
	(void)unlink(path);
	return r;
}

static void lines(void **state)
{
	static const char text[] = "\xef\xbb\xbf"
				   "A=1\n# no\n\n  \t B=two words \t\nC=a=b\r\nBARE\n#=x\nD=\nE=last";
	autostrv got = { 0 };
	autofree char *joined = NULL;

	(void)state;
	assert_int_equal(read_text(text, sizeof text - 1, &got), 0);
	joined = strv_join(&got, "|");
	assert_string_equal(joined, "A=1|B=two words \t|C=a=b|BARE|D=|E=last");
}

static void refused(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *words;
	} rows[] = {
		{ "A=1\n=2\n", 7, "line 2: there is no variable name before the =" },
		{ "A B=1\n", 6, "line 1: variable 'A B' contains white space" },
		{ "A=1\0B=2\n", 8, "it contains a NUL character" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		autostrv got = { 0 };
		int r = read_text(rows[i].text, rows[i].len, &got);

		assert_int_equal(r, -EINVAL);
		assert_non_null(strstr(error_text(r), rows[i].words));
	}
}

static void too_large(void **state)
{
	size_t len = (1 << 20) + 1;
	autofree char *text = xmalloc(len);
	autostrv got = { 0 };

	(void)state;
	memset(text, 'x', len);
	assert_true(read_text(text, len, &got) < 0);
	assert_true(keyfile_read("/there/is/no/such", "variable", &got) == -ENOENT);
	assert_true(keyfile_read("/tmp", "variable", &got) < 0);
}

static void label_order(void **state)
{
	static const char file[] = "a=file\nb=file\nbare\n";
	autostrv image = { 0 }, files = { 0 }, options = { 0 }, got = { 0 };
	autofree char *joined = NULL;
	char path[32];

	(void)state;
	strv_add(&image, "a=image");
	strv_add(&image, "c=image");
	strv_add(&options, "b=typed");
	strv_add(&options, "d");
	write_file(file, sizeof file - 1, path);
	strv_add(&files, path);
	assert_int_equal(labels_make(&image, &files, &options, &got), 0);
	(void)unlink(path);
	joined = strv_join(&got, "|");
	assert_string_equal(joined, "a=file|c=image|b=typed|bare=|d=");
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lines), cmocka_unit_test(refused), cmocka_unit_test(too_large),
					    cmocka_unit_test(label_order) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
