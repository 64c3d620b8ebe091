/* SPDX-License-Identifier: Apache-2.0 */
#include "container/copy.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/path.h"
#include "container/place.h"
#include "container/view.h"
#include "image/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* ---- the two ends ------------------------------------------------------------------------------------------------ */

/* Where the source goes: a directory and a name in it, by Docker's cases. */
static int choose_target(const struct place *source, const struct place *target, const char **ret_name)
{
	*ret_name = target->name;
	if (target->exists && target->is_directory)
		*ret_name = source->title;
	else if (target->exists && source->is_directory)
		return fail(-ENOTDIR, "cannot copy directory: the target is a file");
	else if (target->exists && !S_ISREG(target->st.st_mode))
		return fail(-EINVAL, "the target must be a directory or a regular file");
	else if (!target->exists && !source->is_directory && target->asserts_directory)
		return fail(-ENOENT, "no such directory");
	return 0;
}

/* A hole in the reader's words: when the reader gave up, it knows why. */
static int finish_both(struct unpack *packer, struct unpack *unpacker, struct unpack_result *ret)
{
	autocall(unpack_result_release) struct unpack_result packed = { 0 };
	struct error_record words;
	int packing = unpack_finish(packer, &packed), unpacking;

	if (packing < 0)
		error_pack(packing, &words);
	unpacking = unpack_finish(unpacker, ret);
	if (packing < 0 && (packing != -EPIPE || unpacking == 0)) {
		if (unpacking == 0)
			unpack_result_release(ret);
		return error_unpack(&words);
	}
	if (unpacking == 0)
		ret->changed = take(&packed.changed);
	return unpacking;
}

static int pass_through(struct pack_options *from, struct unpack_options *to, struct unpack_result *ret)
{
	autocall(unpack_abort) struct unpack packer = UNPACK_NONE, unpacker = UNPACK_NONE;
	autofd int in = -1, out = -1;
	int fds[2], r;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return fail_errno("copy: pipe");
	in = fds[0];
	out = fds[1];
	from->stream = out;
	to->stream = in;
	r = pack_start(from, &packer);
	if (r == 0)
		r = unpack_start(to, &unpacker);
	/* only the two programs keep the pipe, so that each hears when the other has ended */
	close(take_fd(&in));
	close(take_fd(&out));
	return r < 0 ? r : finish_both(&packer, &unpacker, ret);
}

/* @target NULL: to standard output. @source NULL: from standard input. */
static int transfer(const struct place *source, const struct place *target, const struct unpack_options *how, bool exact,
		    struct unpack_result *ret)
{
	struct pack_options from = { .how = exact ? PACK_EXACT : PACK_FILES, .stream = STDOUT_FILENO };
	autocall(unpack_abort) struct unpack alone = UNPACK_NONE;
	struct unpack_options to = *how;
	int r = 0;

	if (source) {
		from.directory = source->dir;
		from.source = source->name;
		from.name = source->title;
	}
	if (source && target)
		r = choose_target(source, target, &from.name);
	if (r < 0)
		return r;
	to.copy = true;
	to.stream = STDIN_FILENO;
	to.directory = target ? target->dir : -1;
	if (source && target)
		return pass_through(&from, &to, ret);
	r = source ? pack_start(&from, &alone) : unpack_start(&to, &alone);
	return r < 0 ? r : unpack_finish(&alone, ret);
}

static void tell(const struct unpack_result *result)
{
	if (result->changed)
		log_warning("%s became shorter while it was read: zeros stand for what was missing", result->changed);
	if (result->left_out)
		log_warning("%llu device files were left out (with --archive they are copied)",
			    (unsigned long long)result->left_out);
}

/* ---- this side --------------------------------------------------------------------------------------------------- */

static int open_here(int *ret_root, const char *path, char **ret_absolute)
{
	autofree char *cwd = *path == '/' ? NULL : getcwd(NULL, 0);

	if (*path != '/' && !cwd)
		return fail_errno("find the working directory");
	*ret_root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*ret_root < 0)
		return fail_errno("open /");
	*ret_absolute = cwd ? path_join(cwd, path) : xstrdup(path);
	return 0;
}

