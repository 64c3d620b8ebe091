/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/dispatch.h"

#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/path.h"
#include "cli/help.h"
#include "kernel/self.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

struct global_flags {
	const char *root, *runroot, *log_level, *config;
	bool debug, version;
};

#define NO_DAEMON "hoy has no daemon to connect to: it works on this machine"

const struct option global_options[] = {
	{ 0, "config", OPTION_STRING, offsetof(struct global_flags, config), "string",
	  "Directory of Docker's config.json: credentials, detachKeys, formats of lists", "\"~/.docker\"",
	  .complete = "directory" },
	{ 'c', "context", OPTION_STRING, .metavar = "string", .help = "Name of the context to use", .hidden = true,
	  .never = NO_DAEMON },
	{ 'D', "debug", OPTION_BOOL, offsetof(struct global_flags, debug),
	  .help = "Show each step that changes the system, and how long it took" },
	{ 'H', "host", OPTION_LIST, .metavar = "list", .help = "Daemon socket to connect to", .hidden = true, .never = NO_DAEMON },
	{ 'l', "log-level", OPTION_STRING, offsetof(struct global_flags, log_level), "string",
	  "Set the logging level (\"debug\", \"info\", \"warn\", \"error\")", "\"warn\"", .complete = "debug info warn error" },
	{ 0, "root", OPTION_STRING, offsetof(struct global_flags, root), "string",
	  "Directory for images, containers and all that lasts", "\"/var/lib/hoy\"", .complete = "directory" },
	{ 0, "runroot", OPTION_STRING, offsetof(struct global_flags, runroot), "string",
	  "Directory for state that need not survive a reboot", "\"/run/hoy\"", .complete = "directory" },
	{ 0, "tls", OPTION_BOOL, .help = "Use TLS; implied by --tlsverify", .never = NO_DAEMON, .hidden = true },
	{ 0, "tlscacert", OPTION_STRING, .metavar = "string", .help = "Trust certs signed only by this CA", .never = NO_DAEMON,
	  .hidden = true },
	{ 0, "tlscert", OPTION_STRING, .metavar = "string", .help = "Path to TLS certificate file", .never = NO_DAEMON,
	  .hidden = true },
	{ 0, "tlskey", OPTION_STRING, .metavar = "string", .help = "Path to TLS key file", .never = NO_DAEMON, .hidden = true },
	{ 0, "tlsverify", OPTION_BOOL, .help = "Use TLS and verify the remote", .never = NO_DAEMON, .hidden = true },
	{ 'v', "version", OPTION_BOOL, offsetof(struct global_flags, version), .help = "Print version information and quit" },
	OPTIONS_END,
};

static void print(const struct buf *text)
{
	fwrite(text->data, 1, text->len, stdout);
}

static void see_help(const char *name)
{
	fprintf(stderr, "See 'hoy %s%s--help'.\n", name, *name ? " " : "");
}

/* Docker's words for a wrong number of arguments. */
static int count_failed(const char *name, const struct command *command)
{
	unsigned int min = command->min_args, max = command->max_args, n;
	const char *how = "";

	if (max == 0) {
		log_line(LOG_ERROR, "'hoy %s' accepts no arguments", name);
	} else {
		n = min;
		if (min != max) {
			how = max == ARGS_ANY ? "at least " : min ? "between " : "at most ";
			n = max == ARGS_ANY ? min : max;
		}
		if (min && max != ARGS_ANY && min != max)
			log_line(LOG_ERROR, "'hoy %s' requires %s%u and %u arguments", name, how, min, max);
		else
			log_line(LOG_ERROR, "'hoy %s' requires %s%u argument%s", name, how, n, n == 1 ? "" : "s");
	}
	fprintf(stderr, "Usage:  hoy %s %s\n", name, command->usage);
	see_help(name);
	return EXIT_FAILURE;
}

int command_main(struct cli *cli, const struct command *command, int argc, char **argv)
{
	autofree void *options = xcalloc(1, command->options_size ? command->options_size : 1);
	struct options_result words;
	autobuf text = BUF_INIT;
	int r;

	if (command->defaults)
		memcpy(options, command->defaults, command->options_size);
	r = command->enters ? self_protect() : 0;
	if (r == 0)
		r = options_parse(command->options, options, argc, argv, command->interspersed, &words);
	if (r < 0) {
		log_failure(r);
		if (r == -EINVAL)
			see_help(cli->name);
		r = EXIT_ENGINE;
	} else if (words.help) {
		help_command(&text, cli->name, command, help_width());
		print(&text);
	} else if (words.arg_count < command->min_args || (command->max_args != ARGS_ANY && words.arg_count > command->max_args)) {
		r = count_failed(cli->name, command);
	} else {
		cli->args = words.args;
		cli->arg_count = words.arg_count;
		r = command->run(cli, options);
		if (r < 0) {
			log_failure(r);
			r = command->failure ? command->failure : EXIT_FAILURE;
		}
	}
	options_release(command->options, options);
	return r;
}

