/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/intel_rdt.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"
#include "kernel/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/vfs.h>

#define MOUNT_POINT    "/sys/fs/resctrl"
#define RESCTRL_MAGIC  0x7655821 /* RDTGROUP_SUPER_MAGIC */
#define SCHEMATA_MAX   (64 << 10)
#define SCHEMATA_LINES 64

int intel_rdt_root(const char **ret)
{
	struct statfs fs;

	if (statfs(MOUNT_POINT, &fs) < 0 || fs.f_type != RESCTRL_MAGIC)
		return fail_hint(fail(-ENODEV, "linux.intelRdt: no resctrl file system is mounted at " MOUNT_POINT),
				 "where processor and kernel have it: mount -t resctrl resctrl " MOUNT_POINT);
	*ret = MOUNT_POINT;
	return 0;
}

void intel_rdt_plan(const struct spec_intel_rdt *spec, const char *root, const char *id, struct intel_rdt *ret)
{
	const char *clos = spec->clos_id;

	ret->group_is_own = !clos;
	/* "/" is the default class */
	ret->group = !clos ? path_join(root, id) : strcmp(clos, "/") == 0 ? xstrdup(root) : path_join(root, clos);
	if (spec->enable_monitoring) {
		autofree char *groups = path_join(ret->group, "mon_groups");

		ret->monitor = path_join(groups, id);
	}
}

/* ---- schemata ---- */

/* The lines that the spec wants, in the standard's order; pointers into it. */
static size_t wanted(const struct spec_intel_rdt *spec, const char *ret[SCHEMATA_LINES])
{
	size_t count = 0;

	if (spec->l3_cache_schema && *spec->l3_cache_schema)
		ret[count++] = spec->l3_cache_schema;
	if (spec->mem_bw_schema && *spec->mem_bw_schema)
		ret[count++] = spec->mem_bw_schema;
	for (size_t i = 0; i < spec->schemata.count && count < SCHEMATA_LINES; i++)
		ret[count++] = spec->schemata.items[i];
	return count;
}

static const char *skip(const char *p, const char *signs)
{
	return p + strspn(p, signs);
}

/* The value of a domain "ID=VALUE" of @len bytes without padding; *@ret_id is its number. NULL when it is none. */
static const char *domain_value(const char *domain, size_t len, unsigned long *ret_id, size_t *ret_len)
{
	const char *equals = memchr(domain, '=', len), *value;

	if (!equals)
		return NULL;
	*ret_id = strtoul(domain, NULL, 10);
	for (value = equals + 1; value < domain + len - 1 && (*value == ' ' || *value == '0'); value++)
		;
	*ret_len = (size_t)(domain + len - value);
	return value;
}

/* Whether a domain is among @domains ("0=7f;1=7f" up to the line's end), with the same value. */
static bool has_domain(const char *domains, const char *domain, size_t len)
{
	unsigned long id, own_id;
	size_t value_len, own_len, n;
	const char *value = domain_value(domain, len, &id, &value_len);

	for (const char *p = domains; value && *p && *p != '\n'; p += n + (p[n] == ';')) {
		const char *own;

		n = strcspn(p, ";\n");
		own = domain_value(p, n, &own_id, &own_len);
		if (own && own_id == id)
			return own_len == value_len && strncasecmp(own, value, own_len) == 0;
	}
	return false;
}

/* Whether the text of a schemata file says what @line ("L3:0=7f;1=3") wants; other domains may be what they are. */
static bool says(const char *text, const char *line)
{
	size_t name = strcspn(line, ":");

	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n') {
		const char *own = skip(p, " \t");

		if (strncmp(own, line, name) != 0 || own[name] != ':')
			continue;
		for (const char *domain = line + name + 1; *domain;) {
			size_t len = strcspn(domain, ";");

			if (!has_domain(own + name + 1, domain, len))
				return false;
			domain += len + (domain[len] == ';');
		}
		return true;
	}
	return false;
}

