/* SPDX-License-Identifier: Apache-2.0 */
/* hoy-runtime from its global options to its exit code: see oci/command.h for what a command is. */
#include "base/error.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/memory.h"
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
	&oci_create, &oci_start, &oci_state,  &oci_kill,   &oci_delete, &oci_run,      &oci_exec,   &oci_ps,
	&oci_list,   &oci_pause, &oci_resume, &oci_update, &oci_spec,   &oci_features, &oci_events,
};

struct global_flags {
	const char *root, *log, *log_format, *rootless, *criu;
	bool debug, systemd_cgroup, version;
};

#define AT(member) offsetof(struct global_flags, member)
static const struct option global_options[] = {
	{ 0, "debug", OPTION_BOOL, AT(debug), .help = "enable debug logging" },
	{ 0, "log", OPTION_STRING, AT(log), "value", "set the log file to write hoy-runtime logs to (default is '/dev/stderr')" },
	{ 0, "log-format", OPTION_STRING, AT(log_format), "value", "set the log format ('text' (default), or 'json')", "\"text\"" },
	{ 0, "root", OPTION_STRING, AT(root), "value", "root directory for storage of container state", "\"/run/hoy-runtime\"" },
	{ 0, "systemd-cgroup", OPTION_BOOL, AT(systemd_cgroup), .help = "enable systemd cgroup support" },
	{ 0, "rootless", OPTION_STRING, AT(rootless), "value", "ignore cgroup permission errors ('true', 'false', or 'auto')",
	  "\"auto\"" },
	{ 0, "criu", OPTION_STRING, AT(criu), "value", "(obsoleted; do not use)", .hidden = true },
	{ 'v', "version", OPTION_BOOL, AT(version), .help = "print the version" },
	OPTIONS_END,
};
#undef AT

static void print_options(const struct option *options)
{
	char text[OPTION_TEXT_MAX];

	for (const struct option *o = options; o && o->name; o++)
		if (!o->hidden)
			printf("   %-28s %s%s%s%s\n", option_text(o, text), o->help, o->preset ? " (default: " : "",
			       o->preset ? o->preset : "", o->preset ? ")" : "");
}

static void print_help(void)
{
	puts("NAME:\n   hoy-runtime - Open Container Initiative runtime\n\n"
	     "USAGE:\n   hoy-runtime [global options] command [command options] [arguments...]\n\nCOMMANDS:");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("   %-12s %s\n", commands[i]->name, commands[i]->summary);
	puts("\nGLOBAL OPTIONS:");
	print_options(global_options);
}

static void print_command_help(const struct oci_command *c)
{
	printf("NAME:\n   hoy-runtime %s - %s\n\nUSAGE:\n   hoy-runtime %s %s\n", c->name, c->summary, c->name, c->usage);
	if (c->options) {
		puts("\nOPTIONS:");
		print_options(c->options);
	}
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
	enum log_format format = json ? LOG_JSON : g->log ? LOG_TEXT : LOG_PLAIN;
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

/* Into the log as its format wants, and, when the log is a file, on stderr as a person wants. */
static int report(int error, const struct global_flags *g, int code)
{
	log_failure(error);
	if (g->log) {
		fprintf(stderr, "hoy-runtime: %s\n", error_text(error));
		if (error_hint(error))
			fprintf(stderr, "hoy-runtime: hint: %s\n", error_hint(error));
	}
	return code ? code : EXIT_FAILURE;
}

static char *default_root(void)
{
	const char *runtime_dir = getenv("XDG_RUNTIME_DIR");

	if (geteuid() != 0 && runtime_dir && *runtime_dir == '/')
		return xasprintf("%s/hoy-runtime", runtime_dir);
	return xstrdup("/run/hoy-runtime");
}

static int run_command(struct oci *oci, const struct oci_command *c, struct options_result *words, void *options)
{
	autofd int root = -1;

	if (words->arg_count < c->min_args)
		return fail(-EINVAL, "%s: \"%s\" requires %s %u argument(s)", "hoy-runtime", c->name,
			    c->min_args == c->max_args ? "exactly" : "a minimum of", c->min_args);
	if (words->arg_count > c->max_args)
		return fail(-EINVAL, "hoy-runtime: \"%s\" requires at most %u argument(s)", c->name, c->max_args);
	/* spec and features work anywhere, for anybody */
	if (c->max_args > 0 || c == &oci_list) {
		root = state_file_root(oci->root);
		if (root < 0)
			return root;
	}
	oci->root_fd = root;
	return c->run(oci, words->args, options);
}

static int dispatch(struct oci *oci, const struct global_flags *g, int argc, char **argv)
{
	const struct oci_command *c = find(argv[0]);
	struct options_result words;
	autofree void *options = NULL;
	int r;

	if (!c && (strcmp(argv[0], "checkpoint") == 0 || strcmp(argv[0], "restore") == 0))
		return report(fail(-ENOTSUP, "%s is not supported: hoy-runtime does not use CRIU", argv[0]), g, 0);
	if (!c && strcmp(argv[0], "help") != 0)
		return report(
			fail_hint(fail(-EINVAL, "No help topic for '%s'", argv[0]), "`hoy-runtime --help` lists the commands"), g,
			3);
	if (!c) {
		print_help();
		return 0;
	}
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
		print_command_help(c);
	else if (r == 0)
		r = run_command(oci, c, &words, options);
	if (r < 0)
		r = report(r, g, c->failure);
	options_release(c->options, options);
	return r;
}

int oci_main(int argc, char **argv)
{
	struct global_flags g = { 0 };
	struct options_result rest;
	autofree char *root = NULL;
	struct oci oci = { .root_fd = -1 };
	int r;

	log_setup("hoy-runtime", LOG_WARNING, LOG_PLAIN, -1);
	r = options_parse(global_options, &g, argc - 1, argv + 1, false, &rest);
	if (r == 0)
		r = set_up_log(&g);
	if (r < 0) {
		log_failure(r);
		return EXIT_FAILURE;
	}
	if (g.version) {
		puts("hoy-runtime version " HOY_VERSION "\ncommit: " HOY_VERSION "\nspec: 1.3.0");
		return 0;
	}
	if (rest.help || rest.arg_count == 0) {
		print_help();
		return 0;
	}
	root = g.root ? xstrdup(g.root) : default_root();
	oci.root = root;
	oci.systemd_cgroup = g.systemd_cgroup;
	return dispatch(&oci, &g, (int)rest.arg_count, (char **)rest.args);
}