static int local_source(const struct copy_options *o, struct place *ret)
{
	autofree char *path = NULL;
	autofd int root = -1;
	int r = open_here(&root, o->local, &path);

	if (r == 0) {
		r = place_source(root, path, o->follow, ret);
		if (r < 0)
			return fail_code(r, "open %s", o->local);
	}
	return r;
}

static int local_target(const struct copy_options *o, struct place *ret)
{
	autofree char *path = NULL, *parent = NULL;
	autofd int root = -1;
	int r = open_here(&root, o->local, &path);

	if (r == 0)
		r = place_target(root, path, ret);
	if (r == -ENOENT) {
		autofree char *clean = path_clean(path);

		parent = path_parent(clean);
		return fail(r, "invalid output path: directory \"%s\" does not exist", parent);
	}
	return r < 0 ? fail_code(r, "open %s", o->local) : 0;
}

/* ---- the container's --------------------------------------------------------------------------------------------- */

static int no_such_file(int r, const struct handle *h, const char *path)
{
	if (r == -ENOENT)
		return fail(r, "could not find the file %s in container %s", path, h->record.name);
	return fail_code(r, "open %s in container %s", path, h->record.name);
}

/* A read-only file system is nearly always the user's own wish. */
static int explain_readonly(int r)
{
	if (r == -EROFS)
		fail_hint(r, "the container's root file system, or what is mounted there, is read-only");
	return r;
}

int copy_out(struct handle *h, const struct copy_options *o, uint64_t *ret_bytes)
{
	struct unpack_options how = { .owned = !o->archive, .uid = geteuid(), .gid = getegid(), .plain = !o->archive };
	autocall(view_release) struct view view = VIEW_NONE;
	autocall(place_release) struct place source = PLACE_NONE, target = PLACE_NONE;
	autocall(unpack_result_release) struct unpack_result result = { 0 };
	bool out = strcmp(o->local, "-") == 0;
	int r = out ? 0 : local_target(o, &target);

	if (r == 0)
		r = view_open(h, VIEW_SEEN, false, &view);
	if (r < 0)
		return r;
	r = place_source(view.root, o->inside, o->follow, &source);
	if (r < 0)
		return no_such_file(r, h, o->inside);
	r = transfer(&source, out ? NULL : &target, &how, !out, &result);
	if (r < 0)
		return r;
	tell(&result);
	handle_event(h, "archive-path", (const char *const[]){ "path", o->inside, NULL });
	*ret_bytes = result.compressed;
	return 0;
}

int copy_in(struct handle *h, const struct copy_options *o, uint64_t *ret_bytes)
{
	struct unpack_options how = { .owned = false };
	autocall(view_release) struct view view = VIEW_NONE;
	autocall(place_release) struct place source = PLACE_NONE, target = PLACE_NONE;
	autocall(unpack_result_release) struct unpack_result result = { 0 };
	bool in = strcmp(o->local, "-") == 0;
	int r = in ? 0 : local_source(o, &source);

	if (r == 0)
		r = view_open(h, VIEW_SEEN, true, &view);
	if (r < 0)
		return r;
	r = place_target(view.root, o->inside, &target);
	if (r < 0)
		return no_such_file(r, h, o->inside);
	if (in && !(target.exists && target.is_directory))
		return fail(-ENOTDIR, "the target of an archive must be a directory");
	r = transfer(in ? NULL : &source, &target, &how, true, &result);
	if (r < 0)
		return explain_readonly(r);
	tell(&result);
	handle_event(h, "extract-to-dir", (const char *const[]){ "path", o->inside, NULL });
	*ret_bytes = result.compressed;
	return 0;
}

int copy_export(struct handle *h, int fd)
{
	autocall(view_release) struct view view = VIEW_NONE;
	autocall(unpack_abort) struct unpack packer = UNPACK_NONE;
	autocall(unpack_result_release) struct unpack_result result = { 0 };
	struct pack_options o = { .how = PACK_FILES, .stream = fd, .source = ".", .name = "" };
	int r = view_open(h, VIEW_ROOTFS, false, &view);

	o.directory = view.root;
	if (r == 0)
		r = pack_start(&o, &packer);
	if (r == 0)
		r = unpack_finish(&packer, &result);
	if (r < 0)
		return r;
	tell(&result);
	handle_event(h, "export", NULL);
	return 0;
}
