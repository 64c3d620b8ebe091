/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/format.h"
#include "cli/machine.h"
#include "container/brief.h"
#include "container/cdi_files.h"
#include "image/auth.h"
#include "image/catalog.h"
#include "image/digest.h"
#include "network/network.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define UUID_MAX 37

struct info_flags {
	const char *format;
};

static const struct option info_table[] = {
	{ 'f', "format", OPTION_STRING, offsetof(struct info_flags, format), "string",
	  "Print in this format: \"json\", or a template such as {{.CgroupVersion}}" },
	OPTIONS_END,
};

struct counts {
	int64_t all, running, paused, stopped, images;
};

static int count(struct brief *b, void *data)
{
	struct counts *c = data;

	c->all++;
	c->running += b->state.status == STATUS_RUNNING || b->state.status == STATUS_RESTARTING;
	c->paused += b->state.status == STATUS_PAUSED;
	c->stopped += b->state.status == STATUS_CREATED || b->state.status == STATUS_EXITED || b->state.status == STATUS_DEAD;
	return 0;
}

/* Several names may stand for one image. */
static int64_t count_images(const struct store *s)
{
	autocatalog all = { 0 };
	int64_t n = 0;

	if (catalog_list(s, &all) < 0)
		error_clear();
	for (size_t i = 0; i < all.count; i++) {
		size_t k = 0;

		while (k < i && strcmp(all.items[k].id, all.items[i].id) != 0)
			k++;
		n += k == i;
	}
	return n;
}

/* A store that was never used has nothing, and is not made by looking at it. */
static void read_counts(const struct cli *cli, struct counts *ret)
{
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;

	if (access(cli->root, F_OK) < 0)
		return;
	if (store_open(cli->root, &store) == 0 && home_open(store, cli->runroot, &home) == 0) {
		(void)brief_each(home, false, count, ret);
		ret->images = count_images(store);
	}
	error_clear();
}

static void put_plugins(struct json_writer *w)
{
	json_begin_object(w, "Plugins");
	json_begin_array(w, "Volume");
	json_put_str(w, NULL, "local");
	json_end_array(w);
	json_begin_array(w, "Network");
	for (int i = 0; i < NETWORK_DRIVER_COUNT; i++)
		json_put_str(w, NULL, network_driver_name((enum network_driver)i));
	json_end_array(w);
	json_put_null(w, "Authorization");
	json_begin_array(w, "Log");
	json_put_str(w, NULL, "json-file");
	json_put_str(w, NULL, "journald");
	json_put_str(w, NULL, "none");
	json_end_array(w);
	json_end_object(w);
}

static void put_store(const struct cli *cli, struct json_writer *w)
{
	json_put_str(w, "Driver", "overlay");
	json_begin_array(w, "DriverStatus");
	json_begin_array(w, NULL);
	json_put_str(w, NULL, "Backing Filesystem");
	json_put_str(w, NULL, machine_filesystem(access(cli->root, F_OK) == 0 ? cli->root : "/var/lib"));
	json_end_array(w);
	json_end_array(w);
	json_put_str(w, "DockerRootDir", cli->root);
	json_put_str(w, "RunRootDir", cli->runroot);
}

static void put_proxy(struct json_writer *w, const char *key, const char *upper, const char *lower)
{
	const char *value = getenv(lower) ? getenv(lower) : getenv(upper);

	json_put_str(w, key, value ? value : "");
}

static void put_runtime(struct json_writer *w)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

	path[n > 0 ? n : 0] = '\0';
	json_begin_object(w, "Runtimes");
	json_begin_object(w, "hoy");
	json_put_str(w, "path", path); /* one binary under two names */
	json_end_object(w);
	json_end_object(w);
	json_put_str(w, "DefaultRuntime", "hoy");
	json_put_str(w, "InitBinary", "hoy-init");
}

/*
 * Docker's number of a daemon: here of the store on this machine, by machine-id(5), which is not to be told itself. A machine
 * without one has none.
 */
static void put_id(const struct cli *cli, struct json_writer *w)
{
	autofree char *machine = NULL, *text = NULL;
	char digest[DIGEST_MAX], id[UUID_MAX];

	if (file_read_line(AT_FDCWD, "/etc/machine-id", &machine) < 0)
		error_clear();
	text = xasprintf("hoy %s %s", machine ? machine : "", cli->root);
	digest_of(text, strlen(text), digest);
	snprintf(id, sizeof id, "%.8s-%.4s-%.4s-%.4s-%.12s", digest + 7, digest + 15, digest + 19, digest + 23, digest + 27);
	json_put_str(w, "ID", machine && *machine ? id : "");
}

/* Whom images come from when their name does not say it, and who may be asked without TLS. */
static void put_registries(struct json_writer *w)
{
	json_put_str(w, "IndexServerAddress", AUTH_HUB_KEY);
	json_begin_object(w, "RegistryConfig");
	json_put_raw(w, "IndexConfigs",
		     "{\"docker.io\":{\"Mirrors\":[],\"Name\":\"docker.io\",\"Official\":true,\"Secure\":true}}");
	json_put_raw(w, "InsecureRegistryCIDRs", "[\"127.0.0.0/8\",\"::1/128\"]");
	json_put_raw(w, "Mirrors", "[]");
	json_end_object(w);
}

