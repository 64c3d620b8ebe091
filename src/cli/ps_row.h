/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A line of `ps` to be, the filters that decide whether it is shown, and the fields that it has. Command's process. */
#include "cli/format.h"
#include "container/brief.h"
#include "container/endpoints.h"
#include "image/catalog.h"

struct ps_row {
	struct brief brief;
	struct endpoints endpoints; /* of one that runs, where they are asked for */
};
void ps_row_release(struct ps_row *row);

/* What rows are filtered and described with. */
struct ps_view {
	const struct home *home;
	const struct strv *filters;
	bool no_trunc;
	bool sized;            /* sizes are read, which means every file of a container; else they are 0B, as Docker's */
	int64_t before, since; /* created before and after this: of the filters of these names */
	struct strv images;    /* ids that the filters "ancestor" mean, 64 hex digits */
	struct strv networks;  /* names of those that have endpoints now; read when the first row wants them */
	bool networks_read;
	struct catalog catalog; /* for sizes */
};

/* Reads what the filters need beside the containers. -EINVAL and -ENOENT with words. */
int ps_filters_prepare(struct ps_view *view);
void ps_view_release(struct ps_view *view);
/* A filter asks for containers that do not run. */
bool ps_filters_want_all(const struct strv *filters);
/* The row passes all filters. */
bool ps_row_fits(struct ps_view *view, struct ps_row *row);
/* Reads row->endpoints, once. */
void ps_row_read_endpoints(struct ps_view *view, struct ps_row *row);

/* Every field there is. */
extern const struct format_column ps_columns[];
/* The fields for which @wanted says yes, as members of an object. */
struct json_object *ps_row_describe(struct ps_view *view, struct ps_row *row, bool (*wanted)(const char *field, const void *data),
				    const void *data);
