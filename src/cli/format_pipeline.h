/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What stands in an action of a template: {{$a := .Field | function "x" (…)}}, without its braces. */
#include "cli/format_node.h"
#include "cli/format_scan.h"

/* -EINVAL with words; what was made of it is in *@ret then, too, for the caller to free with all else. */
int format_pipeline_parse(struct format_scan *ps, struct format_pipeline **ret);
void format_pipeline_free(struct format_pipeline *pipeline);
