/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The published ports of a container as people read them: for ps, port and inspect. Command's process. */
#include "base/buf.h"
#include "base/json.h"
#include "base/strv.h"
#include "container/endpoints.h"

/* "0.0.0.0:8080": where on the host, in @text, which it returns. */
#define PORTS_HOST_MAX (ADDRESS_TEXT_MAX + 16)
const char *ports_host(const struct publish *p, char text[PORTS_HOST_MAX]);
/* All of them in order: by port of the container, protocol, address. Borrowed from @e; caller frees the list. */
const struct publish **ports_sorted(const struct endpoints *e, size_t *ret_count);
/* "0.0.0.0:8080-8081->80-81/tcp, 443/tcp" as ps shows it; @exposed are "443/tcp" which are not published. */
void ports_list(const struct endpoints *e, const struct strv *exposed, struct buf *out);
/* The member "Ports" of NetworkSettings. */
void ports_put(const struct endpoints *e, const struct strv *exposed, struct json_writer *w);
