/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "base/error.h"
#include "base/strv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>
#include <cmocka.h>

struct sample {
	bool interactive, tty, rm;
	const char *name, *explain;
	struct strv env;
	int64_t count, memory, swap, delay;
	int called;
};

static int even_only(const char *value)
{
	return strlen(value) % 2 ? (fail)(-EINVAL, "it is odd") : 0;
}

static int count_calls(void *options, const char *value)
{
	(void)value;
	((struct sample *)options)->called++;
	return 0;
}

static const struct option table[] = {
	{ 0, "call", OPTION_CALL, 0, "string", "Call", .call = count_calls },
	{ 0, "count", OPTION_INT, offsetof(struct sample, count), "int", "Count" },
	{ 0, "delay", OPTION_DURATION, offsetof(struct sample, delay), "duration", "Delay" },
	{ 'd', "detach", OPTION_BOOL, .help = "Detach", .later = true },
	{ 'e', "env", OPTION_LIST, offsetof(struct sample, env), "list", "Environment" },
	{ 0, "even", OPTION_STRING, offsetof(struct sample, name), "string", "Even", .check = even_only },
	{ 0, "explain", OPTION_STRING, offsetof(struct sample, explain), "string", "Explain", .implied = "lines" },
	{ 'i', "interactive", OPTION_BOOL, offsetof(struct sample, interactive), NULL, "Interactive" },
	{ 'm', "memory", OPTION_SIZE, offsetof(struct sample, memory), "bytes", "Memory" },
	{ 0, "memory-swap", OPTION_SIZE_MAX, offsetof(struct sample, swap), "bytes", "Swap" },
	{ 0, "name", OPTION_STRING, offsetof(struct sample, name), "string", "Name" },
	{ 'p', "publish", OPTION_LIST, .metavar = "list", .help = "Publish", .later = true },
	{ 0, "rm", OPTION_BOOL, offsetof(struct sample, rm), NULL, "Remove" },
	{ 0, "sig-proxy", OPTION_BOOL, .help = "Proxy", .preset = "true", .later = true },
	{ 't', "tty", OPTION_BOOL, offsetof(struct sample, tty), NULL, "TTY" },
	OPTIONS_END,
};

/* Parses words parted by spaces ("~" is an empty word); the words stay alive until the next call. */
static int parse(const char *line, bool interspersed, struct sample *ret, struct options_result *ret_rest)
{
	static struct strv words;
	static char *argv[32];

	strv_release(&words);
	if (*line)
		strv_split(&words, line, ' ');
	for (size_t i = 0; i < words.count; i++)
		argv[i] = strcmp(words.items[i], "~") ? words.items[i] : (char *)"";
	argv[words.count] = NULL;
	memset(ret, 0, sizeof *ret);
	return options_parse(table, ret, (int)words.count, argv, interspersed, ret_rest);
}

static void bundles_and_values(void **state)
{
	static const char *const same[] = {
		"-it -m 1m -e A=1 --name web",      "-ti -m1m -eA=1 --name=web",
		"-i -t -m=1m --env A=1 --name web", "-ite A=1 --memory 1m --name web",
		"-itm1m --env=A=1 --name=web",      "--interactive --tty=true --memory=1024k -e=A=1 --name web"
	};
	struct options_result rest;
	struct sample s;

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
		assert_int_equal(parse(same[i], false, &s, &rest), 0);
		assert_true(s.interactive && s.tty);
		assert_int_equal(s.memory, 1048576);
		assert_string_equal(s.name, "web");
		assert_int_equal(s.env.count, 1);
		assert_string_equal(s.env.items[0], "A=1");
		assert_int_equal(rest.arg_count, 0);
		assert_null(rest.args[0]);
		options_release(table, &s);
		assert_int_equal(s.env.count, 0);
	}
}

static void where_options_end(void **state)
{
	struct options_result rest;
	struct sample s;

	(void)state;
	assert_int_equal(parse("-i busybox -t --rm", false, &s, &rest), 0);
	assert_true(s.interactive && !s.tty && !s.rm);
	assert_int_equal(rest.arg_count, 3);
	assert_string_equal(rest.args[1], "-t");
	assert_int_equal(parse("-i busybox -t --rm", true, &s, &rest), 0);
	assert_true(s.tty && s.rm);
	assert_int_equal(rest.arg_count, 1);
	assert_int_equal(parse("a -- -t", true, &s, &rest), 0);
	assert_true(!s.tty);
	assert_int_equal(rest.arg_count, 2);
	assert_string_equal(rest.args[1], "-t");
	/* "-" is an argument: standard input */
	assert_int_equal(parse("- -t", true, &s, &rest), 0);
	assert_string_equal(rest.args[0], "-");
	assert_true(s.tty);
	assert_int_equal(parse("", true, &s, &rest), 0);
	assert_int_equal(rest.arg_count, 0);
}

