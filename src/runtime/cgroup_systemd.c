/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cgroup that systemd makes: a transient scope, delegated to us, which we then use as any other cgroup. What systemd has a
 * property for is told to it, too, so that it knows of it and sets it again when it looks at its units; the values that we
 * write into the files ourselves are the same.
 */
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "kernel/unit.h"
#include "runtime/cgroup_driver.h"
#include "runtime/cgroup_limits.h"
#include "runtime/limits.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CPU_PERIOD 100000 /* microseconds, the kernel's default */
#define LIST_MAX   8192   /* processors, or nodes */

int cgroup_systemd_name(const struct cgroup_options *options, char **ret_slice, char **ret_unit)
{
	autostrv parts = { 0 };
	const char *prefix = "hoy", *name = options->id, *slice = options->user ? "user.slice" : "system.slice";

	if (options->path && *options->path) {
		strv_split(&parts, options->path, ':');
		if (parts.count != 3 || !*parts.items[2])
			return fail(
				-EINVAL,
				"linux.cgroupsPath: expected it to be of format \"slice:prefix:name\" for systemd cgroups, got \"%s\" instead",
				options->path);
		prefix = parts.items[1];
		name = parts.items[2];
		if (*parts.items[0])
			slice = parts.items[0];
	}
	if (strlen(slice) < 7 || strcmp(slice + strlen(slice) - 6, ".slice") != 0 || strchr(slice, '/'))
		return fail(-EINVAL, "linux.cgroupsPath: \"%s\" is no slice", slice);
	*ret_slice = xstrdup(slice);
	*ret_unit = *prefix ? xasprintf("%s-%s.scope", prefix, name) : xasprintf("%s.scope", name);
	return 0;
}

/* ---- properties ---- */

static void put_number(struct buf *out, const char *name, const char *value)
{
	buf_add_format(out, "t %s %s\n", name, strcmp(value, "max") == 0 || *value == '-' ? "18446744073709551615" : value);
}

/* "0-2" as a mask in hexadecimal, its first byte for the numbers 0 to 7. */
static void put_list(struct buf *out, const char *name, const char *list)
{
	const unsigned int bits = 8 * sizeof(unsigned long);
	unsigned long mask[LIST_MAX / (8 * sizeof(unsigned long))] = { 0 };
	size_t bytes = 0;

	if (limits_parse_list(list, LIST_MAX, mask) < 0)
		return; /* the kernel will say so */
	for (size_t n = 0; n < LIST_MAX; n++)
		if (mask[n / bits] >> n % bits & 1)
			bytes = n / 8 + 1;
	buf_add_format(out, "ay %s ", name);
	for (size_t i = 0; i < bytes; i++)
		buf_add_format(out, "%02x", (unsigned int)(mask[i * 8 / bits] >> i * 8 % bits & 0xff));
	buf_add_str(out, "\n");
}

/* systemd counts by the second, in steps of ten milliseconds. */
static void put_quota(struct buf *out, int64_t quota, int64_t period)
{
	uint64_t each = UINT64_MAX;

	if (period <= 0)
		period = CPU_PERIOD;
	if (quota > 0) {
		each = (uint64_t)quota * 1000000 / (uint64_t)period;
		each = (each + 9999) / 10000 * 10000;
	}
	buf_add_format(out, "t CPUQuotaPerSecUSec %" PRIu64 "\n", each);
	if (period != CPU_PERIOD)
		buf_add_format(out, "t CPUQuotaPeriodUSec %" PRId64 "\n", period);
}

