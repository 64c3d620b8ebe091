/* SPDX-License-Identifier: Apache-2.0 */
/* The tar reader on archives built by hand, each in pieces of several sizes: what a piece ends with must not matter. */
#include "base/error.h"
#include "base/memory.h"
#include "tar_build.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const size_t pieces[] = { 1, 7, 512, 513, 1 << 20 };

/* "path type size mtime.ns uid:gid [link] {attributes} data" of each entry, or the error's words. */
static char *describe(const struct buf *archive, size_t piece)
{
	struct tar_build_source from = { (const unsigned char *)archive->data, archive->len, 0, piece };
	struct tar_source source = tar_build_source(&from);
	struct tar_reader *t = tar_reader_new(&source);
	autobuf out = BUF_INIT;
	struct tar_entry e;
	int r;

	while ((r = tar_next(t, &e)) > 0) {
		struct tar_chunk c;

		buf_add_format(&out, "%s %d %llu %lld.%u %u:%u", e.path, e.type, (unsigned long long)e.size, (long long)e.mtime,
			       e.mtime_ns, e.uid, e.gid);
		if (*e.link)
			buf_add_format(&out, " [%s]", e.link);
		for (size_t i = 0; i < e.xattr_count; i++)
			buf_add_format(&out, " {%s=%.*s}", e.xattrs[i].name, (int)e.xattrs[i].len, e.xattrs[i].value);
		buf_add_char(&out, ' ');
		for (uint64_t at = 0; (r = tar_data(t, &c)) > 0; at = c.offset + c.len) {
			if (c.offset != at)
				buf_add_format(&out, "@%llu:", (unsigned long long)c.offset);
			buf_add(&out, c.data, c.len);
		}
		if (r < 0)
			break;
		buf_add_char(&out, '\n');
	}
	if (r == 0)
		r = tar_drain(t);
	if (r < 0)
		buf_add_format(&out, "%d: %s", r, error_text(r));
	tar_reader_free(&t);
	return buf_take(&out);
}

static void expect(const struct buf *archive, const char *description)
{
	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		autofree char *found = describe(archive, pieces[i]);

		assert_string_equal(found, description);
	}
}

static void plain_entries(void **state)
{
	autobuf b = BUF_INIT;

	(void)state;
	tar_build_file(&b, "a/b", "hello");
	tar_build_header(&b, '5', "d/", NULL, 0);
	tar_build_header(&b, '2', "s", "a/b", 0);
	tar_build_header(&b, '1', "h", "/a/b", 0);
	tar_build_header(&b, '6', "p", NULL, 0);
	tar_build_header(&b, '\0', "old/", NULL, 0);
	tar_build_end(&b);
	expect(&b, "a/b 0 5 1.0 0:0 hello\n"
		   "d/ 5 0 1.0 0:0 \n"
		   "s 2 0 1.0 0:0 [a/b] \n"
		   "h 1 0 1.0 0:0 [/a/b] \n"
		   "p 6 0 1.0 0:0 \n"
		   "old/ 5 0 1.0 0:0 \n");
}

static void pax_records(void **state)
{
	autobuf b = BUF_INIT;
	char name[400];

	(void)state;
	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	tar_build_pax(&b, 'g', "uid", "7");
	tar_build_pax(&b, 'g', "path", "ignored");
	tar_build_pax(&b, 'x', "path", name);
	tar_build_pax(&b, 'x', "mtime", "-1.25");
	tar_build_pax(&b, 'x', "gid", "4000000000");
	tar_build_pax(&b, 'x', "SCHILY.xattr.user.x", "v=w\nz");
	tar_build_file(&b, "short", "x");
	tar_build_file(&b, "next", "y");
	tar_build_end(&b);
	{
		autofree char *text = xasprintf("%s 0 1 -2.750000000 7:4000000000 {user.x=v=w\nz} x\nnext 0 1 1.0 7:0 y\n", name);

		expect(&b, text);
	}
}

