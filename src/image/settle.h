/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Layers on their way to the disk. A layer is thousands of files: to fsync each takes minutes, and syncfs waits for
 * everything else that is being written on the machine. So nobody waits for long: a layer counts as done as soon as it is
 * unpacked, for as long as this boot lasts (image/layer.h), and a process of its own calls syncfs and then marks it as
 * settled, which makes it count for good. A power cut before that costs one more unpacking, from the blob.
 *
 * The process is forked by the command, gives up everything but the store's descriptor, and ends by itself.
 */
#include "base/strv.h"
#include "image/store.h"

#define SETTLE_PATIENCE_MS 2000

struct settle {
	struct strv waiting; /* chain ids that no running process takes care of yet */
	int running;         /* hangs up when the process has ended; -1: none runs */
};
#define SETTLE_NONE ((struct settle){ .running = -1 })

/* A layer more. */
void settle_add(const struct store *s, struct settle *t, const char *chain);
/* t->running hung up: the next ones' turn. */
void settle_next(const struct store *s, struct settle *t);
/* Waits for the rest, but no longer than SETTLE_PATIENCE_MS, and releases @t. What is not settled then settles alone. */
void settle_end(const struct store *s, struct settle *t);
