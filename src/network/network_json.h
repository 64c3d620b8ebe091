/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A network in the members of Docker's `network inspect`, which is also how it lies on disk. */
#include "base/json.h"
#include "network/network.h"

/* -EINVAL with words; @name says where. */
int network_from_json(struct json_object *o, const char *name, struct network *ret);
void network_to_json(const struct network *n, struct buf *out);
/* Its members into an object that the caller began. */
void network_put_members(struct json_writer *w, const struct network *n);
