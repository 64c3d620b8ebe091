/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * config.json as a table: each member of the standard is one row that says its name, its kind and where in struct spec it
 * lives. spec_parse.c, spec_write.c and spec_release walk the same rows, so they cannot disagree, and a new member of the
 * standard is one row here and one field in spec.h. Pure data; used in any process.
 */
#include <stdbool.h>
#include <stddef.h>

enum spec_kind {
	SPEC_END,
	SPEC_STRING,  /* char * */
	SPEC_STRINGS, /* struct strv */
	SPEC_BOOL,
	SPEC_U32,
	SPEC_I32,
	SPEC_I64,
	SPEC_U64,
	SPEC_OPT_I64,
	SPEC_OPT_U64,
	SPEC_OPT_BOOL,
	SPEC_OBJECT,       /* a nested object; its rows count from row.offset */
	SPEC_OBJECTS,      /* an array of objects: a SPEC_LIST */
	SPEC_KEYED,        /* a map of objects: a SPEC_LIST whose items begin with the key, a char * */
	SPEC_MAP,          /* a map of strings: struct spec_pairs */
	SPEC_CAPABILITIES, /* an array of CAP_ names: a uint64_t mask */
	SPEC_LETTER,       /* a string of one letter: char */
	SPEC_ACCESS,       /* a string of some of "rwm": char[4] */
	SPEC_GIDS,         /* an array of numbers: uint32_t * and, behind it, size_t */
	SPEC_NAMESPACES,   /* the array of type and path: struct spec_namespace[SPEC_NS_COUNT] */
};

/* Its absence is an error; it is written even when zero. */
#define SPEC_REQUIRED 1u
/* It is written even when zero or empty. */
#define SPEC_ALWAYS 2u

struct spec_field {
	const char *name;
	enum spec_kind kind;
	unsigned int flags;
	size_t offset;
	const struct spec_shape *shape; /* of SPEC_OBJECT, SPEC_OBJECTS and SPEC_KEYED */
};

struct spec_shape {
	const struct spec_field *fields; /* up to SPEC_END */
	size_t size;                     /* of one item of a list */
	size_t set;                      /* offset of `bool set`, or SPEC_NO_SET */
};
#define SPEC_NO_SET ((size_t)-1)

extern const struct spec_shape spec_shape_config;    /* of struct spec */
extern const struct spec_shape spec_shape_process;   /* of struct spec_process */
extern const struct spec_shape spec_shape_seccomp;   /* of struct spec_seccomp */
extern const struct spec_shape spec_shape_resources; /* of struct spec_resources */

/* "pid", "network", …: the standard's names, in the order of enum spec_namespace_type. */
extern const char *const spec_namespace_names[];
