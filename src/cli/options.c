/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/strv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const struct option *options_find(const struct option *table, const char *name, size_t len)
{
	for (; table && table->name; table++)
		if (strlen(table->name) == len && !memcmp(table->name, name, len))
			return table;
	return NULL;
}

const struct option *options_find_letter(const struct option *table, char letter)
{
	for (; table && table->name; table++)
		if (letter && table->letter == letter)
			return table;
	return NULL;
}

const struct option *options_next(const struct option *table, const struct option *previous)
{
	const struct option *next = NULL;

	for (; table && table->name; table++)
		if ((!previous || strcmp(table->name, previous->name) > 0) && (!next || strcmp(table->name, next->name) < 0))
			next = table;
	return next;
}

const char *option_text(const struct option *option, char text[OPTION_TEXT_MAX])
{
	if (option->letter)
		snprintf(text, OPTION_TEXT_MAX, "-%c, --%s", option->letter, option->name);
	else
		snprintf(text, OPTION_TEXT_MAX, "--%s", option->name);
	return text;
}

/* Go's strconv.ParseBool, which Docker's flags take. */
static int parse_bool(const char *value, bool *ret)
{
	static const char *const words[2][6] = { { "0", "f", "F", "false", "FALSE", "False" },
						 { "1", "t", "T", "true", "TRUE", "True" } };

	for (size_t truth = 0; truth < 2; truth++)
		for (size_t i = 0; i < ARRAY_SIZE(words[0]); i++)
			if (!strcmp(value, words[truth][i])) {
				*ret = truth;
				return 0;
			}
	return fail(-EINVAL, "it is neither true nor false");
}

static int parse_number(enum option_type type, const char *value, int64_t *ret)
{
	switch (type) {
	case OPTION_SIZE:
	case OPTION_SIZE_MAX:
		if (number_size(value, type == OPTION_SIZE_MAX, ret) < 0)
			return fail(-EINVAL, "invalid size: '%s'", value);
		return 0;
	case OPTION_DURATION:
		if (number_duration(value, ret) < 0)
			return fail(-EINVAL, "it is no duration such as 10s or 1m30s");
		return 0;
	default:
		if (number_i64(value, ret) < 0)
			return fail(-EINVAL, "it is no whole number");
		return 0;
	}
}

static int store(const struct option *option, void *options, const char *value)
{
	void *target = (char *)options + option->offset;

	switch (option->type) {
	case OPTION_BOOL:
		return parse_bool(value, target);
	case OPTION_STRING:
		*(const char **)target = value;
		return 0;
	case OPTION_LIST:
		strv_add(target, value);
		return 0;
	case OPTION_CALL:
		return option->call(options, value);
	default:
		return parse_number(option->type, value, target);
	}
}

/* --sig-proxy=true and --detach=false ask for what is so anyway. */
static bool asks_preset(const struct option *option, const char *value)
{
	bool asked;

	return option->type == OPTION_BOOL && parse_bool(value, &asked) == 0 && asked == (option->preset && *option->preset == 't');
}

static int set(const struct option *option, void *options, const char *value)
{
	char text[OPTION_TEXT_MAX];
	int r;

	if (option->later)
		return asks_preset(option, value) ? 0 : fail(-ENOSYS, "--%s is not supported yet", option->name);
	if (option->never)
		return asks_preset(option, value) ? 0 : fail(-ENOTSUP, "--%s: %s", option->name, option->never);
	r = option->check ? option->check(value) : 0;
	if (r == 0)
		r = store(option, options, value);
	if (r < 0)
		return fail_while(r, "invalid argument \"%s\" for \"%s\" flag", value, option_text(option, text));
	return 0;
}

/* What an option has when it is given without a value, or NULL when it needs one. */
static const char *bare_value(const struct option *option)
{
	return option->type == OPTION_BOOL ? "true" : option->implied;
}

struct words {
	int argc, next;
	char **argv;
};

static int parse_long(const struct option *table, void *options, const char *word, struct words *words)
{
	const char *name = word + 2, *equals = strchr(name, '=');
	const struct option *option;

	if (*name == '-' || *name == '=')
		return fail(-EINVAL, "bad flag syntax: %s", word);
	option = options_find(table, name, equals ? (size_t)(equals - name) : strlen(name));
	if (!option)
		return fail(-EINVAL, "unknown flag: --%.*s", equals ? (int)(equals - name) : (int)strlen(name), name);
	if (equals)
		return set(option, options, equals + 1);
	if (bare_value(option))
		return set(option, options, bare_value(option));
	if (words->next >= words->argc)
		return fail(-EINVAL, "flag needs an argument: --%s", option->name);
	return set(option, options, words->argv[words->next++]);
}

/* -it, -p8080:80, -p=8080:80, -p 8080:80 */
static int parse_letters(const struct option *table, void *options, const char *word, struct words *words)
{
	for (const char *p = word + 1; *p; p++) {
		const struct option *option = options_find_letter(table, *p);
		int r;

		if (!option)
			return fail(-EINVAL, "unknown shorthand flag: '%c' in %s", *p, word);
		if (p[1] == '=')
			return set(option, options, p + 2);
		if (bare_value(option)) {
			r = set(option, options, bare_value(option));
			if (r < 0)
				return r;
			continue;
		}
		if (p[1])
			return set(option, options, p + 1);
		if (words->next >= words->argc)
			return fail(-EINVAL, "flag needs an argument: '%c' in %s", *p, word);
		return set(option, options, words->argv[words->next++]);
	}
	return 0;
}

/* --help works everywhere, -h where the table has no other use for the letter. */
static bool asks_help(const struct option *table, const char *word)
{
	return !strcmp(word, "--help") || (!strcmp(word, "-h") && !options_find_letter(table, 'h'));
}

int options_parse(const struct option *table, void *options, int argc, char **argv, bool interspersed, struct options_result *ret)
{
	struct words words = { .argc = argc, .argv = argv };
	int kept = 0, r;

	while (words.next < argc) {
		char *word = argv[words.next++];

		if (word[0] != '-' || !word[1]) {
			argv[kept++] = word;
			if (!interspersed)
				break;
			continue;
		}
		if (!strcmp(word, "--"))
			break;
		if (asks_help(table, word)) {
			*ret = (struct options_result){ .help = true };
			return 0;
		}
		r = word[1] == '-' ? parse_long(table, options, word, &words) : parse_letters(table, options, word, &words);
		if (r < 0)
			return r;
	}
	while (words.next < argc)
		argv[kept++] = argv[words.next++];
	argv[kept] = NULL;
	*ret = (struct options_result){ .args = argv, .arg_count = (size_t)kept };
	return 0;
}

void options_release(const struct option *table, void *options)
{
	for (; table && table->name; table++)
		if (table->type == OPTION_LIST && !table->later && !table->never)
			strv_release((struct strv *)((char *)options + table->offset));
}
