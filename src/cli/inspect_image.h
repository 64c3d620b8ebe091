/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What `inspect` shows of an image: the members of docker image inspect, from its documents. Command's process. */
#include "base/json.h"
#include "image/store.h"

/* Writes one JSON object. -ENOENT without words when there is no such image. */
int inspect_image(const struct store *s, const char *name_or_id, struct json_writer *w);
