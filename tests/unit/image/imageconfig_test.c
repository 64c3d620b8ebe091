/* SPDX-License-Identifier: Apache-2.0 */
#include "image/imageconfig.h"

/* before cmocka, which has a macro named fail */
#include "base/cleanup.h"
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#define D1 "sha256:1111111111111111111111111111111111111111111111111111111111111111"

static int parse(const char *text, struct imageconfig *c)
{
	return imageconfig_parse(text, strlen(text), c);
}

static const char full[] =
	"{\"architecture\":\"arm\",\"variant\":\"v7\",\"os\":\"linux\",\"created\":\"2026-01-01T00:00:00Z\",\"author\":\"me\",\"config\":{"
	"\"User\":\"www\",\"ExposedPorts\":{\"80/tcp\":{}},\"Env\":[\"A=b\",\"C=\"],\"Entrypoint\":[\"/e\"],\"Cmd\":[\"c\",\"d\"],"
	"\"Healthcheck\":{\"Test\":[\"CMD\",\"x\"],\"Interval\":5000000000,\"Retries\":3},\"Volumes\":{\"/data\":{}},"
	"\"WorkingDir\":\"/w\",\"Labels\":{\"k\":\"v\",\"empty\":\"\"},\"StopSignal\":\"SIGINT\",\"StopTimeout\":7,\"Shell\":[\"/bin/sh\","
	"\"-c\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" D1
	"\"]},\"history\":[{\"created_by\":\"x\",\"empty_layer\":true},"
	"{\"comment\":\"c\"}]}";

static void check_full(const struct imageconfig *c)
{
	assert_string_equal(c->architecture, "arm");
	assert_string_equal(c->variant, "v7");
	assert_string_equal(c->user, "www");
	assert_string_equal(c->exposed_ports.items[0], "80/tcp");
	assert_int_equal(c->env.count, 2);
	assert_string_equal(c->env.items[1], "C=");
	assert_string_equal(c->entrypoint.items[0], "/e");
	assert_true(c->entrypoint_set && c->cmd_set);
	assert_int_equal(c->cmd.count, 2);
	assert_true(c->healthcheck.set);
	assert_int_equal(c->healthcheck.interval, 5000000000);
	assert_int_equal(c->healthcheck.retries, 3);
	assert_string_equal(c->healthcheck.test.items[1], "x");
	assert_string_equal(c->volumes.items[0], "/data");
	assert_string_equal(c->working_dir, "/w");
	assert_string_equal(c->labels.items[0], "k=v");
	assert_string_equal(c->labels.items[1], "empty=");
	assert_string_equal(c->stop_signal, "SIGINT");
	assert_int_equal(c->stop_timeout, 7);
	assert_int_equal(c->shell.count, 2);
	assert_string_equal(c->diff_ids.items[0], D1);
	assert_int_equal(c->history_count, 2);
	assert_true(c->history[0].empty_layer);
	assert_string_equal(c->history[1].comment, "c");
}

static void read_and_written_again(void **state)
{
	autocall(imageconfig_release) struct imageconfig first = { 0 }, second = { 0 };
	autobuf text = BUF_INIT;

	(void)state;
	assert_int_equal(parse(full, &first), 0);
	check_full(&first);
	imageconfig_write(&first, &text);
	assert_int_equal(imageconfig_parse(text.data, text.len, &second), 0);
	check_full(&second);
}

static void what_may_be_missing(void **state)
{
	autocall(imageconfig_release) struct imageconfig c = { 0 };

	(void)state;
	assert_int_equal(parse("{\"config\":{\"Cmd\":null,\"Env\":null,\"Labels\":null},\"rootfs\":{\"diff_ids\":null}}", &c), 0);
	assert_string_equal(c.os, "linux");
	assert_string_equal(c.architecture, "");
	assert_string_equal(c.variant, "");
	assert_null(c.user);
	assert_false(c.cmd_set);
	assert_int_equal(c.stop_timeout, -1);
	assert_int_equal(c.diff_ids.count, 0);
}

static void what_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"7",
		"{}",
		"{\"rootfs\":7}",
		"{\"rootfs\":{\"diff_ids\":[\"x\"]}}",
		"{\"rootfs\":{\"diff_ids\":[7]}}",
		"{\"rootfs\":{},\"config\":7}",
		"{\"rootfs\":{},\"config\":{\"Env\":\"A=b\"}}",
		"{\"rootfs\":{},\"config\":{\"Env\":[7]}}",
		"{\"rootfs\":{},\"config\":{\"User\":7}}",
		"{\"rootfs\":{},\"config\":{\"Labels\":{\"k\":7}}}",
		"{\"rootfs\":{},\"config\":{\"Volumes\":[]}}",
		"{\"rootfs\":{},\"history\":{}}",
		"{\"rootfs\":{},\"history\":[{\"created\":7}]}",
		/* a NUL would cut what is checked from what is used */
		"{\"rootfs\":{},\"config\":{\"User\":\"root\\u0000x\"}}",
		"{\"rootfs\":{},\"config\":{\"Env\":[\"A=b\\u0000\"]}}",
	};
	struct imageconfig c;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (parse(bad[i], &c) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(read_and_written_again), cmocka_unit_test(what_may_be_missing),
					    cmocka_unit_test(what_is_refused) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