static int check_schemata(const char *group, const char *const *lines, size_t count)
{
	autofree char *path = path_join(group, "schemata");
	autobuf text = BUF_INIT;
	int r = file_read(AT_FDCWD, path, SCHEMATA_MAX, &text);

	if (r < 0)
		return r == -ENOENT ? fail_code(r, "linux.intelRdt: open %s", path) : r;
	for (size_t i = 0; i < count; i++)
		if (!says(text.data, lines[i]))
			return fail(-EINVAL, "linux.intelRdt.closID: %s exists and has other schemata than %s", group, lines[i]);
	return 0;
}

static int write_schemata(const char *group, const char *const *lines, size_t count)
{
	autofree char *path = path_join(group, "schemata");
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		autofree char *line = xasprintf("%s\n", lines[i]);

		r = sys_write("its share of caches and bandwidth", AT_FDCWD, path, path, line);
	}
	return r < 0 ? fail_while(r, "linux.intelRdt") : 0;
}

/* ---- groups ---- */

/* 0 when it was made, 1 when it was there. */
static int make_directory(const char *why, const char *path)
{
	int r = sys_mkdir(why, AT_FDCWD, path, path, 0755);

	if (r == -EEXIST)
		return 1;
	return r < 0 ? fail_while(r, "linux.intelRdt") : 0;
}

static int make_group(const struct spec_intel_rdt *spec, struct intel_rdt *rdt)
{
	const char *lines[SCHEMATA_LINES];
	size_t count = wanted(spec, lines);
	int r;

	/* the default class is there, and one without schemata is to be */
	if (spec->clos_id && (count == 0 || strcmp(spec->clos_id, "/") == 0)) {
		if (access(rdt->group, F_OK) < 0)
			return fail_errno("linux.intelRdt.closID: %s", rdt->group);
		return check_schemata(rdt->group, lines, count);
	}
	r = make_directory("a class of service", rdt->group);
	if (r < 0)
		return r;
	rdt->group_made = r == 0;
	if (r == 1 && rdt->group_is_own)
		return fail(-EEXIST, "linux.intelRdt: %s exists already", rdt->group);
	return r == 1 ? check_schemata(rdt->group, lines, count) : write_schemata(rdt->group, lines, count);
}

int intel_rdt_make(const struct spec_intel_rdt *spec, struct intel_rdt *rdt)
{
	int r = make_group(spec, rdt);

	if (r == 0 && rdt->monitor) {
		r = make_directory("counted apart from others of its class", rdt->monitor);
		if (r == 1)
			r = fail(-EEXIST, "linux.intelRdt.enableMonitoring: %s exists already", rdt->monitor);
		else
			rdt->monitor_made = r == 0;
	}
	if (r < 0) {
		struct error_record words;

		error_pack(r, &words);
		intel_rdt_undo(rdt);
		r = error_unpack(&words);
	}
	return r;
}

static int enter(const char *group)
{
	autofree char *path = path_join(group, "tasks");
	int r = sys_write("its processes belong there", AT_FDCWD, path, path, "0");

	return r < 0 ? fail_while(r, "linux.intelRdt") : 0;
}

int intel_rdt_enter(const struct intel_rdt *rdt)
{
	int r = rdt->group ? enter(rdt->group) : 0;

	return r == 0 && rdt->monitor ? enter(rdt->monitor) : r;
}

int intel_rdt_update(const struct intel_rdt *rdt, const char *l3_cache, const char *mem_bw)
{
	const char *lines[2];
	size_t count = 0;

	if (l3_cache)
		lines[count++] = l3_cache;
	if (mem_bw)
		lines[count++] = mem_bw;
	return write_schemata(rdt->group, lines, count);
}

/* The kernel moves who is left in a group to its parent. */
static int remove_group(const char *path)
{
	return sys_rmdir("nothing is left of it", AT_FDCWD, path, path);
}

void intel_rdt_undo(const struct intel_rdt *rdt)
{
	if (rdt->monitor_made)
		(void)remove_group(rdt->monitor);
	if (rdt->group_made)
		(void)remove_group(rdt->group);
}

int intel_rdt_remove(const struct intel_rdt *rdt)
{
	int r = rdt->monitor ? remove_group(rdt->monitor) : 0;

	return r == 0 && rdt->group_is_own ? remove_group(rdt->group) : r;
}

void intel_rdt_release(struct intel_rdt *rdt)
{
	free(rdt->group);
	free(rdt->monitor);
	*rdt = (struct intel_rdt){ 0 };
}
