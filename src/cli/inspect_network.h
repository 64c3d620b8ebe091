/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What `inspect` shows of a container's networks: the member NetworkSettings. Command's process. */
#include "base/json.h"
#include "container/handle.h"

/* Into the object that is open in @w; @record is record.json. */
void inspect_network(const struct handle *h, struct json_object *record, struct json_writer *w);