static void gnu_long_names(void **state)
{
	autobuf b = BUF_INIT;
	char name[300], link[300];

	(void)state;
	memset(name, 'n', sizeof name);
	name[sizeof name - 1] = '\0';
	memset(link, 'l', sizeof link);
	link[sizeof link - 1] = '\0';
	tar_build_header(&b, 'L', "././@LongLink", NULL, sizeof name);
	tar_build_data(&b, name, sizeof name);
	tar_build_header(&b, 'K', "././@LongLink", NULL, sizeof link);
	tar_build_data(&b, link, sizeof link);
	tar_build_header(&b, '2', "short", "short", 0);
	tar_build_end(&b);
	{
		autofree char *text = xasprintf("%s 2 0 1.0 0:0 [%s] \n", name, link);

		expect(&b, text);
	}
}

static void sparse_files(void **state)
{
	autobuf b = BUF_INIT;
	char map[TAR_BLOCK] = "2\n2\n3\n10\n1\n";

	(void)state;
	tar_build_pax(&b, 'x', "GNU.sparse.size", "12");
	tar_build_pax(&b, 'x', "GNU.sparse.map", "1,2,10,1");
	tar_build_file(&b, "map-0.1", "abc");
	tar_build_pax(&b, 'x', "GNU.sparse.major", "1");
	tar_build_pax(&b, 'x', "GNU.sparse.name", "map-1.0");
	tar_build_pax(&b, 'x', "GNU.sparse.realsize", "12");
	tar_build_header(&b, '0', "GNUSparseFile.0/map", NULL, sizeof map + 4);
	buf_add(&b, map, sizeof map);
	tar_build_data(&b, "abcd", 4);
	tar_build_pax(&b, 'x', "GNU.sparse.size", "1000000");
	tar_build_file(&b, "hole", "");
	tar_build_end(&b);
	for (size_t i = 2; i < ARRAY_SIZE(pieces); i++) {
		autofree char *found = describe(&b, pieces[i]);

		assert_string_equal(found, "map-0.1 0 12 1.0 0:0 @1:ab@10:c\n"
					   "map-1.0 0 12 1.0 0:0 @2:abc@10:d\n"
					   "hole 0 1000000 1.0 0:0 \n");
	}
}

static void what_is_refused(void **state)
{
	static const struct {
		const char *key, *value, *words;
	} records[] = {
		{ "size", "-1", "bad value" },
		{ "size", "18446744073709551616", "bad value" },
		{ "uid", "4294967295", "bad value" },
		{ "gid", "1x", "bad value" },
		{ "mtime", "1.x", "bad value" },
		{ "GNU.sparse.major", "2", "format 2" },
		{ "GNU.sparse.map", "1,,2", "bad value" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		autobuf b = BUF_INIT;
		autofree char *found = NULL;

		tar_build_pax(&b, 'x', records[i].key, records[i].value);
		tar_build_file(&b, "f", "x");
		tar_build_end(&b);
		found = describe(&b, 512);
		assert_non_null(strstr(found, records[i].words));
	}
}

/* Cut anywhere, an archive gives its words or fewer entries, and never reads past its end (valgrind, ASan). */
static void every_length(void **state)
{
	autobuf b = BUF_INIT;

	(void)state;
	tar_build_pax(&b, 'x', "path", "a");
	tar_build_file(&b, "f", "x");
	tar_build_header(&b, 'S', "s", NULL, 0);
	tar_build_end(&b);
	for (size_t len = 0; len <= b.len; len++) {
		autobuf cut = BUF_INIT;
		autofree char *found = NULL;

		buf_add(&cut, b.data, len);
		found = describe(&cut, 4096);
		if (len && len < 4 * TAR_BLOCK && len % TAR_BLOCK)
			assert_non_null(strstr(found, "ends in the middle"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_entries), cmocka_unit_test(pax_records),     cmocka_unit_test(gnu_long_names),
		cmocka_unit_test(sparse_files),  cmocka_unit_test(what_is_refused), cmocka_unit_test(every_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
