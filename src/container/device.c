/* SPDX-License-Identifier: Apache-2.0 */
#include "container/device.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define DEPTH_MAX 8
#define GATHERING "error gathering device information while adding custom device \"%s\""

void device_rule_add(struct spec_device_rules *rules, bool allow, char type, int64_t major, int64_t minor, const char *access)
{
	struct spec_device_rule *r = spec_grow(rules);

	*r = (struct spec_device_rule){ .allow = allow, .type = type };
	if (major >= 0)
		r->major = (struct opt_i64){ true, major };
	if (minor >= 0)
		r->minor = (struct opt_i64){ true, minor };
	snprintf(r->access, sizeof r->access, "%s", access);
}

static void add_device(struct spec_devices *devices, const char *path, const struct stat *st)
{
	struct spec_device *d = spec_grow(devices);

	*d = (struct spec_device){
		.path = xstrdup(path),
		.type = S_ISBLK(st->st_mode) ? 'b' : 'c',
		.major = major(st->st_rdev),
		.minor = minor(st->st_rdev),
		.file_mode = { true, st->st_mode & 07777 },
		.uid = { true, st->st_uid },
		.gid = { true, st->st_gid },
	};
}

struct walk {
	struct spec_devices *devices;
	struct spec_device_rules *rules; /* NULL: one rule for all was made */
	const char *access;
	bool whole; /* of /dev: what the container has of its own is left out */
};

/* What a container has itself, or what is no device of the host. */
static bool is_own(const char *name)
{
	static const char *const own[] = { "pts", "shm", "fd", "mqueue", "console", "ptmx", ".lxc", ".lxd-mounts", ".udev" };

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		if (strcmp(name, own[i]) == 0)
			return true;
	return false;
}

/* @source is walked on the host, @target is what it is called in the container. Symlinks below it are not followed. */
static int walk_devices(const struct walk *w, int dirfd, const char *source, const char *target, unsigned int level)
{
	autofd int fd = openat(dirfd, source, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	autodir DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *e;
	int here = fd;

	if (!dir)
		return errno == ENOENT ? 0 : fail_errno("open %s", target);
	take_fd(&fd);
	while ((e = readdir(dir))) {
		autofree char *path = path_join(target, e->d_name);
		struct stat st;
		int r = 0;

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || (w->whole && level == 0 && is_own(e->d_name)))
			continue;
		if (fstatat(here, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue; /* it went while we looked */
		if (S_ISDIR(st.st_mode) && level < DEPTH_MAX)
			r = walk_devices(w, here, e->d_name, path, level + 1);
		else if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
			add_device(w->devices, path, &st);
		else
			continue;
		if (r < 0)
			return r;
		if (w->rules && !S_ISDIR(st.st_mode))
			device_rule_add(w->rules, true, S_ISBLK(st.st_mode) ? 'b' : 'c', major(st.st_rdev), minor(st.st_rdev),
					w->access);
	}
	return 0;
}

bool device_is_cdi(const char *option)
{
	const char *slash = strchr(option, '/'), *equals = strchr(option, '=');

	return isalnum((unsigned char)option[0]) && slash && equals && slash < equals && !strchr(slash + 1, '/') && equals[1];
}

bool device_is_access(const char *s)
{
	return *s && strlen(s) <= 3 && strspn(s, "rwm") == strlen(s);
}

static int add_option(const char *option, struct spec_devices *ret, struct spec_device_rules *rules)
{
	autostrv parts = { 0 };
	const char *source, *target, *access = "rwm";
	struct stat st;

	strv_split(&parts, option, ':');
	if (parts.count > 3 || !parts.items[0][0])
		return fail(-EINVAL, "invalid device specification: %s", option);
	source = target = parts.items[0];
	if (parts.count == 2 && device_is_access(parts.items[1]))
		access = parts.items[1];
	else if (parts.count >= 2 && parts.items[1][0])
		target = parts.items[1];
	if (parts.count == 3)
		access = parts.items[2];
	if (!device_is_access(access))
		return fail(-EINVAL, "invalid device mode: %s", access);
	if (target[0] != '/')
		return fail(-EINVAL, "%s is not an absolute path", target);
	if (stat(source, &st) < 0)
		return fail_errno(GATHERING, source);
	if (S_ISDIR(st.st_mode)) {
		struct walk w = { .devices = ret, .rules = rules, .access = access };
		autofree char *real = realpath(source, NULL);
		size_t before = ret->count;
		int r = real ? walk_devices(&w, AT_FDCWD, real, target, 0) : fail_errno(GATHERING, source);

		return r == 0 && ret->count == before ? fail(-EINVAL, GATHERING ": there is no device in it", source) : r;
	}
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return fail(-EINVAL, GATHERING ": not a device node", source);
	add_device(ret, target, &st);
	device_rule_add(rules, true, S_ISBLK(st.st_mode) ? 'b' : 'c', major(st.st_rdev), minor(st.st_rdev), access);
	return 0;
}

int device_from_options(const struct strv *devices, struct spec_devices *ret, struct spec_device_rules *ret_rules)
{
	for (size_t i = 0; i < devices->count; i++) {
		int r = device_is_cdi(devices->items[i]) ? 0 : add_option(devices->items[i], ret, ret_rules);

		if (r < 0)
			return r;
	}
	return 0;
}

int device_all(struct spec_devices *ret, struct spec_device_rules *ret_rules)
{
	struct walk w = { .devices = ret, .whole = true };

	device_rule_add(ret_rules, true, 'a', -1, -1, "rwm");
	return walk_devices(&w, AT_FDCWD, "/dev", "/dev", 0);
}

static bool read_number(const char *text, int64_t *ret)
{
	uint32_t n;

	*ret = -1;
	if (strcmp(text, "*") == 0)
		return true;
	if (number_u32(text, &n) < 0)
		return false;
	*ret = n;
	return true;
}

int device_rules_from_options(const struct strv *rules, struct spec_device_rules *ret)
{
	for (size_t i = 0; i < rules->count; i++) {
		int64_t major_number, minor_number;
		autostrv words = { 0 }, numbers = { 0 };

		/* "c 1:3 rwm", and "*" for any number */
		strv_split(&words, rules->items[i], ' ');
		if (words.count == 3)
			strv_split(&numbers, words.items[1], ':');
		if (numbers.count != 2 || strlen(words.items[0]) != 1 || !strchr("acb", words.items[0][0]) ||
		    !device_is_access(words.items[2]) || !read_number(numbers.items[0], &major_number) ||
		    !read_number(numbers.items[1], &minor_number))
			return fail(-EINVAL, "invalid device cgroup format '%s'", rules->items[i]);
		device_rule_add(ret, true, words.items[0][0], major_number, minor_number, words.items[2]);
	}
	return 0;
}
