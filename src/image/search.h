/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Repositories of a registry by a part of their name: Docker's search API (/v1/search), which its own registry answers; of one that
 * has none, its catalog (distribution-spec's predecessor, /v2/_catalog) is looked through. No credentials are sent. What comes back
 * is strangers' text. Command process.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SEARCH_MAX 100

struct search_result {
	char *name; /* as it is pulled */
	char *description;
	int64_t stars;
	bool official, automated;
};

struct search_results {
	struct search_result *items;
	size_t count;
};

void search_results_release(struct search_results *r);
/* At most @limit of them, in the registry's order. @term is [HOST[:PORT]/]TEXT; without a host it is Docker's registry. */
int image_search(const char *term, size_t limit, struct search_results *ret);
