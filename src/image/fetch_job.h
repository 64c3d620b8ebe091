/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One layer on its way from the registry to layers/: where its bytes come from, how far they are, and who unpacks them.
 * image/fetch.c runs all of them in one loop. Command process.
 */
#include "image/image.h"
#include "image/layer.h"
#include "image/manifest.h"
#include "image/registry.h"
#include "image/unpack.h"

#define FETCH_UNPACKERS_MAX 8
#define FETCH_DOWNLOADS     3 /* as Docker's default */

struct fetch_layer {
	const struct descriptor *blob;
	const char *diff_id;
	char chain[DIGEST_MAX];
};

enum fetch_source {
	SOURCE_NONE,    /* still to be opened: at @due */
	SOURCE_REQUEST, /* to be asked for: at @due */
	SOURCE_COMING,
	SOURCE_WHOLE, /* all bytes are in the file */
};

struct fetch_job {
	const struct fetch_layer *layer;
	char id[13], what[48];
	enum fetch_source source;
	int file;     /* partial blob (holds its lock) or finished blob */
	bool partial; /* the former */
	bool resumed; /* some of its bytes were here before this pull: they may be damaged */
	uint32_t request;
	unsigned int tries;
	int64_t due; /* clock_monotonic; for SOURCE_NONE and SOURCE_REQUEST */
	int64_t have, fed;
	int64_t asked;  /* where the running request begins */
	int64_t best;   /* the most there ever was: only more than that is progress */
	bool restarted; /* it was begun again at 0, which is done once */

	bool unpacking, unpack_failed, done;
	int pipe; /* to the unpacker; -1 once it got everything */
	struct unpack unpack;
	struct layer_draft draft;
	int code; /* of unpack_failed, with its words */
	char *words;
};

struct fetch {
	const struct store *store;
	struct registry *registry;
	const struct pull_events *events;
	struct fetch_job *jobs;
	size_t count, left;
	unsigned int downloads, unpackers, unpackers_max;
};

void fetch_job_init(struct fetch_job *j, const struct fetch_layer *layer, size_t number);
/* What was unpacked so far goes, what was fetched stays for the next pull. */
void fetch_job_release(struct fetch *f, struct fetch_job *j);
void fetch_job_tell(const struct fetch *f, const struct fetch_job *j, enum pull_state state, int64_t done);
/* Takes every step that nothing stands in the way of: opens the source, asks for it, starts the unpacker. */
int fetch_job_advance(struct fetch *f, struct fetch_job *j);
/* Passes on to the unpacker what has arrived. */
int fetch_job_feed(struct fetch *f, struct fetch_job *j);
/* Ends the unpacker and throws its draft away. */
void fetch_job_stop(struct fetch *f, struct fetch_job *j);
/* The unpacker has ended: checks what it found; the layer is done, or the bytes are fetched once more. */
int fetch_job_unpacked(struct fetch *f, struct fetch_job *j);
/* The unpacker failed and all bytes are here: are they at fault, or is it the layer itself? */
int fetch_job_explain(struct fetch *f, struct fetch_job *j);
/* The transfer ended, well or not. */
int fetch_job_fetched(struct fetch *f, struct fetch_job *j, const struct transfer_answer *a);
