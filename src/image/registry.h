/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One repository at a registry: the few calls of the distribution spec (1.1) that a pull needs, over one hoy-transfer
 * process. What is returned has been checked against its digest where one is known. Failures that may pass (5xx, a reset
 * connection) are tried again a few times. Command process.
 */
#include "base/buf.h"
#include "base/strv.h"
#include "image/digest.h"
#include "image/reference.h"
#include "image/transfer.h"

#define REGISTRY_TRIES    4
#define REGISTRY_TAGS_MAX 20 /* pages of a tag list, of a thousand each */

struct registry;

/* Starts hoy-transfer for @ref (borrowed). Nothing is sent yet. */
int registry_open(const struct reference *ref, bool tls_verify, struct registry **ret);
void registry_free(struct registry **r);

struct registry_manifest {
	struct buf text;
	char *media_type; /* as the registry says it, or NULL */
	char digest[DIGEST_MAX];
};
void registry_manifest_release(struct registry_manifest *m);

/*
 * Fetches a manifest by tag or digest. -ENOENT with words when there is none; -EBADMSG when it does not hash to the digest
 * asked for, or to the one the registry names.
 */
int registry_manifest(struct registry *r, const char *tag_or_digest, struct registry_manifest *ret);
/* Only its digest. -EOPNOTSUPP without words where the registry does not tell. */
int registry_manifest_digest(struct registry *r, const char *tag_or_digest, char digest[DIGEST_MAX]);
/* Fetches a small blob, of exactly this digest and size. */
int registry_blob(struct registry *r, const char *digest, int64_t size, struct buf *ret);
/* Adds the tags that the registry lists, in its order. -ENOENT with words where it lists none. */
int registry_tags(struct registry *r, struct strv *ret);

/* Begins to fetch a blob into @fd from @offset on; answers come by registry_answer. */
int registry_blob_begin(struct registry *r, const char *digest, int64_t size, int fd, int64_t offset, uint32_t *ret_id);
/* Readable when an answer waits. */
int registry_fd(const struct registry *r);
int registry_answer(struct registry *r, struct transfer_answer *ret);
/*
 * What a finished answer means: 0 it is here; -EAGAIN with words: try again, after *@ret_wait milliseconds at the @tries-th
 * time; another error with words. @what: "layer 3fa2…", for the words.
 */
int registry_judge(const struct transfer_answer *a, const char *what, unsigned int tries, int64_t *ret_wait);
