/* SPDX-License-Identifier: Apache-2.0 */
#include "image/catalog.h"

/* before cmocka, which has a macro named fail */
#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "image/image.h"
#include "image/layer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define HEX1 "1111111111111111111111111111111111111111111111111111111111111111"
#define HEX2 "1222222222222222222222222222222222222222222222222222222222222222"
#define D1   "sha256:" HEX1
#define D2   "sha256:" HEX2
#define NAME "docker.io/library/nginx:latest"

struct fixture {
	char root[64];
	struct store *store;
};

static int set_up(void **state)
{
	static struct fixture f;

	strcpy(f.root, "/tmp/hoy-catalog-XXXXXX");
	if (!mkdtemp(f.root) || store_open(f.root, &f.store) < 0)
		return -1;
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	store_free(&f->store);
	return dir_remove_tree(AT_FDCWD, f->root);
}

static void put(struct store *s, const char *name, const char *id, const char *digest)
{
	struct catalog_entry e = { .reference = (char *)name, .id = (char *)id, .digest = (char *)digest, .size = 5 };

	assert_int_equal(catalog_put(s, &e), 0);
}

static void a_name_comes_and_goes(void **state)
{
	struct store *s = ((struct fixture *)*state)->store;
	autoentry e = { 0 };

	assert_int_equal(catalog_get(s, NAME, &e), -ENOENT);
	put(s, NAME, D1, D2);
	assert_int_equal(catalog_get(s, NAME, &e), 0);
	assert_string_equal(e.id, D1);
	assert_string_equal(e.digest, D2);
	assert_int_equal(e.size, 5);
	assert_int_equal(catalog_remove(s, NAME), 0);
	assert_int_equal(catalog_remove(s, NAME), -ENOENT);
}

static void what_a_name_left_behind(void **state)
{
	struct store *s = ((struct fixture *)*state)->store;
	autocatalog all = { 0 };

	put(s, NAME, D1, D1);
	put(s, NAME, D2, D2);
	/* no registry: it is kept by id */
	put(s, "docker.io/library/own:1", D1, NULL);
	put(s, "docker.io/library/own:1", D2, NULL);
	assert_int_equal(catalog_list(s, &all), 0);
	assert_int_equal(all.count, 3);
	assert_string_equal(all.items[0].reference, NAME);
	assert_string_equal(all.items[1].reference, "docker.io/library/nginx@" D1);
	assert_string_equal(all.items[2].reference, "docker.io/library/own:1");
}

static void long_names(void **state)
{
	struct store *s = ((struct fixture *)*state)->store;
	char name[400] = "docker.io/";
	autoentry e = { 0 };

	memset(name + 10, 'a', 240);
	strcpy(name + 250, ":tag");
	put(s, name, D1, NULL);
	assert_int_equal(catalog_get(s, name, &e), 0);
	assert_string_equal(e.reference, name);
}

static void found_by_what_people_type(void **state)
{
	struct store *s = ((struct fixture *)*state)->store;
	static const struct {
		const char *typed;
		int code;
	} cases[] = {
		{ "nginx", 0 },
		{ "nginx:latest", 0 },
		{ "docker.io/nginx", 0 },
		{ "nginx@" D1, 0 },
		{ D1, 0 },
		{ HEX1, 0 },
		{ "11111", 0 },
		{ "sha256:11", 0 },
		{ "1", -ENOTUNIQ },
		{ "nginx:1", -ENOENT },
		{ "33", -ENOENT },
		{ "nginx@" D2, -ENOENT },
		{ "Nginx", -EINVAL },
		{ "sha256:x", -ENOENT },
	};

	put(s, NAME, D1, D1);
	put(s, "docker.io/library/redis:latest", D2, D2);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autoentry e = { 0 };
		int r = image_find_entry(s, cases[i].typed, &e);

		if (r != cases[i].code)
			fail_msg("'%s' gave %d", cases[i].typed, r);
		if (r == 0)
			assert_string_equal(e.id, D1);
	}
}

static void rubbish_is_left_out(void **state)
{
	struct store *s = ((struct fixture *)*state)->store;
	autocatalog all = { 0 };
	int fd = openat(s->fd, "images/docker.io+library+bad:1", O_CREAT | O_WRONLY, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "{\"Id\":\"../../etc/passwd\"}", 25), 25);
	close(fd);
	put(s, NAME, D1, D1);
	assert_int_equal(catalog_list(s, &all), 0);
	assert_int_equal(all.count, 1);
}

static void drafts_of_the_dead_are_removed(void **state)
{
	struct store *s = ((struct fixture *)*state)->store;
	struct layer_draft held = LAYER_DRAFT_NONE;
	char path[100];
	int fd;

	assert_int_equal(layer_begin(s, &held), 0);
	assert_int_equal(mkdirat(s->fd, "layers/.tmp-dead", 0700), 0);
	assert_int_equal(mkdirat(s->fd, "layers/.tmp-dead/diff", 0700), 0);
	layer_clean(s);
	assert_int_equal(faccessat(s->fd, "layers/.tmp-dead", F_OK, 0), -1);
	snprintf(path, sizeof path, "layers/%s/diff", held.name);
	assert_int_equal(faccessat(s->fd, path, F_OK, 0), 0);
	assert_false(layer_ready(s, D1));
	assert_int_equal(layer_commit(s, &held, D1, 42), 0);
	assert_true(layer_ready(s, D1));
	assert_int_equal(layer_size(s, D1), 42);
	/* another command made the same layer meanwhile: fine */
	assert_int_equal(layer_begin(s, &held), 0);
	assert_int_equal(layer_commit(s, &held, D1, 42), 0);
	/* before it was settled the power went: it is none any more, and makes way */
	fd = openat(s->fd, "layers/" HEX1 "/done", O_WRONLY | O_TRUNC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "another boot", 12), 12);
	close(fd);
	assert_false(layer_ready(s, D1));
	assert_int_equal(layer_begin(s, &held), 0);
	assert_int_equal(layer_commit(s, &held, D1, 43), 0);
	assert_true(layer_ready(s, D1));
	assert_int_equal(layer_size(s, D1), 43);
	layer_settle(s, D1);
	unlinkat(s->fd, "layers/" HEX1 "/done", 0);
	assert_true(layer_ready(s, D1));
	assert_int_equal(layer_remove(s, D1), 0);
	assert_false(layer_ready(s, D1));
	assert_int_equal(layer_remove(s, D1), 0);
}

#define IN_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_STORE(a_name_comes_and_goes),     IN_STORE(what_a_name_left_behind), IN_STORE(long_names),
		IN_STORE(found_by_what_people_type), IN_STORE(rubbish_is_left_out),     IN_STORE(drafts_of_the_dead_are_removed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
