/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * An image that is here: a name, a config and unpacked layers. This is what the other folders see of src/image/.
 * Command process. `struct image i = {0};` owns nothing; image_release accepts that.
 */
#include "base/strv.h"
#include "image/imageconfig.h"
#include "image/store.h"

#include <stdbool.h>
#include <stdint.h>

struct image {
	char *id;              /* 64 hex digits: sha256 of the config blob */
	char *reference;       /* canonical: docker.io/library/nginx:latest; NULL for an image without a name */
	char *digest;          /* "sha256:…" that the name stood for at the registry (an index's or a manifest's), or NULL */
	char *manifest_digest; /* "sha256:…" of this platform's manifest, or NULL (imported) */
	struct imageconfig config;
	struct strv layers; /* absolute paths of layers/CHAIN/diff, lowest first */
	int64_t size;       /* bytes unpacked, all layers */
};

void image_release(struct image *i);

/*
 * Finds a local image by name ("nginx", "nginx:1.27", "host:5000/x@sha256:…"), by id or by the first digits of an id.
 * A name costs two small files and one look at each layer; only digits of an id cost a scan of images/.
 * -ENOENT without words when there is none, -EINVAL with words when it is no name, -ENOTUNIQ with words when the digits
 * fit several. An image whose layers are incomplete counts as absent.
 */
int image_find(const struct store *s, const char *name_or_id, struct image *ret);

/* The two halves of image_find, for the commands that list, name and remove images. */
struct catalog_entry;
int image_find_entry(const struct store *s, const char *name_or_id, struct catalog_entry *ret);
int image_load(const struct store *s, const struct catalog_entry *e, struct image *ret);

enum pull_state {
	PULL_WAITING,
	PULL_PRESENT, /* "Already exists" */
	PULL_DOWNLOADING,
	PULL_RETRYING,
	PULL_DOWNLOADED,
	PULL_EXTRACTING,
	PULL_DONE,
};

/* What a puller hears. Both may be NULL. Called in the puller's own process and thread, many times a second. */
struct pull_events {
	/* A whole line, without its newline, as Docker prints it: "latest: Pulling from library/nginx", "Digest: …". */
	void (*line)(void *data, const char *text);
	/* @id: the first 12 digits of the layer. @done and @total: bytes; @total may be 0 (unknown). */
	void (*layer)(void *data, const char *id, enum pull_state state, uint64_t done, uint64_t total);
	void *data;
};

struct pull_options {
	const char *reference; /* as typed */
	const char *platform;  /* "linux/arm64"; NULL: this machine's */
	bool tls_verify;
	struct pull_events events;
};

/*
 * Fetches an image and its layers into the store, or finds that it is there already. Errors carry words without the
 * name: put "cannot pull NAME" in front. Killed at any moment it leaves a consistent store; what was fetched is kept.
 */
int image_pull(const struct store *s, const struct pull_options *options, struct image *ret);
/* The tags that the registry lists of a repository, for `pull -a`. -EINVAL with words when the name has one already. */
int image_pull_tags(const char *repository, bool tls_verify, struct strv *ret);
