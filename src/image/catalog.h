/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which names stand for which images: one JSON file a name in images/, replaced by rename. The file's name is the
 * reference with '/' written as '+' (which no reference contains), or sha256-HEX of it where that would be too long.
 * An image whose name moved on keeps an entry by digest ("docker.io/library/nginx@sha256:…"), which Docker shows as
 * <none>; an image that never had a name has the key "@sha256:ID".
 */
#include "image/store.h"

#include <stddef.h>
#include <stdint.h>

struct catalog_entry {
	char *reference;       /* canonical name with tag, or name@digest, or "@sha256:ID" */
	char *id;              /* "sha256:…" of the config blob */
	char *digest;          /* what the name stood for at the registry, or NULL */
	char *manifest_digest; /* this platform's manifest, or NULL */
	int64_t size;          /* bytes unpacked */
};

void catalog_entry_release(struct catalog_entry *e);
#define autoentry __attribute__((cleanup(catalog_entry_release))) struct catalog_entry

/* The entry of exactly this reference; -ENOENT without words. */
int catalog_get(const struct store *s, const char *reference, struct catalog_entry *ret);
/* When the name came to stand for what it does, in nanoseconds since 1970; 0 when there is no such name. */
int64_t catalog_named(const struct store *s, const char *reference);
/*
 * Makes the name stand for this image, durably (the entry and its directory are synced). When it stood for another image
 * that no other name keeps, that one keeps an entry by digest or id.
 */
int catalog_put(const struct store *s, const struct catalog_entry *e);
/* Forgets a name; -ENOENT without words when it is none. */
int catalog_remove(const struct store *s, const char *reference);

struct catalog {
	struct catalog_entry *items; /* sorted by reference */
	size_t count;
};
/* All entries. One that cannot be read is left out with a warning. */
int catalog_list(const struct store *s, struct catalog *ret);
void catalog_release(struct catalog *c);
#define autocatalog __attribute__((cleanup(catalog_release))) struct catalog
