/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hoy-unpack: from an archive to a directory it cannot leave, and back. Started by image/unpack.c and image/pack.c, which say
 * what the words and the descriptors are.
 */
#include "base/buf.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "image/tar_read.h"
#include "image/unpack.h"
#include "kernel/sandbox.h"
#include "unpack/apply.h"
#include "unpack/pack.h"
#include "unpack/stream.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STREAM_FD = 3, TARGET_FD = 4, RESULT_FD = 5, MARKS_FD = 6 };

#define MARKS_MAX (16 * 1024 * 1024)

struct result {
	struct stream_sums sums;
	uint64_t size, entries, left_out;
	const char *changed;
	const struct buf *opaque;
};

static int write_result(const struct result *result)
{
	autobuf text = BUF_INIT;
	struct json_writer w;

	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	if (*result->sums.digest) {
		json_put_str(&w, "digest", result->sums.digest);
		json_put_str(&w, "diff_id", result->sums.diff_id);
	}
	json_put_u64(&w, "compressed", result->sums.read);
	json_put_u64(&w, "size", result->size);
	json_put_u64(&w, "entries", result->entries);
	json_put_u64(&w, "left_out", result->left_out);
	if (result->changed)
		json_put_str(&w, "changed", result->changed);
	json_end_object(&w);
	buf_add_char(&text, '\n');
	if (result->opaque)
		buf_add(&text, result->opaque->data, result->opaque->len);
	return fd_write_full(RESULT_FD, text.data, text.len);
}

static void write_error(int code)
{
	autobuf text = BUF_INIT;
	struct json_writer w;

	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	json_put_str(&w, "error", error_text(code));
	json_put_i64(&w, "code", code);
	if (error_hint(code))
		json_put_str(&w, "hint", error_hint(code));
	json_end_object(&w);
	buf_add_char(&text, '\n');
	(void)fd_write_full(RESULT_FD, text.data, text.len);
}

/* In a signal handler: no stdio, no allocation. */
static void tell_violation(int number)
{
	char text[] = "{\"error\":\"the unpacker was stopped by its sandbox (system call 0000)\",\"code\":-1}\n";
	char *digits = strstr(text, "0000");

	for (int i = 3; i >= 0; i--, number /= 10)
		digits[i] = (char)('0' + number % 10);
	(void)!write(RESULT_FD, text, sizeof text - 1);
	_exit(1);
}

static int unpack(struct apply_options *options)
{
	struct stream_limits limits = { .size = options->max_size, .bomb_size = STREAM_BOMB_SIZE, .bomb_ratio = STREAM_BOMB_RATIO };
	struct apply_result applied;
	struct stream *stream;
	struct result result = { .opaque = &applied.opaque };
	struct tar_source source;
	struct tar_reader *tar;
	int r = sandbox_unpacker(TARGET_FD, options->kind == APPLY_COPY ? SANDBOX_COPY : SANDBOX_UNPACK);

	options->root = TARGET_FD;
	options->privileged = geteuid() == 0;
	if (r == 0)
		r = sandbox_on_violation(tell_violation);
	if (r == 0)
		r = stream_start(STREAM_FD, &limits, &stream);
	if (r == 0)
		r = sandbox_unpacker_seal();
	if (r < 0)
		return r;
	source = stream_source(stream);
	tar = tar_reader_new(&source);
	r = apply_archive(options, tar, &applied);
	tar_reader_free(&tar);
	if (r < 0)
		return r;
	r = stream_finish(stream, &result.sums);
	result.size = applied.size;
	result.entries = applied.entries;
	result.left_out = applied.left_out;
	if (r == 0)
		r = write_result(&result);
	buf_release(&applied.opaque);
	return r;
}

static int unpack_layer(char *const *words)
{
	struct apply_options options = { .kind = APPLY_LAYER };

	return words[0] && !words[1] && number_u64(words[0], &options.max_size) == 0 ? unpack(&options) : -EUCLEAN;
}

static int unpack_copy(char *const *words)
{
	struct apply_options options = { .kind = APPLY_COPY, .max_size = INT64_MAX };

	for (; *words; words++) {
		if (strcmp(*words, "plain") == 0)
			options.plain = true;
		else if (number_u32(*words, &options.uid) == 0 && *++words && number_u32(*words, &options.gid) == 0)
			options.owned = true;
		else
			return -EUCLEAN;
	}
	return unpack(&options);
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void sort(struct strv *paths)
{
	if (paths->count)
		qsort(paths->items, paths->count, sizeof *paths->items, compare_paths);
}

/* Each a letter, a path and a NUL. */
static int read_marks(struct strv *opaque, struct strv *hidden)
{
	autobuf text = BUF_INIT;
	int r = file_read_fd(MARKS_FD, "the marks", MARKS_MAX, &text);

	for (size_t at = 0; r == 0 && at < text.len; at += strlen(text.data + at) + 1)
		strv_add(text.data[at] == 'o' ? opaque : hidden, text.data + at + 1);
	sort(opaque);
	sort(hidden);
	return r;
}

static int pack_into(const struct pack_options *options, struct sink *sink)
{
	struct pack_result packed;
	struct result result = { 0 };
	int r = pack_archive(options, sink, &packed);

	if (r < 0)
		return r;
	result.size = packed.size;
	result.entries = packed.entries;
	result.changed = packed.changed;
	r = sink_finish(sink, &result.sums);
	if (r == 0)
		r = write_result(&result);
	free(packed.changed);
	return r;
}

static int pack(char *const *words)
{
	autostrv opaque = { 0 }, hidden = { 0 };
	struct pack_options options = { .root = TARGET_FD, .opaque = &opaque, .hidden = &hidden };
	autocall(sink_free) struct sink *sink = NULL;
	int r;

	if (!words[0] || !words[1] || !words[2] || words[3])
		return -EUCLEAN;
	options.layer = strcmp(words[0], "layer") == 0;
	options.nanoseconds = strcmp(words[0], "exact") == 0;
	options.source = words[1];
	options.name = words[2];
	r = options.layer ? read_marks(&opaque, &hidden) : 0;
	if (r == 0)
		r = sandbox_unpacker(TARGET_FD, SANDBOX_PACK);
	if (r == 0)
		r = sandbox_on_violation(tell_violation);
	if (r == 0)
		r = sink_new(STREAM_FD, options.layer, &sink);
	if (r == 0)
		r = sandbox_unpacker_seal();
	return r < 0 ? r : pack_into(&options, sink);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(char *const *words);
	} works[] = { { "layer", unpack_layer }, { "copy", unpack_copy }, { "pack", pack } };
	int r = -EUCLEAN;

	/* a reader that is gone is an error with words */
	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(works); i++)
		if (strcmp(argv[1], works[i].name) == 0)
			r = works[i].run(argv + 2);
	if (r == -EUCLEAN) {
		fprintf(stderr, "hoy-unpack: a part of hoy, not to be started by hand\n");
		return 2;
	}
	if (r < 0)
		write_error(r);
	/* the stream's threads may be waiting: end without them */
	_exit(r < 0 ? 1 : 0);
}