static void booleans(void **state)
{
	static const char *const no[] = { "--rm=false", "--rm=0", "--rm=F", "--rm --rm=false", "--rm=FALSE" };
	struct options_result rest;
	struct sample s;

	(void)state;
	for (size_t i = 0; i < sizeof no / sizeof *no; i++) {
		assert_int_equal(parse(no[i], false, &s, &rest), 0);
		assert_false(s.rm);
	}
	assert_int_equal(parse("-i=false -t=1", false, &s, &rest), 0);
	assert_true(!s.interactive && s.tty);
	/* a word behind a boolean is an argument */
	assert_int_equal(parse("--rm false", false, &s, &rest), 0);
	assert_true(s.rm);
	assert_string_equal(rest.args[0], "false");
}

static void kinds_of_values(void **state)
{
	struct options_result rest;
	struct sample s;

	(void)state;
	assert_int_equal(parse("--count -5 --delay 1m30s --memory-swap -1 --call x --call y", false, &s, &rest), 0);
	assert_int_equal(s.count, -5);
	assert_int_equal(s.delay, 90000000000);
	assert_int_equal(s.swap, -1);
	assert_int_equal(s.called, 2);
	assert_null(s.explain);
	assert_int_equal(parse("--explain busybox", false, &s, &rest), 0);
	assert_string_equal(s.explain, "lines");
	assert_string_equal(rest.args[0], "busybox");
	assert_int_equal(parse("--explain=script busybox", false, &s, &rest), 0);
	assert_string_equal(s.explain, "script");
	assert_int_equal(parse("--name ~", false, &s, &rest), 0);
	assert_string_equal(s.name, "");
	assert_int_equal(parse("--name=", false, &s, &rest), 0);
	assert_string_equal(s.name, "");
	assert_int_equal(parse("--help --nonsense", false, &s, &rest), 0);
	assert_true(rest.help);
	/* values may look like options */
	assert_int_equal(parse("--name --rm", false, &s, &rest), 0);
	assert_string_equal(s.name, "--rm");
	assert_false(s.rm);
}

static void wrong_lines(void **state)
{
	static const struct {
		const char *line;
		int code;
		const char *words;
	} cases[] = {
		{ "--foo", -EINVAL, "unknown flag: --foo" },
		{ "--foo=bar", -EINVAL, "unknown flag: --foo" },
		{ "--nam x", -EINVAL, "unknown flag: --nam" },
		{ "-iZ", -EINVAL, "unknown shorthand flag: 'Z' in -iZ" },
		{ "-e", -EINVAL, "flag needs an argument: 'e' in -e" },
		{ "-ie", -EINVAL, "flag needs an argument: 'e' in -ie" },
		{ "--name", -EINVAL, "flag needs an argument: --name" },
		{ "---x", -EINVAL, "bad flag syntax: ---x" },
		{ "--=x", -EINVAL, "bad flag syntax: --=x" },
		{ "--rm=maybe", -EINVAL, "invalid argument \"maybe\" for \"--rm\" flag: it is neither true nor false" },
		{ "-i=x", -EINVAL, "invalid argument \"x\" for \"-i, --interactive\" flag: it is neither true nor false" },
		{ "-m abc", -EINVAL, "invalid argument \"abc\" for \"-m, --memory\" flag: invalid size: 'abc'" },
		{ "-m -1", -EINVAL, "invalid argument \"-1\" for \"-m, --memory\" flag: invalid size: '-1'" },
		{ "-m ~", -EINVAL, "invalid argument \"\" for \"-m, --memory\" flag: invalid size: ''" },
		{ "--count 1x", -EINVAL, "invalid argument \"1x\" for \"--count\" flag: it is no whole number" },
		{ "--count 99999999999999999999", -EINVAL,
		  "invalid argument \"99999999999999999999\" for \"--count\" flag: it is no whole number" },
		{ "--delay 5", -EINVAL, "invalid argument \"5\" for \"--delay\" flag: it is no duration such as 10s or 1m30s" },
		{ "--even abc", -EINVAL, "invalid argument \"abc\" for \"--even\" flag: it is odd" },
		{ "-d", -ENOSYS, "--detach is not supported yet" },
		{ "-itd", -ENOSYS, "--detach is not supported yet" },
		{ "-p 80:80", -ENOSYS, "--publish is not supported yet" },
		{ "-p80:80", -ENOSYS, "--publish is not supported yet" },
		{ "--sig-proxy=false", -ENOSYS, "--sig-proxy is not supported yet" },
	};
	struct options_result rest;
	struct sample s;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int r = parse(cases[i].line, false, &s, &rest);

		assert_int_equal(r, cases[i].code);
		assert_string_equal(error_text(r), cases[i].words);
		options_release(table, &s);
	}
	/* what is so anyway may be asked for */
	assert_int_equal(parse("-d=false --sig-proxy=true --sig-proxy", false, &s, &rest), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bundles_and_values), cmocka_unit_test(where_options_end), cmocka_unit_test(booleans),
		cmocka_unit_test(kinds_of_values),    cmocka_unit_test(wrong_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
