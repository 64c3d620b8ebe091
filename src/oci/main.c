/* SPDX-License-Identifier: Apache-2.0 */
/* hoy-runtime from its global options to its exit code: see oci/command.h for what a command is. */
#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/process.h"
#include "kernel/self.h"
#include "oci/command.h"
#include "oci/oci.h"
#include "runtime/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct oci_command *const commands[] = {
	&oci_create, &oci_start,  &oci_state,  &oci_kill, &oci_delete,   &oci_run,    &oci_exec,       &oci_ps,      &oci_list,
	&oci_pause,  &oci_resume, &oci_update, &oci_spec, &oci_features, &oci_events, &oci_checkpoint, &oci_restore,
};

struct global_flags {
	const char *root, *log, *log_format, *rootless, *criu, *cgroup_manager;
	bool debug, systemd_cgroup, version;
};

#define AT(member) offsetof(struct global_flags, member)
static const struct option global_options[] = {
	{ 0, "debug", OPTION_BOOL, AT(debug), .help = "enable debug logging" },
	{ 0, "log", OPTION_STRING, AT(log), "value", "set the log file to write hoy-runtime logs to (default is '/dev/stderr')" },
	{ 0, "log-format", OPTION_STRING, AT(log_format), "value", "set the log format ('text' (default), or 'json')", "\"text\"" },
	{ 0, "root", OPTION_STRING, AT(root), "value", "root directory for storage of container state", "\"/run/hoy-runtime\"" },
	{ 0, "systemd-cgroup", OPTION_BOOL, AT(systemd_cgroup), .help = "enable systemd cgroup support" },
	{ 0, "cgroup-manager", OPTION_STRING, AT(cgroup_manager), "value",
	  "who makes cgroups: 'cgroupfs', 'systemd' (the same as --systemd-cgroup), or 'disabled': none is made", "\"cgroupfs\"" },
	{ 0, "rootless", OPTION_STRING, AT(rootless), "value", "ignore cgroup permission errors ('true', 'false', or 'auto')",
	  "\"auto\"" },
	{ 0, "criu", OPTION_STRING, AT(criu), "value", "(obsoleted; do not use)", .hidden = true },
	{ 'v', "version", OPTION_BOOL, AT(version), .help = "print the version" },
	OPTIONS_END,
};
#undef AT

static void print_option(const char *names, const struct option *o)
{
	autofree char *left = xasprintf("%s%s%s", names, o->metavar ? " " : "", o->metavar ? o->metavar : "");

	printf("   %-34s %s%s%s%s\n", left, o->help, o->preset ? " (default: " : "", o->preset ? o->preset : "",
	       o->preset ? ")" : "");
}

static void print_options(const struct option *options)
{
	static const struct option help = { .help = "show help" };
	char text[OPTION_TEXT_MAX];

	for (const struct option *o = options; o && o->name; o++)
		if (!o->hidden)
			print_option(option_text(o, text), o);
	print_option("-h, --help", &help);
}

static void print_help(const char *program)
{
	printf("NAME:\n   %s - Open Container Initiative runtime\n\n"
	       "USAGE:\n   %s [global options] command [command options] [arguments...]\n\nCOMMANDS:\n",
	       program, program);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("   %-12s %s\n", commands[i]->name, commands[i]->summary);
	puts("\nGLOBAL OPTIONS:");
	print_options(global_options);
}

static void print_command_help(const char *program, const struct oci_command *c)
{
	printf("NAME:\n   %s %s - %s\n\nUSAGE:\n   %s %s %s\n\nOPTIONS:\n", program, c->name, c->summary, program, c->name,
	       c->usage);
	print_options(c->options);
}

