/* SPDX-License-Identifier: Apache-2.0 */
#include "container/user.h"

#include "base/beneath.h"
#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define FILE_MAX   (4 << 20)
#define GROUPS_MAX 1024
#define FIELDS_MAX 7

void user_release(struct user *u)
{
	free(u->groups);
	free(u->home);
	*u = (struct user){ 0 };
}

/*
 * The file's text; empty when there is none. A whiteout (character device 0:0), which is seen when a single layer is read
 * without overlayfs, is no file either.
 */
static int read_database(int root, const char *path, struct buf *ret)
{
	autofd int fd = beneath_open(root, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st;

	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ENXIO)
		return 0;
	if (fd < 0)
		return fail_code(fd, "open %s of the image", path);
	if (fstat(fd, &st) < 0)
		return fail_errno("look at %s of the image", path);
	if (S_ISCHR(st.st_mode) && st.st_rdev == makedev(0, 0))
		return 0;
	if (!S_ISREG(st.st_mode))
		return fail(-EINVAL, "read %s of the image: it is not a regular file", path);
	return file_read_fd(fd, path, FILE_MAX, ret);
}

/* Cuts the next line off *@text and splits it at colons in place; returns how many fields it has, 0 at the end. */
static size_t next_line(char **text, char *fields[FIELDS_MAX])
{
	size_t count = 0;
	char *line = *text, *end;

	if (!*line)
		return 0;
	end = line + strcspn(line, "\n");
	*text = *end ? end + 1 : end;
	*end = '\0';
	while (count < FIELDS_MAX) {
		fields[count++] = line;
		line = strchr(line, ':');
		if (!line)
			break;
		*line++ = '\0';
	}
	return count;
}

static bool read_id(const char *text, uint32_t *ret)
{
	return number_u32(text, ret) == 0 && *ret <= INT_MAX;
}

/* Digits, perhaps with a sign: it is meant as a number, and whatever is wrong with it, it is no name. */
static bool looks_numeric(const char *text)
{
	if (*text == '-' || *text == '+')
		text++;
	return *text && strspn(text, "0123456789") == strlen(text);
}

/* @text as an id in *@ret_id, or else a name; -EINVAL for numbers out of range. */
static int parse_id(const char *what, const char *text, bool *ret_is_id, uint32_t *ret_id)
{
	*ret_is_id = looks_numeric(text);
	if (*ret_is_id && !read_id(text, ret_id))
		return fail(-EINVAL, "%s %s: user and group ids are numbers from 0 to 2147483647", what, text);
	return 0;
}

static void add_group(struct user *u, uint32_t gid)
{
	for (size_t i = 0; i < u->group_count; i++)
		if (u->groups[i] == gid)
			return;
	if (u->group_count >= GROUPS_MAX)
		return;
	u->groups = xrealloc(u->groups, (u->group_count + 1) * sizeof *u->groups);
	u->groups[u->group_count++] = gid;
}

/* Finds the user in passwd (changed by it); *@ret_name is the name of the entry, pointing into it, or NULL. */
static int find_user(char *passwd, const char *user, struct user *u, const char **ret_name)
{
	char *fields[FIELDS_MAX];
	uint32_t id = 0, uid, gid;
	bool is_id = true;
	size_t count;
	int r = *user ? parse_id("user", user, &is_id, &id) : 0;

	if (r < 0)
		return r;
	while ((count = next_line(&passwd, fields)) > 0) {
		if (count < 4 || !read_id(fields[2], &uid) || !read_id(fields[3], &gid))
			continue;
		if (is_id ? uid != id : strcmp(fields[0], user) != 0)
			continue;
		u->uid = uid;
		u->gid = gid;
		if (count > 5 && fields[5][0] == '/')
			xreplace(&u->home, fields[5]);
		*ret_name = fields[0];
		return 0;
	}
	if (!is_id)
		return fail(-EINVAL, "unable to find user %s: no matching entries in passwd file", user);
	u->uid = id;
	return 0;
}

static int find_group(char *groups, const char *group, uint32_t *ret)
{
	char *fields[FIELDS_MAX];
	uint32_t gid;
	bool is_id;
	size_t count;
	int r = parse_id("group", group, &is_id, ret);

	if (r < 0 || is_id)
		return r;
	while ((count = next_line(&groups, fields)) > 0) {
		if (count < 3 || strcmp(fields[0], group) != 0 || !read_id(fields[2], &gid))
			continue;
		*ret = gid;
		return 0;
	}
	return fail(-EINVAL, "unable to find group %s: no matching entries in group file", group);
}

/* The groups that list @name as a member. */
static void add_memberships(char *groups, const char *name, struct user *u)
{
	char *fields[FIELDS_MAX], *member, *rest;
	uint32_t gid;
	size_t count;

	while ((count = next_line(&groups, fields)) > 0) {
		if (count < 4 || !read_id(fields[2], &gid))
			continue;
		for (member = strtok_r(fields[3], ",", &rest); member; member = strtok_r(NULL, ",", &rest))
			if (strcmp(member, name) == 0)
				add_group(u, gid);
	}
}

/* next_line cuts up what it reads: each search gets a copy of its own. */
static int search_groups(const struct buf *groups, const char *group, uint32_t *ret)
{
	autofree char *copy = xstrdup(groups->data);

	return find_group(copy, group, ret);
}

int user_resolve(int root, const char *user, const struct strv *group_add, struct user *ret)
{
	autocall(user_release) struct user u = { .home = xstrdup("/") };
	autofree char *name = xstrndup(user, strcspn(user, ":"));
	const char *group = strchr(user, ':'), *entry = NULL;
	autobuf passwd = BUF_INIT, groups = BUF_INIT;
	uint32_t gid;
	int r = read_database(root, "/etc/passwd", &passwd);

	if (r == 0)
		r = read_database(root, "/etc/group", &groups);
	if (r == 0)
		r = find_user(passwd.data, name, &u, &entry);
	if (r == 0 && group && group[1])
		r = search_groups(&groups, group + 1, &u.gid);
	if (r < 0)
		return r;
	add_group(&u, u.gid);
	if (entry && !(group && group[1])) {
		autofree char *copy = xstrdup(groups.data);

		add_memberships(copy, entry, &u);
	}
	for (size_t i = 0; group_add && i < group_add->count; i++) {
		r = search_groups(&groups, group_add->items[i], &gid);
		if (r < 0)
			return r;
		add_group(&u, gid);
	}
	*ret = u;
	u = (struct user){ 0 };
	return 0;
}