static int unknown(int argc, char **argv)
{
	const char *names[GROUP_MEMBERS_MAX];
	const struct command_row *rows[GROUP_MEMBERS_MAX];
	const char *near = command_suggest(argv[0]);
	bool member = argc > 1 && command_group_members(argv[0], GROUP_MEMBERS_MAX, names, rows);

	log_line(LOG_ERROR, "unknown command: hoy %s%s%s", argv[0], member ? " " : "", member ? argv[1] : "");
	if (near && !member)
		fprintf(stderr, "Did you mean 'hoy %s'?\n", near);
	see_help(member ? argv[0] : "");
	return EXIT_FAILURE;
}

static int level_of(const char *word, enum log_level *ret)
{
	static const char *const words[] = {
		[LOG_ERROR] = "error", [LOG_WARNING] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"
	};

	if (!strcmp(word, "fatal"))
		word = "error";
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i], word)) {
			*ret = (enum log_level)i;
			return 0;
		}
	return fail(-EINVAL, "invalid argument \"%s\" for \"-l, --log-level\" flag: it is none of debug, info, warn, error", word);
}

/* @given, or below the user's own directory for who is not root; absolute, because commands change directory. Caller frees. */
static char *directory(const char *given, const char *for_root, const char *variable, const char *below_home)
{
	const char *home;

	if (given && *given == '/')
		return xstrdup(given);
	if (given) {
		autofree char *here = getcwd(NULL, 0);

		return path_join(here ? here : "/", given);
	}
	if (geteuid() == 0)
		return xstrdup(for_root);
	home = getenv(variable);
	if (home && *home == '/')
		return path_join(home, "hoy");
	home = getenv("HOME");
	return path_join(home && *home == '/' ? home : "/", below_home);
}

static int run_row(struct cli *cli, const struct command_row *row, int words, int argc, char **argv)
{
	autobuf name = BUF_INIT;
	autobuf text = BUF_INIT;

	for (int i = 0; i < words; i++)
		buf_add_format(&name, "%s%s", i ? " " : "", argv[i]);
	cli->name = name.data;
	if (row->command)
		return command_main(cli, row->command, argc - words, argv + words);
	if (row->group == GROUP_MANAGEMENT && command_row_works(row)) {
		if (argc > words && strcmp(argv[words], "--help") && strcmp(argv[words], "-h"))
			return unknown(argc, argv);
		help_group(&text, row);
		print(&text);
		return 0;
	}
	if (row->never)
		log_line(LOG_ERROR, "there is no '%s' here: %s", name.data, row->never);
	else
		log_line(LOG_ERROR, "'%s' is not supported yet", name.data);
	return EXIT_FAILURE;
}

int dispatch(int argc, char **argv)
{
	struct global_flags flags = { 0 };
	autofree char *root = NULL, *runroot = NULL;
	struct options_result rest;
	enum log_level level = LOG_WARNING;
	const struct command_row *row;
	autobuf text = BUF_INIT;
	struct cli cli = { 0 };
	int r, words = 0;

	r = options_parse(global_options, &flags, argc - 1, argv + 1, false, &rest);
	if (r == 0 && flags.log_level)
		r = level_of(flags.log_level, &level);
	if (r < 0) {
		log_failure(r);
		if (r == -EINVAL)
			see_help("");
		return EXIT_ENGINE;
	}
	if (flags.version) {
		puts("hoy version " HOY_VERSION);
		return 0;
	}
	if (rest.help || rest.arg_count == 0) {
		help_program(&text, help_width());
		print(&text);
		return 0;
	}
	log_setup("hoy", flags.debug ? LOG_DEBUG : level, LOG_PLAIN, -1);
	row = command_find((int)rest.arg_count, rest.args, &words);
	if (!row)
		return unknown((int)rest.arg_count, (char **)rest.args);
	cli.root = root = directory(flags.root, "/var/lib/hoy", "XDG_DATA_HOME", ".local/share/hoy");
	cli.runroot = runroot = directory(flags.runroot, "/run/hoy", "XDG_RUNTIME_DIR", ".local/share/hoy/run");
	/* whoever reads it looks there: hoy itself, and credential helpers */
	if (flags.config)
		(void)setenv("DOCKER_CONFIG", flags.config, 1);
	cli.debug = flags.debug;
	return run_row(&cli, row, words, (int)rest.arg_count, (char **)rest.args);
}
