/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The options of run and create as members of Docker's HostConfig, for the record: limits, rights, namespaces, names. */
#include "base/json.h"
#include "container/options.h"
#include "runtime/spec.h"

/* Members of the object that is open in @w. What the options became is read from @spec. */
void record_options_write(struct json_writer *w, const struct run_options *o, const struct spec *spec);
/* KEY=VALUE entries as the object @member. */
void record_put_pairs(struct json_writer *w, const char *member, const struct strv *pairs);