/* "8:0 rbps=1000" */
static void put_io(struct buf *out, const char *value)
{
	static const struct {
		const char *key, *property;
	} rows[] = {
		{ " rbps=", "IOReadBandwidthMax" },
		{ " wbps=", "IOWriteBandwidthMax" },
		{ " riops=", "IOReadIOPSMax" },
		{ " wiops=", "IOWriteIOPSMax" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *at = strstr(value, rows[i].key);

		if (at)
			buf_add_format(out, "a(st) %s /dev/block/%.*s %s\n", rows[i].property, (int)(at - value), value,
				       at + strlen(rows[i].key));
	}
}

/* The file that hoy writes, as the property that makes systemd write it. */
static const struct {
	const char *file, *property;
	void (*put)(struct buf *out, const char *name, const char *value);
} numbers[] = {
	{ "memory.max", "MemoryMax", put_number },
	{ "memory.low", "MemoryLow", put_number },
	{ "memory.min", "MemoryMin", put_number },
	{ "memory.high", "MemoryHigh", put_number },
	{ "memory.swap.max", "MemorySwapMax", put_number },
	{ "memory.limit_in_bytes", "MemoryLimit", put_number },
	{ "cpu.weight", "CPUWeight", put_number },
	{ "cpu.shares", "CPUShares", put_number },
	{ "pids.max", "TasksMax", put_number },
	{ "io.weight", "IOWeight", put_number },
	{ "blkio.weight", "BlockIOWeight", put_number },
	{ "cpuset.cpus", "AllowedCPUs", put_list },
	{ "cpuset.mems", "AllowedMemoryNodes", put_list },
};

static void put_value(struct buf *out, const char *file, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (strcmp(numbers[i].file, file) == 0)
			numbers[i].put(out, numbers[i].property, value);
	if (strcmp(file, "io.max") == 0)
		put_io(out, value);
}

int cgroup_systemd_properties(const struct spec_resources *resources, bool v2, struct buf *out)
{
	autocall(cgroup_values_release) struct cgroup_values list = { 0 };
	int64_t quota = 0, period = 0;
	int r = cgroup_limits_list(resources, v2 ? UINT32_MAX : 0, &list);

	for (size_t i = 0; r == 0 && i < list.count; i++) {
		const struct cgroup_value *v = &list.items[i];

		put_value(out, v->file, v->value);
		if (v->other_file)
			put_value(out, v->other_file, v->other_value);
	}
	if (resources->cpu.quota.set)
		quota = resources->cpu.quota.value;
	if (resources->cpu.period.set)
		period = (int64_t)resources->cpu.period.value;
	if (r == 0 && quota)
		put_quota(out, quota, period);
	return r;
}

/* ---- annotations: "org.systemd.property.TimeoutStopUSec": "uint64 5000000", as runc and crun know them ---- */

#define ANNOTATION "org.systemd.property."

static bool is_number(const char *text)
{
	return *text && !text[strspn(text, "0123456789")];
}

/* Text in one kind of quotes, without such or control signs in it; "" is text, too. */
static bool is_quoted(const char *text)
{
	size_t len = strlen(text);

	return len >= 2 && (*text == '\'' || *text == '"') && text[len - 1] == *text && strchr(text + 1, *text) == text + len - 1 &&
	       !strchr(text, '\n');
}

/* Seconds in a property whose name ends in Sec are microseconds in one that ends in USec. */
static bool put_seconds(struct buf *out, const char *name, const char *value)
{
	size_t len = strlen(name);
	const char *number = strncmp(value, "uint64 ", 7) == 0 ? value + 7 : value;

	if (len < 4 || strcmp(name + len - 3, "Sec") != 0 || name[len - 4] == 'U' || !is_number(number) || strlen(number) > 12)
		return false;
	buf_add_format(out, "t %.*sUSec %s000000\n", (int)len - 3, name, number);
	return true;
}

int cgroup_systemd_annotation(const char *key, const char *value, struct buf *out)
{
	const char *name = key + strlen(ANNOTATION);
	static const struct {
		const char *prefix, *type;
	} numbered[] = { { "uint64 ", "t" }, { "uint32 ", "u" }, { "int32 ", "i" }, { "", "i" } };

	if (*name < 'A' || *name > 'Z' || name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")])
		return fail(-EINVAL, "annotations.%s: it names no property", key);
	if (put_seconds(out, name, value))
		return 0;
	if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0) {
		buf_add_format(out, "b %s %d\n", name, *value == 't');
		return 0;
	}
	if (is_quoted(value)) {
		buf_add_format(out, "s %s %.*s\n", name, (int)strlen(value) - 2, value + 1);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(numbered); i++)
		if (strncmp(value, numbered[i].prefix, strlen(numbered[i].prefix)) == 0 &&
		    is_number(value + strlen(numbered[i].prefix))) {
			buf_add_format(out, "%s %s %s\n", numbered[i].type, name, value + strlen(numbered[i].prefix));
			return 0;
		}
	return fail(-EINVAL, "annotations.%s: '%s' is neither a number, a text in quotes, true nor false", key, value);
}

static int put_annotations(const struct spec_pairs *annotations, struct buf *out)
{
	int r = 0;

	for (size_t i = 0; annotations && r == 0 && i < annotations->count; i++)
		if (strncmp(annotations->items[i].key, ANNOTATION, strlen(ANNOTATION)) == 0)
			r = cgroup_systemd_annotation(annotations->items[i].key, annotations->items[i].value, out);
	return r;
}

int cgroup_systemd_start(struct cgroup *c, const struct cgroup_options *options, const char *slice,
			 const struct spec_resources *resources, char **ret_cgroup)
{
	autobuf text = BUF_INIT;
	int r;

	buf_add_format(&text, "s Description hoy container %s\ns Slice %s\n", options->id, slice);
	buf_add_str(&text, "b Delegate 1\nb DefaultDependencies 0\nb CPUAccounting 1\nb MemoryAccounting 1\n"
			   "b TasksAccounting 1\nb IOAccounting 1\n");
	r = cgroup_systemd_properties(resources, c->pure, &text);
	if (r == 0)
		r = put_annotations(options->annotations, &text);
	return r < 0 ? r : sys_unit_start("a cgroup by systemd", c->unit, text.data, &c->keeper, ret_cgroup);
}

int cgroup_systemd_update(const struct cgroup *c, const struct spec_resources *resources)
{
	autobuf text = BUF_INIT;
	int r = cgroup_systemd_properties(resources, c->pure, &text);

	return r < 0 || !text.len ? r : sys_unit_set("systemd knows the new limits", c->unit, text.data);
}
