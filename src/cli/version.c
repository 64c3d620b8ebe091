/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "cli/command.h"
#include "cli/format.h"
#include "image/platform.h"

#include <stdio.h>
#include <sys/utsname.h>

struct version_flags {
	const char *format;
};

static const struct option version_table[] = {
	{ 'f', "format", OPTION_STRING, offsetof(struct version_flags, format), "string",
	  "Print in this format: \"json\", or a template such as {{.Client.Version}}" },
	OPTIONS_END,
};

/* The standards it was written to. */
static const struct {
	const char *name, *version;
} specifications[] = {
	{ "runtime-spec", "1.3.0" },
	{ "image-spec", "1.1.1" },
	{ "distribution-spec", "1.1.1" },
};

static void put_machine(struct json_writer *w, const struct platform *platform, const char *kernel)
{
	json_put_str(w, "Os", platform->os);
	json_put_str(w, "Arch", platform->architecture);
	json_put_str(w, "KernelVersion", kernel);
}

static void fill_client(struct json_writer *w, const struct platform *platform, const char *kernel)
{
	json_begin_object(w, "Client");
	json_put_str(w, "Version", HOY_VERSION);
	put_machine(w, platform, kernel);
	json_put_str(w, "Context", "default");
	json_end_object(w);
}

/*
 * There is no daemon: what Docker calls client and server is one program. The versions of its API and of the language it is written
 * in are nothing that hoy has.
 */
static void fill_server(struct json_writer *w, const struct platform *platform, const char *kernel)
{
	json_begin_object(w, "Server");
	json_begin_object(w, "Platform");
	json_put_str(w, "Name", "hoy");
	json_end_object(w);
	json_put_str(w, "Version", HOY_VERSION);
	put_machine(w, platform, kernel);
	json_put_bool(w, "Experimental", false);
	json_begin_array(w, "Components");
	json_begin_object(w, NULL);
	json_put_str(w, "Name", "Engine");
	json_put_str(w, "Version", HOY_VERSION);
	json_begin_object(w, "Details");
	put_machine(w, platform, kernel);
	json_put_str(w, "Experimental", "false");
	json_end_object(w);
	json_end_object(w);
	for (size_t i = 0; i < ARRAY_SIZE(specifications); i++) {
		json_begin_object(w, NULL);
		json_put_str(w, "Name", specifications[i].name);
		json_put_str(w, "Version", specifications[i].version);
		json_end_object(w);
	}
	json_end_array(w);
	json_end_object(w);
}

static int version_run(const struct cli *cli, void *options)
{
	const struct version_flags *flags = options;
	autojson struct json_object *value = NULL;
	struct utsname kernel = { 0 };
	struct platform platform;
	autobuf text = BUF_INIT;
	struct json_writer w;
	int r;

	(void)cli;
	uname(&kernel);
	platform_host(&platform);
	if (!flags->format) {
		printf("hoy:\n Version:    %s\n OS/Arch:    %s/%s\n Kernel:     %s\n OCI:       ", HOY_VERSION, platform.os,
		       platform.architecture, kernel.release);
		for (size_t i = 0; i < ARRAY_SIZE(specifications); i++)
			printf("%s %s %s", i ? "," : "", specifications[i].name, specifications[i].version);
		putchar('\n');
		return 0;
	}
	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	fill_client(&w, &platform, kernel.release);
	fill_server(&w, &platform, kernel.release);
	json_end_object(&w);
	r = json_parse(text.data, text.len, "version", &value);
	return r < 0 ? r : format_print_value(flags->format, value, stdout);
}

const struct command command_version = {
	.name = "version",
	.usage = "[OPTIONS]",
	.summary = "Show the version information",
	.manual =
		"Shows the version of hoy, and the platform and the kernel it runs on. Scripts that ask Docker for the version of its "
		"client or of its server get that of hoy: they are one program.\n",
	.options = version_table,
	.options_size = sizeof(struct version_flags),
	.interspersed = true,
	.run = version_run,
};
