/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/state_file.h"

#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/process.h"
#include "base/strv.h"
#include "runtime/cgroup.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STATE_FILE "state.json"
#define STATE_MAX  (16 << 20) /* it repeats the annotations of config.json */

static const char *const status_names[] = {
	[STATE_CREATING] = "creating", [STATE_CREATED] = "created", [STATE_RUNNING] = "running",
	[STATE_PAUSED] = "paused",     [STATE_STOPPED] = "stopped",
};
static_assert(ARRAY_SIZE(status_names) == STATE_STOPPED + 1, "a status without a name");

const char *state_status_name(enum state_status status)
{
	return status_names[status];
}

int state_file_check_id(const char *id)
{
	size_t len = strlen(id);
	/* runc's signs */
	char wrong = id[strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.")];

	/* the length is what a file name may have; runc's words, then crun's */
	if (wrong)
		return fail_hint(fail(-EINVAL, "invalid container ID format: '%s': invalid character `%c` in the ID", id, wrong),
				 "an id is made of letters, digits and the signs _ + - .");
	if (len == 0 || len > 255 || strcmp(id, ".") == 0 || strcmp(id, "..") == 0)
		return fail(-EINVAL, "invalid container ID format: '%s'", id);
	return 0;
}

int state_file_root(const char *path, bool make)
{
	autofd int fd = -1;
	int r = make ? dir_make_all(AT_FDCWD, path, 0700) : 0;

	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? fail_errno("open %s", path) : take_fd(&fd);
}

int state_file_reserve(int root, const char *id)
{
	int fd;

	if (mkdirat(root, id, 0700) < 0) {
		if (errno == EEXIST)
			return fail(-EEXIST, "container with given ID already exists: %s", id);
		return fail_errno("create the state directory of %s", id);
	}
	fd = openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return fd < 0 ? fail_errno("open the state directory of %s", id) : fd;
}

static void put_annotations(struct json_writer *w, const struct spec_pairs *annotations)
{
	if (!annotations->count)
		return;
	json_begin_object(w, "annotations");
	for (size_t i = 0; i < annotations->count; i++)
		json_put_str(w, annotations->items[i].key, annotations->items[i].value);
	json_end_object(w);
}

int state_file_write(int dir, const struct state_file *s)
{
	autobuf text = BUF_INIT;
	struct json_writer w;

	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	json_put_str(&w, "ociVersion", s->oci_version);
	json_put_i64(&w, "pid", s->pid);
	json_put_u64(&w, "startTime", s->start_time);
	json_put_str(&w, "bundle", s->bundle);
	json_put_str(&w, "rootfs", s->rootfs);
	json_put_str(&w, "created", s->created);
	json_put_str(&w, "cgroup", s->cgroup);
	json_put_u64(&w, "owner", s->owner);
	if (s->creator) {
		json_put_i64(&w, "creator", s->creator);
		json_put_u64(&w, "creatorStart", s->creator_start);
	}
	put_annotations(&w, &s->annotations);
	json_end_object(&w);
	return file_write(dir, STATE_FILE, text.data, text.len, 0600, FILE_VOLATILE);
}

static int get_string(struct json_object *o, const char *key, char **ret)
{
	const char *s = NULL;
	int r = json_get_str(o, STATE_FILE, key, &s);

	if (r == 1)
		*ret = xstrdup(s);
	return r < 0 ? r : 0;
}

static int get_annotations(struct json_object *o, struct spec_pairs *ret)
{
	struct json_object *map = NULL;
	int r = json_get_object(o, STATE_FILE, "annotations", &map);

	if (r <= 0)
		return r;
	json_object_object_foreach (map, key, value) {
		struct spec_pair *pair = spec_grow(ret);

		pair->key = xstrdup(key);
		pair->value = xstrdup(json_object_get_string(value));
	}
	return 0;
}

static int parse_state(struct json_object *o, struct state_file *s)
{
	int64_t pid = 0, creator = 0;
	int r = json_get_i64(o, STATE_FILE, "pid", &pid);

	if (r >= 0)
		r = json_get_u64(o, STATE_FILE, "startTime", &s->start_time);
	if (r >= 0)
		r = json_get_u32(o, STATE_FILE, "owner", &s->owner);
	if (r >= 0)
		r = json_get_i64(o, STATE_FILE, "creator", &creator);
	if (r >= 0)
		r = json_get_u64(o, STATE_FILE, "creatorStart", &s->creator_start);
	if (r >= 0)
		r = get_string(o, "ociVersion", &s->oci_version);
	if (r >= 0)
		r = get_string(o, "bundle", &s->bundle);
	if (r >= 0)
		r = get_string(o, "rootfs", &s->rootfs);
	if (r >= 0)
		r = get_string(o, "created", &s->created);
	if (r >= 0)
		r = get_string(o, "cgroup", &s->cgroup);
	s->pid = (pid_t)pid;
	s->creator = (pid_t)creator;
	return r < 0 ? r : get_annotations(o, &s->annotations);
}

int state_file_read(int root, const char *id, struct state_file *ret, int *ret_dir)
{
	autojson struct json_object *o = NULL;
	struct state_file s = { 0 };
	autofd int dir = -1;
	int r = state_file_check_id(id);

	if (r < 0)
		return r;
	dir = root < 0 ? -1 : openat(root, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (root < 0 || (dir < 0 && errno == ENOENT))
		return fail(-ENOENT, "container does not exist: %s", id);
	if (dir < 0)
		return fail_errno("open the state directory of %s", id);
	s.id = xstrdup(id);
	r = json_read(dir, STATE_FILE, STATE_MAX, &o);
	if (r == 0)
		r = parse_state(o, &s);
	else if (r == -ENOENT)
		r = 0; /* create is at work, or was killed at it */
	if (r < 0) {
		state_file_release(&s);
		return r;
	}
	*ret = s;
	*ret_dir = take_fd(&dir);
	return 0;
}

int state_file_config(int dir, struct spec *ret)
{
	int r = spec_read_file(dir, STATE_FILE_CONFIG, ret);

	return r == -ENOENT ? fail_code(r, "open the container's %s", STATE_FILE_CONFIG) : r;
}

void state_file_release(struct state_file *s)
{
	if (!s)
		return;
	free(s->id);
	free(s->oci_version);
	free(s->bundle);
	free(s->rootfs);
	free(s->created);
	free(s->cgroup);
	for (size_t i = 0; i < s->annotations.count; i++) {
		free(s->annotations.items[i].key);
		free(s->annotations.items[i].value);
	}
	free(s->annotations.items);
	*s = (struct state_file){ 0 };
}

int state_file_remove(int root, const char *id)
{
	return dir_remove_tree(root, id);
}

/* What /proc/PID/stat says of init: whether it is there, and whether it executed anything yet. */
static bool process_lives(const struct state_file *s, bool *ret_executed)
{
	const uint64_t forked_only = 0x40; /* PF_FORKNOEXEC of the kernel's process flags, field 9 of proc_pid_stat(5) */
	autostrv fields = { 0 };
	autobuf stat = BUF_INIT;
	uint64_t started, flags;
	const char *behind;
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/stat", s->pid);
	if (s->pid <= 0 || file_read(AT_FDCWD, path, 8192, &stat) < 0)
		return false;
	/* the name may hold spaces and brackets: count from the last bracket */
	behind = strrchr(stat.data, ')');
	if (!behind || !behind[1])
		return false;
	strv_split(&fields, behind + 2, ' ');
	if (fields.count < 20 || strchr("ZX", fields.items[0][0]) || number_u64(fields.items[6], &flags) < 0 ||
	    number_u64(fields.items[19], &started) < 0 || started != s->start_time)
		return false;
	*ret_executed = !(flags & forked_only);
	return true;
}

enum state_status state_file_status(const struct state_file *s)
{
	struct cgroup *cgroup = NULL;
	bool frozen = false, executed;

	if (s->pid == 0)
		return STATE_CREATING;
	if (!process_lives(s, &executed))
		return STATE_STOPPED;
	if (!executed)
		return STATE_CREATED;
	if (state_file_cgroup(s, &cgroup) == 0 && cgroup)
		(void)cgroup_is_frozen(cgroup, &frozen);
	cgroup_free(&cgroup);
	return frozen ? STATE_PAUSED : STATE_RUNNING;
}

bool state_file_in_creation(const struct state_file *s)
{
	uint64_t started;

	return s->pid == 0 && s->creator > 0 && process_start_time(s->creator, &started) == 0 && started == s->creator_start;
}

int state_file_pidfd(const struct state_file *s)
{
	autofd int fd = s->pid > 0 ? (int)syscall(SYS_pidfd_open, s->pid, 0) : -1;
	bool executed;

	/* looked at after the pidfd is open: a pid that is reused in between has another start time */
	if (fd < 0 || !process_lives(s, &executed))
		return fail(-ESRCH, "container not running: %s", s->id);
	return take_fd(&fd);
}

int state_file_cgroup(const struct state_file *s, struct cgroup **ret)
{
	int r = s->cgroup ? cgroup_open(s->cgroup, ret) : -ENOENT;

	if (r == -ENOENT) {
		*ret = NULL;
		return 0;
	}
	return r;
}

void state_file_put(struct json_writer *w, const struct state_file *s, enum state_status status)
{
	json_put_str(w, "ociVersion", s->oci_version ? s->oci_version : "1.3.0");
	json_put_str(w, "id", s->id);
	json_put_i64(w, "pid", status == STATE_STOPPED ? 0 : s->pid);
	json_put_str(w, "status", state_status_name(status));
	json_put_str(w, "bundle", s->bundle ? s->bundle : "");
	json_put_str(w, "rootfs", s->rootfs ? s->rootfs : "");
	json_put_str(w, "created", s->created ? s->created : "0001-01-01T00:00:00Z");
	put_annotations(w, &s->annotations);
}

char *state_file_text(const struct state_file *s, enum state_status status)
{
	autobuf text = BUF_INIT;
	struct json_writer w;

	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	state_file_put(&w, s, status);
	json_end_object(&w);
	return buf_take(&text);
}