static const struct oci_command *find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int set_up_log(const struct global_flags *g)
{
	bool json = g->log_format && strcmp(g->log_format, "json") == 0;
	enum log_format format = json ? LOG_JSON : g->log || g->debug ? LOG_TEXT : LOG_PLAIN;
	int fd = -1;

	if (g->log_format && !json && strcmp(g->log_format, "text") != 0)
		return fail(-EINVAL, "invalid log-format: %s", g->log_format);
	if (g->log && *g->log) {
		int low = open(g->log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

		if (low < 0)
			return fail_errno("open log %s", g->log);
		/* above what --preserve-fds counts */
		fd = fcntl(low, F_DUPFD_CLOEXEC, 100);
		close(low);
	}
	log_setup("hoy-runtime", g->debug ? LOG_DEBUG : LOG_WARNING, format, fd);
	return 0;
}

/*
 * Into the log as its format wants, and, when the log is a file, on stderr as a person wants. Who calls a runtime and reads
 * its stderr by program counts on one line.
 */
static int report(int error, const struct global_flags *g, int code)
{
	const char *hint = isatty(STDERR_FILENO) ? error_hint(error) : NULL;

	log_line(LOG_ERROR, "%s", error_text(error));
	if (g->log)
		fprintf(stderr, "%s\n", error_text(error)); /* as runc: engines put the name of the runtime in front */
	if (hint)
		fprintf(stderr, "hoy-runtime: hint: %s\n", hint);
	return code ? code : EXIT_FAILURE;
}

static char *default_root(void)
{
	const char *dir = process_runtime_dir();

	return xasprintf("%s/hoy-runtime", dir ? dir : "/run");
}

/* -1 in oci->root_fd when there is no directory and none is to be made: then there is no container. */
static int open_root(struct oci *oci, const struct oci_command *c)
{
	int r = state_file_root(oci->root, c->root == OCI_ROOT_MAKE);

	if (r == -ENOENT && !(c == &oci_list && oci->root_given))
		return 0;
	if (r >= 0)
		oci->root_fd = r;
	return r < 0 ? r : 0;
}

static int run_command(struct oci *oci, const struct oci_command *c, struct options_result *words, void *options)
{
	autofd int root = -1;
	int r = 0;

	if (words->arg_count < c->min_args)
		return fail(-EINVAL, "\"%s\" requires %s %u argument(s)", c->name,
			    c->min_args == c->max_args ? "exactly" : "a minimum of", c->min_args);
	if (words->arg_count > c->max_args)
		return fail(-EINVAL, "\"%s\" requires %s %u argument(s)", c->name,
			    c->min_args == c->max_args ? "exactly" : "a maximum of", c->max_args);
	if (c->root != OCI_ROOT_NONE)
		r = open_root(oci, c);
	root = oci->root_fd;
	return r < 0 ? r : c->run(oci, words->args, options);
}

/* A word that is no command: help, or an error. */
static int no_command(const struct global_flags *g, const char *program, char *const *words)
{
	const struct oci_command *about = words[1] ? find(words[1]) : NULL;

	if (strcmp(words[0], "help") != 0 && strcmp(words[0], "h") != 0)
		return report(
			fail_hint(fail(-EINVAL, "No help topic for '%s'", words[0]), "`%s --help` lists the commands", program), g,
			3);
	if (about)
		print_command_help(program, about);
	else
		print_help(program);
	return 0;
}

static bool asks_for_help(const char *word)
{
	return word && (strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0);
}

static int dispatch(struct oci *oci, const struct global_flags *g, const char *program, int argc, char **argv)
{
	const struct oci_command *c = find(argv[0]);
	struct options_result words;
	autofree void *options = NULL;
	int r;

	if (!c)
		return no_command(g, program, argv);
	if (!c->run && !asks_for_help(argv[1]))
		return report(fail(-ENOTSUP, "%s is not supported: hoy-runtime does not use CRIU", argv[0]), g, 0);
	if (c->enters) {
		r = self_protect();
		if (r < 0)
			return report(r, g, c->failure);
	}
	options = xcalloc(1, c->options_size ? c->options_size : 1);
	if (c->defaults)
		memcpy(options, c->defaults, c->options_size);
	r = options_parse(c->options, options, argc - 1, argv + 1, c->interspersed, &words);
	if (r == 0 && words.help)
		print_command_help(program, c);
	else if (r == 0)
		r = run_command(oci, c, &words, options);
	if (r < 0)
		r = report(r, g, c->failure);
	options_release(c->options, options);
	return r;
}

static int check_flags(const struct global_flags *g, struct oci *oci)
{
	const char *manager = g->cgroup_manager;
	bool systemd = manager && strcmp(manager, "systemd") == 0;

	oci->no_cgroup = manager && strcmp(manager, "disabled") == 0;
	if (manager && !systemd && !oci->no_cgroup && strcmp(manager, "cgroupfs") != 0)
		return fail(-EINVAL, "invalid cgroup-manager: %s", manager);
	oci->systemd_cgroup = g->systemd_cgroup || systemd;
	oci->rootless = -1;
	if (g->rootless && strcmp(g->rootless, "auto") != 0) {
		oci->rootless = strcmp(g->rootless, "true") == 0;
		if (!oci->rootless && strcmp(g->rootless, "false") != 0)
			return fail(-EINVAL, "invalid rootless: %s is none of true, false and auto", g->rootless);
	}
	return 0;
}

int oci_main(int argc, char **argv)
{
	const char *program = path_base(argv[0]);
	struct global_flags g = { 0 };
	struct options_result rest;
	autofree char *root = NULL;
	struct oci oci = { .root_fd = -1, .inherited = fd_open_from(3) };
	int r;

	log_setup("hoy-runtime", LOG_WARNING, LOG_PLAIN, -1);
	r = options_parse(global_options, &g, argc - 1, argv + 1, false, &rest);
	if (r == 0)
		r = set_up_log(&g);
	if (r == 0)
		r = check_flags(&g, &oci);
	if (r < 0)
		return report(r, &g, 0);
	if (g.version) {
		printf("%s version " HOY_VERSION "\ncommit: " HOY_VERSION "\nspec: 1.3.0\n", program);
		return 0;
	}
	if (rest.help || rest.arg_count == 0) {
		print_help(program);
		return 0;
	}
	root = g.root ? xstrdup(g.root) : default_root();
	oci.root = root;
	oci.root_given = g.root;
	return dispatch(&oci, &g, program, (int)rest.arg_count, (char **)rest.args);
}
