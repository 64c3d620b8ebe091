/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How a pull looks: on a terminal one line a layer with a bar that moves, otherwise one line for each change, as Docker
 * prints them. No colours are used, so NO_COLOR changes nothing. Command's process.
 */
#include "image/image.h"

#include <stdio.h>

struct progress;

/* @out is used, not owned; it decides by itself whether it is a terminal. */
struct progress *progress_new(FILE *out);
void progress_free(struct progress **p);
/* What image_pull is to call. Valid as long as @p. */
struct pull_events progress_events(struct progress *p);