/* What scripts look at before they do something that needs a daemon of Docker's: there is no swarm, and nothing to restart. */
static void put_daemon(const struct cli *cli, struct json_writer *w)
{
	json_put_null(w, "GenericResources");
	json_put_raw(w, "Labels", "[]");
	json_put_bool(w, "ExperimentalBuild", false);
	json_put_raw(w, "Swarm",
		     "{\"NodeID\":\"\",\"NodeAddr\":\"\",\"LocalNodeState\":\"inactive\",\"ControlAvailable\":false,\"Error\":\"\","
		     "\"RemoteManagers\":null}");
	json_put_bool(w, "LiveRestoreEnabled", true);
	json_put_str(w, "Isolation", "");
	json_put_raw(w, "FirewallBackend", "{\"Driver\":\"nftables\"}");
	json_begin_array(w, "CDISpecDirs");
	for (size_t i = 0; i < CDI_DIRECTORIES; i++)
		json_put_str(w, NULL, cdi_directories[i]);
	json_end_array(w);
	json_begin_object(w, "ClientInfo");
	json_put_bool(w, "Debug", cli->debug);
	json_put_str(w, "Version", HOY_VERSION);
	json_put_str(w, "Context", "default");
	json_put_raw(w, "Plugins", "[]");
	json_put_null(w, "Warnings");
	json_end_object(w);
}

static void fill(const struct cli *cli, struct buf *out)
{
	struct counts counts = { 0 };
	struct json_writer w;

	read_counts(cli, &counts);
	json_writer_init(&w, out, false);
	json_begin_object(&w, NULL);
	put_id(cli, &w);
	json_put_i64(&w, "Containers", counts.all);
	json_put_i64(&w, "ContainersRunning", counts.running);
	json_put_i64(&w, "ContainersPaused", counts.paused);
	json_put_i64(&w, "ContainersStopped", counts.stopped);
	json_put_i64(&w, "Images", counts.images);
	json_put_str(&w, "ServerVersion", HOY_VERSION);
	put_store(cli, &w);
	put_plugins(&w);
	json_put_str(&w, "LoggingDriver", "json-file");
	machine_put(&w);
	put_runtime(&w);
	json_put_bool(&w, "Debug", cli->debug);
	put_proxy(&w, "HttpProxy", "HTTP_PROXY", "http_proxy");
	put_proxy(&w, "HttpsProxy", "HTTPS_PROXY", "https_proxy");
	put_proxy(&w, "NoProxy", "NO_PROXY", "no_proxy");
	put_registries(&w);
	put_daemon(cli, &w);
	json_begin_array(&w, "Warnings");
	machine_put_warnings(&w);
	json_end_array(&w);
	json_end_object(&w);
}

static void print_list(const char *label, struct json_object *list)
{
	printf(" %s:", label);
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		printf(" %s", json_object_get_string(json_object_array_get_idx(list, i)));
	putchar('\n');
}

/* The members that people read, in Docker's order and words. */
static void print_lines(struct json_object *info)
{
	static const struct {
		const char *label, *key;
	} lines[] = {
		{ "Containers", "Containers" },
		{ " Running", "ContainersRunning" },
		{ " Paused", "ContainersPaused" },
		{ " Stopped", "ContainersStopped" },
		{ "Images", "Images" },
		{ "Server Version", "ServerVersion" },
		{ "Storage Driver", "Driver" },
		{ "Logging Driver", "LoggingDriver" },
		{ "Cgroup Driver", "CgroupDriver" },
		{ "Cgroup Version", "CgroupVersion" },
		{ "Default Runtime", "DefaultRuntime" },
		{ "Init Binary", "InitBinary" },
		{ "Kernel Version", "KernelVersion" },
		{ "Operating System", "OperatingSystem" },
		{ "OSType", "OSType" },
		{ "Architecture", "Architecture" },
		{ "CPUs", "NCPU" },
		{ "Name", "Name" },
		{ "ID", "ID" },
		{ "Root Dir", "DockerRootDir" },
		{ "Run Root Dir", "RunRootDir" },
	};
	struct json_object *plugins = json_get(info, "Plugins"), *warnings = json_get(info, "Warnings");
	char text[NUMBER_TEXT_MAX];

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		printf("%s: %s\n", lines[i].label, json_object_get_string(json_get(info, lines[i].key)));
	printf("Total Memory: %s\n", number_size_1024((uint64_t)json_object_get_int64(json_get(info, "MemTotal")), text));
	puts("Plugins:");
	print_list("Volume", json_get(plugins, "Volume"));
	print_list("Network", json_get(plugins, "Network"));
	print_list("Log", json_get(plugins, "Log"));
	puts("Security Options:");
	for (size_t i = 0; i < json_object_array_length(json_get(info, "SecurityOptions")); i++)
		printf(" %s\n", json_object_get_string(json_object_array_get_idx(json_get(info, "SecurityOptions"), i)));
	for (size_t i = 0; i < json_object_array_length(warnings); i++)
		fprintf(stderr, "%s\n", json_object_get_string(json_object_array_get_idx(warnings, i)));
}

static int info_run(const struct cli *cli, void *options)
{
	const struct info_flags *flags = options;
	autojson struct json_object *info = NULL;
	autobuf text = BUF_INIT;
	int r;

	fill(cli, &text);
	r = json_parse(text.data, text.len, "info", &info);
	if (r < 0)
		return r;
	if (!flags->format) {
		print_lines(info);
		return 0;
	}
	return format_print_value(flags->format, info, stdout);
}

const struct command command_info = {
	.name = "info",
	.usage = "[OPTIONS]",
	.summary = "Display system-wide information",
	.manual =
		"Shows how many containers and images there are, where they lie, and what hoy sees of the machine; and warns of what\n"
		"will not work on it.\n",
	.options = info_table,
	.options_size = sizeof(struct info_flags),
	.interspersed = true,
	.run = info_run,
};
