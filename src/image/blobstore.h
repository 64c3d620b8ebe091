/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Blobs: files named by what they hash to, as an OCI layout holds them. A blob is checked each time it is read, because
 * the process that received it could have kept a descriptor on it. What is being fetched lies in partial/ under the same
 * name, locked by the fetcher, and is kept for the next try when the fetch breaks off.
 */
#include "base/buf.h"
#include "image/digest.h"
#include "image/store.h"

#include <stdbool.h>
#include <stdint.h>

/* The size of a blob that is here, or -ENOENT without words. Costs one stat. */
int64_t blobstore_size(const struct store *s, const char *digest);
/* Reads a whole small blob and checks it. -ENOENT without words, -EBADMSG with words when it does not fit its name. */
int blobstore_read(const struct store *s, const char *digest, size_t max, struct buf *ret);
/* A descriptor for reading, or -ENOENT without words. Not checked: the reader hashes it. */
int blobstore_open(const struct store *s, const char *digest);
/* Puts these bytes in, durably; the blob may be there already. @digest gets its name. */
int blobstore_put(const struct store *s, const void *data, size_t len, char digest[DIGEST_MAX]);
/*
 * Opens what is there of a blob for reading and writing, made empty where nothing is, and locks it. *@ret_size is what is
 * there. Returns the descriptor, or without words -EAGAIN when another process is fetching it, -EEXIST when another
 * process completed it.
 */
int blobstore_begin(const struct store *s, const char *digest, int64_t *ret_size);
/* The partial blob is whole and checked: it gets its place. @fd (of blobstore_begin) stays the caller's. */
int blobstore_commit(const struct store *s, const char *digest, int fd);
/* What was fetched is wrong: away with it. @fd (of blobstore_begin) stays the caller's. */
void blobstore_discard(const struct store *s, const char *digest, int fd);
/*
 * Holds the store while an image is made (@making), from its first blob to its name, so that what nobody names yet is not
 * collected; any number of them at once, waiting for a collector. Or for the collector, alone and without waiting: -EAGAIN
 * without words while an image is made. Returns a descriptor; closing it lets go, and so does the end of the process.
 */
int blobstore_hold(const struct store *s, bool making);
/* Removes a blob; a missing one is fine. */
int blobstore_remove(const struct store *s, const char *digest);
