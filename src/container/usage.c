/* SPDX-License-Identifier: Apache-2.0 */
#include "container/usage.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "runtime/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

#define NET_MAX (1 << 20)

enum { RECEIVED, SENT = 8 }; /* columns of /proc/PID/net/dev */

/* Two lines of headings, and then "  eth0: BYTES PACKETS 6 MORE BYTES …", received before sent. */
void usage_parse_net(const char *text, uint64_t *ret_received, uint64_t *ret_sent)
{
	*ret_received = *ret_sent = 0;
	for (const char *line = text; line && *line; line = strchr(line, '\n'), line += line ? 1 : 0) {
		const char *name = line + strspn(line, " "), *colon = strpbrk(name, ":\n");
		uint64_t columns[SENT + 1];
		size_t n = 0;

		if (!colon || *colon != ':' || strncmp(name, "lo:", 3) == 0)
			continue;
		for (const char *p = colon + 1; n < ARRAY_SIZE(columns); n++) {
			p += strspn(p, " ");
			if (number_take(&p, 10, &columns[n]) < 0)
				break;
		}
		if (n < ARRAY_SIZE(columns))
			continue;
		*ret_received += columns[RECEIVED];
		*ret_sent += columns[SENT];
	}
}

/* A container in the host's network has no traffic of its own. */
static bool shares_network(pid_t pid)
{
	char path[40];
	struct stat own, its;

	snprintf(path, sizeof path, "/proc/%d/ns/net", (int)pid);
	return stat("/proc/self/ns/net", &own) < 0 || stat(path, &its) < 0 || own.st_ino == its.st_ino;
}

static void read_net(pid_t pid, struct usage *u)
{
	autobuf text = BUF_INIT;
	char path[40];

	snprintf(path, sizeof path, "/proc/%d/net/dev", (int)pid);
	if (shares_network(pid))
		return;
	if (file_read(AT_FDCWD, path, NET_MAX, &text) < 0)
		error_clear();
	usage_parse_net(text.data, &u->received, &u->sent);
}

/* Absent numbers are UINT64_MAX in cgroup_stats. */
static uint64_t known(uint64_t value)
{
	return value == UINT64_MAX ? 0 : value;
}

static uint64_t machine_memory(void)
{
	struct sysinfo info;

	return sysinfo(&info) == 0 ? (uint64_t)info.totalram * info.mem_unit : 0;
}

int usage_read(const struct record *r, const struct state *s, struct usage *ret)
{
	struct cgroup_options options = { .path = r->cgroup, .id = r->id };
	struct usage u = { .when = clock_monotonic(), .limit = machine_memory() };
	struct cgroup *cgroup = NULL;
	struct cgroup_stats stats;
	uint64_t cache;
	int e;

	if (s->pid <= 0)
		return -ESRCH;
	e = cgroup_find(&options, &cgroup);
	if (e == 0)
		e = cgroup_stats(cgroup, &stats);
	cgroup_free(&cgroup);
	if (e < 0)
		return e == -ENOENT ? -ESRCH : e;
	u.cpu = known(stats.cpu_usage_ns);
	u.memory = known(stats.memory_usage);
	cache = known(stats.memory_cache);
	if (cache < u.memory)
		u.memory -= cache;
	if (stats.memory_limit < u.limit)
		u.limit = stats.memory_limit;
	u.pids = known(stats.pids);
	u.read = known(stats.io_read_bytes);
	u.written = known(stats.io_write_bytes);
	read_net(s->pid, &u);
	*ret = u;
	return 0;
}
