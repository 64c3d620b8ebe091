/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Manifests and indexes: OCI image-spec 1.1 (manifest.md, image-index.md) and Docker's schema 2, which are the same but
 * for their media types. The text is a stranger's: it is parsed in the command, after its digest was checked, with limits
 * on size, depth and count. A document that could be read as both kinds is refused (CVE-2021-41190), and so is a layer
 * that is to be fetched from elsewhere (CVE-2020-15157).
 */
#include "image/digest.h"
#include "image/platform.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MANIFEST_SIZE_MAX    (4 << 20) /* distribution-spec: a registry should accept manifests of this size */
#define MANIFEST_ENTRIES_MAX 4096      /* platforms of an index */
#define MANIFEST_LAYERS_MAX  128

enum manifest_kind { MANIFEST_IMAGE, MANIFEST_INDEX };

struct descriptor {
	char digest[DIGEST_MAX];
	int64_t size;
	char *media_type;
	bool platform_given;
	struct platform platform; /* of an index's entry */
	bool attestation;         /* BuildKit's "unknown/unknown" entries: no image */
};

struct manifest {
	enum manifest_kind kind;
	char *media_type;
	struct descriptor config; /* MANIFEST_IMAGE */
	struct descriptor *items; /* layers, lowest first, or an index's manifests */
	size_t count;
};

/* What a puller sends as Accept: all types that manifest_parse knows. */
extern const char manifest_accept[];

/*
 * @media_type: what the registry or the index's entry says it is; NULL or a general type (application/json) where nothing
 * is said, then the text's own word counts. -EINVAL, -ENOTSUP or -E2BIG with words.
 */
int manifest_parse(const char *text, size_t len, const char *media_type, struct manifest *ret);
void manifest_release(struct manifest *m);
/* The entry of an index that runs best on @wanted, or NULL. Borrowed. */
const struct descriptor *manifest_choose(const struct manifest *index, const struct platform *wanted);
