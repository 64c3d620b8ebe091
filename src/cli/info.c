/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/file.h"
#include "base/number.h"
#include "cli/command.h"
#include "cli/format.h"
#include "image/platform.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/vfs.h>

#define OS_RELEASE_MAX (64 << 10)

struct info_flags {
	const char *format;
};

static const struct option info_table[] = {
	{ 'f', "format", OPTION_STRING, offsetof(struct info_flags, format), "string",
	  "Print in this format: \"json\", or a template such as {{.CgroupVersion}}" },
	OPTIONS_END,
};

/* Entries of a directory of the store; a store that was never used has none. */
static int64_t count_entries(const char *root, const char *name)
{
	autobuf path = BUF_INIT;
	autodir DIR *dir = NULL;
	struct dirent *entry;
	int64_t n = 0;

	buf_add_format(&path, "%s/%s", root, name);
	dir = opendir(path.data);
	while (dir && (entry = readdir(dir)))
		n += entry->d_name[0] != '.';
	return n;
}

/* PRETTY_NAME of os-release(5), or "Linux". */
static void os_name(struct buf *ret)
{
	autobuf text = BUF_INIT;
	const char *line;
	size_t len;

	buf_clear(ret);
	if (file_read(AT_FDCWD, "/etc/os-release", OS_RELEASE_MAX, &text) < 0)
		error_clear();
	line = strstr(text.data, "PRETTY_NAME=");
	if (line)
		line += strlen("PRETTY_NAME=");
	len = line ? strcspn(line + (*line == '"'), "\"\n") : 0;
	if (len)
		buf_add(ret, line + (*line == '"'), len);
	else
		buf_add_str(ret, "Linux");
}

static const char *cgroup_version(void)
{
	struct statfs fs;

	return statfs("/sys/fs/cgroup", &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC ? "2" : "1";
}

static void fill(const struct cli *cli, struct buf *out)
{
	struct utsname kernel = { 0 };
	struct platform platform;
	struct sysinfo memory;
	autobuf os = BUF_INIT;
	struct json_writer w;

	uname(&kernel);
	sysinfo(&memory);
	platform_host(&platform);
	os_name(&os);
	json_writer_init(&w, out, false);
	json_begin_object(&w, NULL);
	json_put_i64(&w, "Containers", count_entries(cli->root, "containers"));
	json_put_i64(&w, "Images", count_entries(cli->root, "images"));
	json_put_str(&w, "ServerVersion", HOY_VERSION);
	json_put_str(&w, "Driver", "overlay");
	json_put_str(&w, "CgroupDriver", "cgroupfs");
	json_put_str(&w, "CgroupVersion", cgroup_version());
	json_put_str(&w, "KernelVersion", kernel.release);
	json_put_str(&w, "OperatingSystem", os.data);
	json_put_str(&w, "OSType", platform.os);
	json_put_str(&w, "Architecture", kernel.machine);
	json_put_i64(&w, "NCPU", sysconf(_SC_NPROCESSORS_ONLN));
	json_put_i64(&w, "MemTotal", (int64_t)memory.totalram * memory.mem_unit);
	json_put_str(&w, "Name", kernel.nodename);
	json_put_str(&w, "DockerRootDir", cli->root);
	json_end_object(&w);
}

/* The members that people read, in Docker's order and words. */
static void print_lines(struct json_object *info)
{
	static const struct {
		const char *label, *key;
	} lines[] = {
		{ "Containers", "Containers" },
		{ "Images", "Images" },
		{ "Server Version", "ServerVersion" },
		{ "Storage Driver", "Driver" },
		{ "Cgroup Driver", "CgroupDriver" },
		{ "Cgroup Version", "CgroupVersion" },
		{ "Kernel Version", "KernelVersion" },
		{ "Operating System", "OperatingSystem" },
		{ "OSType", "OSType" },
		{ "Architecture", "Architecture" },
		{ "CPUs", "NCPU" },
		{ "Name", "Name" },
		{ "Root Dir", "DockerRootDir" },
	};
	char text[NUMBER_TEXT_MAX];

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		printf("%s: %s\n", lines[i].label, json_object_get_string(json_get(info, lines[i].key)));
	printf("Total Memory: %s\n", number_size_1024((uint64_t)json_object_get_int64(json_get(info, "MemTotal")), text));
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
	.manual = "Shows how many containers and images there are, where they lie, and what hoy sees of the machine.\n",
	.options = info_table,
	.options_size = sizeof(struct info_flags),
	.interspersed = true,
	.run = info_run,
};
