/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * JSON, from strangers and to files. Reading is json-c with limits on size and depth; the getters check types and say
 * where they looked. Writing is a small streaming writer into a buf, which keeps order and costs no tree.
 */
#include "base/buf.h"
#include "base/strv.h"

#include <json-c/json_object.h>
#include <json-c/linkhash.h> /* for json_object_object_foreach */
#include <stdbool.h>
#include <stdint.h>

#define JSON_DEPTH_MAX 64

/* `autojson struct json_object *o = NULL;` drops its reference. */
void json_drop(struct json_object **o);
#define autojson __attribute__((cleanup(json_drop)))

/*
 * Parses exactly one JSON value, UTF-8, at most JSON_DEPTH_MAX deep, with nothing behind it. @name is for the words
 * ("config.json"). Caller drops *@ret. -EINVAL with words.
 */
int json_parse(const char *text, size_t len, const char *name, struct json_object **ret);
/* The same, but for the bytes from @hole on, @hole_len of them, which are a value in there: they are not looked at, and read as
 * null. */
int json_parse_around(const char *text, size_t len, const char *hole, size_t hole_len, const char *name, struct json_object **ret);
/* Reads the file with a size limit and parses it; -ENOENT without words when it is missing. */
int json_read(int dirfd, const char *path, size_t max, struct json_object **ret);

/* The member, or NULL when it is missing or null. Borrowed. NULL @o gives NULL. */
struct json_object *json_get(struct json_object *o, const char *key);
/*
 * Typed members. Each returns 1 when the member is there, 0 when it is missing or null (the output is untouched), and
 * -EINVAL with words "WHERE.KEY: it is not a string" when it has another type. @where names @o for the words.
 * Strings are borrowed.
 */
int json_get_str(struct json_object *o, const char *where, const char *key, const char **ret);
int json_get_bool(struct json_object *o, const char *where, const char *key, bool *ret);
int json_get_i64(struct json_object *o, const char *where, const char *key, int64_t *ret);
int json_get_u64(struct json_object *o, const char *where, const char *key, uint64_t *ret);
int json_get_u32(struct json_object *o, const char *where, const char *key, uint32_t *ret);
int json_get_object(struct json_object *o, const char *where, const char *key, struct json_object **ret);
int json_get_array(struct json_object *o, const char *where, const char *key, struct json_object **ret);
/* An array of strings, appended to @ret. */
int json_get_strv(struct json_object *o, const char *where, const char *key, struct strv *ret);

/* Writer. Keys are NULL inside arrays. The caller balances begin and end. */
struct json_writer {
	struct buf *out;
	unsigned int depth;
	bool more;   /* a comma is due */
	bool pretty; /* indented with four spaces, as docker inspect */
};

void json_writer_init(struct json_writer *w, struct buf *out, bool pretty);
void json_begin_object(struct json_writer *w, const char *key);
void json_end_object(struct json_writer *w);
void json_begin_array(struct json_writer *w, const char *key);
void json_end_array(struct json_writer *w);
/* How many bytes of @text, from its beginning, stand for themselves in a JSON string: ASCII without controls, quotes, backslashes.
 */
size_t json_plain_length(const char *text, size_t len);
/* The same, copied to @to, which has room for @len bytes; those behind what is returned are anything. */
size_t json_copy_plain(char *to, const char *text, size_t len);
/* NULL is written as null. Bytes that are not UTF-8 become U+FFFD. */
void json_put_str(struct json_writer *w, const char *key, const char *value);
void json_put_strn(struct json_writer *w, const char *key, const char *value, size_t len);
void json_put_bool(struct json_writer *w, const char *key, bool value);
void json_put_i64(struct json_writer *w, const char *key, int64_t value);
void json_put_u64(struct json_writer *w, const char *key, uint64_t value);
void json_put_null(struct json_writer *w, const char *key);
void json_put_strv(struct json_writer *w, const char *key, const struct strv *value);
/* A parsed value, copied through. */
void json_put_value(struct json_writer *w, const char *key, struct json_object *value);
/* Text that is JSON already. */
void json_put_raw(struct json_writer *w, const char *key, const char *json);
