/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The image's config blob (OCI image-spec 1.1 config.md; Docker's image JSON is the same): what the image wants to be run
 * with, and which layers it is made of. It is a stranger's text: data, never configuration of the host. Lists keep the
 * order of the file. `struct imageconfig c = {0};` owns nothing.
 */
#include "base/json.h"
#include "base/strv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMAGECONFIG_SIZE_MAX   (4 << 20)
#define IMAGECONFIG_LAYERS_MAX 128

struct imageconfig_healthcheck {
	bool set;
	struct strv test;                                        /* NONE | CMD args… | CMD-SHELL line */
	int64_t interval, timeout, start_period, start_interval; /* nanoseconds; 0 is the default */
	int64_t retries;
};

struct imageconfig_history {
	char *created, *created_by, *author, *comment; /* each may be NULL */
	bool empty_layer;
};

struct imageconfig {
	char *created; /* RFC 3339, or NULL */
	char *author;
	char *architecture, *os, *variant; /* never NULL once parsed; variant may be "" */

	struct strv entrypoint, cmd, shell;
	bool entrypoint_set, cmd_set; /* the member was there, perhaps empty */
	struct strv env;              /* NAME=value */
	struct strv exposed_ports;    /* "80/tcp" */
	struct strv volumes;          /* paths */
	struct strv labels;           /* name=value */
	struct strv on_build;
	char *working_dir, *user, *stop_signal; /* NULL where not given */
	int64_t stop_timeout;                   /* seconds, -1 where not given */
	struct imageconfig_healthcheck healthcheck;

	struct strv diff_ids; /* "sha256:…", lowest first */
	struct imageconfig_history *history;
	size_t history_count;
};

/* Parses the config blob. -EINVAL with words when it is none (wrong types, no rootfs, a diff id that is no digest). */
int imageconfig_parse(const char *text, size_t len, struct imageconfig *ret);
/* Writes the whole blob as JSON. The caller gives "os" and "architecture". stop_timeout is -1 where none is wanted. */
void imageconfig_write(const struct imageconfig *c, struct buf *out);
/* Writes its "config" member alone, under @key, as docker inspect shows it. */
void imageconfig_write_inner(const struct imageconfig *c, const char *key, struct json_writer *w);
void imageconfig_release(struct imageconfig *c);
