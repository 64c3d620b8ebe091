/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hoy-unpack: unpacks one layer into one directory it cannot leave. Started by image/unpack.c, which says what the
 * descriptors and the result are.
 */
#include "base/error.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/number.h"
#include "image/tar_read.h"
#include "image/unpack.h"
#include "kernel/sandbox.h"
#include "unpack/apply.h"
#include "unpack/stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STREAM_FD = 3, TARGET_FD = 4, RESULT_FD = 5 };

static int write_result(const struct stream_sums *sums, const struct apply_result *applied)
{
	autobuf text = BUF_INIT;
	struct json_writer w;

	json_writer_init(&w, &text, false);
	json_begin_object(&w, NULL);
	json_put_str(&w, "digest", sums->digest);
	json_put_str(&w, "diff_id", sums->diff_id);
	json_put_u64(&w, "compressed", sums->read);
	json_put_u64(&w, "size", applied->size);
	json_put_u64(&w, "entries", applied->entries);
	json_end_object(&w);
	buf_add_char(&text, '\n');
	buf_add(&text, applied->opaque.data, applied->opaque.len);
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

static int unpack_layer(uint64_t max_size)
{
	struct apply_options options = { .root = TARGET_FD, .max_size = max_size, .privileged = geteuid() == 0 };
	struct stream_limits limits = { .size = max_size, .bomb_size = STREAM_BOMB_SIZE, .bomb_ratio = STREAM_BOMB_RATIO };
	struct apply_result applied;
	struct stream *stream;
	struct stream_sums sums;
	struct tar_source source;
	struct tar_reader *tar;
	int r = sandbox_unpacker(TARGET_FD);

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
	r = apply_archive(&options, tar, &applied);
	tar_reader_free(&tar);
	if (r < 0)
		return r;
	r = stream_finish(stream, &sums);
	if (r == 0)
		r = write_result(&sums, &applied);
	buf_release(&applied.opaque);
	return r;
}

int main(int argc, char **argv)
{
	uint64_t max_size = UNPACK_SIZE_MAX;
	int r;

	if (argc != 4 || strcmp(argv[1], "layer") != 0 || strcmp(argv[2], "--max-size") != 0 ||
	    number_u64(argv[3], &max_size) < 0) {
		fprintf(stderr, "hoy-unpack: a part of hoy, not to be started by hand\n");
		return 2;
	}
	r = unpack_layer(max_size);
	if (r < 0)
		write_error(r);
	/* the stream's threads may be waiting: end without them */
	_exit(r < 0 ? 1 : 0);
}
