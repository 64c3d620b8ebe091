/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What a command is. A command is one file and one row:
 *
 *  1. src/cli/NAME.c: an options struct, a table of its options (options.h), a run function, and at the end
 *
 *	const struct command command_NAME = {
 *		.name = "pull",
 *		.usage = "[OPTIONS] NAME[:TAG|@DIGEST]",
 *		.summary = "Download an image from a registry",
 *		.manual = "Prose for the manual page.\n\nEmpty lines part paragraphs.\n",
 *		.options = pull_table,
 *		.options_size = sizeof(struct pull_flags),
 *		.min_args = 1,
 *		.max_args = 1,
 *		.interspersed = true,
 *		.run = pull_run,
 *	};
 *
 *  2. one row `COMMAND(NAME, GROUP)` in commands.list (in place of the LATER row), and the file in
 *     src/cli/meson.build. A command of a management command alone ("volume create") is SUBCOMMAND(NAME, "volume create")
 *     and a row of members in commands.c.
 *
 * Parsing, --help, the manual page, completion, the counting of arguments and "unknown flag" come from the tables.
 *
 * The run function returns the exit code (>= 0), or a negative errno with words: main prints them and exits with
 * command.failure. It names what the user named (fail_while) and prints results to stdout. Runs in the command's process.
 */
#include "cli/options.h"

#include <stdbool.h>
#include <stddef.h>

/* What the global options said, and what the command line left for the command. */
struct cli {
	const char *name;    /* the command as it was typed: "run", "container run" */
	const char *root;    /* data directory, absolute */
	const char *runroot; /* volatile state, absolute */
	bool debug;
	char *const *args; /* positional arguments, NULL-terminated; borrowed */
	size_t arg_count;
};

struct command {
	const char *name;
	const char *usage;            /* what follows "hoy NAME " in the usage line */
	const char *summary;          /* one line for the list of commands */
	const char *manual;           /* paragraphs for the manual page */
	const struct option *options; /* or NULL */
	size_t options_size;          /* bytes of the options struct */
	const void *defaults;         /* the options struct to start from; NULL: zeroes */
	unsigned int min_args;
	unsigned int max_args; /* ARGS_ANY: no limit */
	bool interspersed;     /* options may follow arguments; false for those that take a command line */
	bool enters;           /* it makes or enters a container: see kernel/self.h */
	int failure;           /* exit code for a negative result; 0 means 1 */
	int (*run)(const struct cli *cli, void *options);
	const char *complete; /* what arguments are, for completion: "image", "container", "file"; or NULL */
};
#define ARGS_ANY 0xffffu

/* Exit codes, as Docker's. */
enum {
	EXIT_ENGINE = 125,         /* hoy itself failed: nothing was started */
	EXIT_NOT_EXECUTABLE = 126, /* the container's command cannot be executed */
	EXIT_NOT_FOUND = 127,      /* the container's command does not exist */
};

enum command_group { GROUP_COMMON, GROUP_MANAGEMENT, GROUP_OTHER, GROUP_HIDDEN, GROUP_COUNT };

/* One row of commands.list. */
struct command_row {
	const char *name;
	enum command_group group;
	const char *summary;           /* of a command that is known by name only */
	const struct command *command; /* NULL: "not supported yet" */
	const char *never;             /* why hoy never will have it */
};
extern const struct command_row command_rows[];
extern const size_t command_row_count;

/*
 * Finds the command that @argv (of @argc words) begins with: "run", or "container run". *@ret_words is how many words its
 * name took. NULL when there is no such command.
 */
const struct command_row *command_find(int argc, char *const *argv, int *ret_words);
/* The members of a management command ("image"): names within it and rows, at most @max; 0 when it has none. */
size_t command_group_members(const char *group, size_t max, const char *ret_names[], const struct command_row *ret_rows[]);
#define GROUP_MEMBERS_MAX 32
/* It can be called: it is a command of this program, or a management command with at least one member that is. */
bool command_row_works(const struct command_row *row);
/* The command most like this misspelt one, or NULL when none is near. */
const char *command_suggest(const char *word);
/* Parses the command's own options and runs it; returns the exit code. @argv is what follows the command's name. */
int command_main(struct cli *cli, const struct command *command, int argc, char **argv);
/* The global options: those before the command. */
extern const struct option global_options[];
