/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One table of options drives parsing, --help, the manual pages and shell completion. A command describes its options as
 * rows that end with OPTIONS_END; each row says where in the command's own options struct the value goes:
 *
 *	struct pull_flags {
 *		bool quiet;
 *		const char *platform;
 *		struct strv names;
 *	};
 *	static const struct option pull_table[] = {
 *		{ 'q', "quiet", OPTION_BOOL, offsetof(struct pull_flags, quiet), .help = "Suppress verbose output" },
 *		{ 0, "platform", OPTION_STRING, offsetof(struct pull_flags, platform), "string", "Set platform" },
 *		OPTIONS_END,
 *	};
 *
 * The rules are those of Docker's own parser (pflag): -it bundles, -p8080:80, -p 8080:80, --name=web, --name web,
 * --rm=false, and -- ends the options. Runs in the command's process, before it does anything.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option_type {
	OPTION_BOOL,     /* bool: --x, --x=false */
	OPTION_STRING,   /* const char *: the last one wins; borrowed from the command line; NULL when not given */
	OPTION_LIST,     /* struct strv: every one, in order; released by options_release */
	OPTION_INT,      /* int64_t */
	OPTION_SIZE,     /* int64_t bytes: 512, 100m, 1.5g */
	OPTION_SIZE_MAX, /* the same, and -1 for unlimited */
	OPTION_DURATION, /* int64_t nanoseconds: 10s, 1h30m */
	OPTION_CALL,     /* option.call decides */
};

struct option {
	char letter;      /* 'q' for -q, or 0 */
	const char *name; /* without dashes */
	enum option_type type;
	size_t offset;       /* of the member in the command's options struct */
	const char *metavar; /* the kind of value as the help shows it: "list", "string", "bytes"; NULL for bool */
	const char *help;    /* one sentence without full stop */
	const char *preset;  /* what the help shows as "(default X)"; the value itself is in command.defaults */
	const char *implied; /* value when given without "=value": then a value is only taken after "=" */
	const char *never;   /* known by name and arity, and refused with these words, which say why */
	bool later;          /* known by name and arity only: using it is "--x is not supported yet" */
	bool hidden;         /* an old spelling: works, but no help shows it */
	/*
	 * OPTION_CALL: stores @value in @options. Returns 0 or -EINVAL with words that say what is wrong with the value alone:
	 * the parser puts `invalid argument "V" for "--x" flag` in front.
	 */
	int (*call)(void *options, const char *value);
	/* Says whether a value is good, before it is stored: 0, or a negative errno with words about the value alone. */
	int (*check)(const char *value);
	/* For completion: "image", "container", "file", "directory", or the words themselves "always missing never"; or NULL. */
	const char *complete;
};
#define OPTIONS_END ((struct option){ 0 })

/* What one command line became. */
struct options_result {
	char *const *args; /* what is no option, NULL-terminated; points into the (reordered) argv given */
	size_t arg_count;
	bool help; /* --help was asked for: nothing else was looked at after it */
};

/*
 * Parses @argv (of @argc words, without the command's name; reordered in place) by @table into the struct @options.
 * @interspersed: options may follow arguments (Docker's exec and run stop at the first argument). Returns 0, or -EINVAL
 * with words ("unknown flag: --foo"), -ENOSYS with words for what is not supported yet.
 */
int options_parse(const struct option *table, void *options, int argc, char **argv, bool interspersed, struct options_result *ret);
/* Releases the lists that options_parse filled. */
void options_release(const struct option *table, void *options);
/* The row of this long name, or NULL. */
const struct option *options_find(const struct option *table, const char *name, size_t len);
const struct option *options_find_letter(const struct option *table, char letter);
/*
 * The rows in the order of the alphabet, as help and manual show them: the one that follows @previous (NULL: the first), or
 * NULL at the end.
 */
const struct option *options_next(const struct option *table, const struct option *previous);
/* "-q, --quiet" or "--platform" in @text, as messages name an option; returns @text. */
#define OPTION_TEXT_MAX 64
const char *option_text(const struct option *option, char text[OPTION_TEXT_MAX]);
