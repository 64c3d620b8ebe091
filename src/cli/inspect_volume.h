/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What `inspect` shows of a volume. Command's process. */
#include "base/json.h"
#include "image/store.h"

/* Writes one JSON object. -ENOENT without words when there is no such volume. */
int inspect_volume(const struct store *s, const char *name, struct json_writer *w);
