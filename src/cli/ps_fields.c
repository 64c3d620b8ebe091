/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/ports.h"
#include "cli/ps_row.h"
#include "cli/table.h"
#include "container/status.h"
#include "image/digest.h"

#include <stdio.h>
#include <string.h>

#define ID_SHORT      12
#define COMMAND_SHORT 20
#define MOUNT_SHORT   15

static void add_id(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	buf_add(out, row->brief.id, v->no_trunc ? strlen(row->brief.id) : ID_SHORT);
}

static void add_image(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	(void)v;
	buf_add_str(out, row->brief.image);
}

/* "sh -c 'echo…", in quotes. */
static void add_command(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	buf_add_char(out, '"');
	table_cut(out, row->brief.command, COMMAND_SHORT, v->no_trunc);
	buf_add_char(out, '"');
}

static void add_running_for(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	char text[CLOCK_TEXT_MAX];

	(void)v;
	buf_add_format(out, "%s ago", clock_human(clock_now() - row->brief.created, text));
}

static void add_created_at(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	char text[CLOCK_TEXT_MAX];

	(void)v;
	buf_add_str(out, clock_go(row->brief.created, text));
}

static void add_status(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	char text[STATUS_TEXT_MAX];

	(void)v;
	buf_add_str(out, status_text(&row->brief.state, text));
}

static void add_state(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	(void)v;
	buf_add_str(out, state_name(row->brief.state.status));
}

static void add_ports(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	if (row->brief.state.pid <= 0)
		return;
	ps_row_read_endpoints(v, row);
	ports_list(&row->endpoints, &row->brief.exposed, out);
}

static void add_names(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	(void)v;
	buf_add_str(out, row->brief.name);
}

static void add_labels(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	autofree char *text = strv_join(&row->brief.labels, ",");

	(void)v;
	buf_add_str(out, text);
}

static void add_mounts(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	for (size_t i = 0; i < row->brief.mounts.count; i++) {
		if (i)
			buf_add_char(out, ',');
		table_cut(out, row->brief.mounts.items[i], MOUNT_SHORT, v->no_trunc);
	}
}

static void add_local_volumes(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	(void)v;
	buf_add_format(out, "%u", row->brief.local_volumes);
}

/* Those it is in, or while it does not run the one it wants to be in. */
static void add_networks(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	const char *mode = row->brief.network ? row->brief.network : "none";

	ps_row_read_endpoints(v, row);
	for (size_t i = 0; i < row->endpoints.count; i++)
		buf_add_format(out, "%s%s", i ? "," : "", row->endpoints.items[i].network);
	if (!row->endpoints.count && strncmp(mode, "container:", 10) != 0)
		buf_add_str(out, strcmp(mode, "default") == 0 ? NETWORK_DEFAULT : mode);
}

static int64_t image_size(struct ps_view *v, const char *id)
{
	if (!v->catalog.items && catalog_list(v->home->store, &v->catalog) < 0)
		error_clear();
	for (size_t i = 0; i < v->catalog.count; i++)
		if (strcmp(digest_hex(v->catalog.items[i].id), id) == 0)
			return v->catalog.items[i].size;
	return 0;
}

/* What it wrote, and with the image's files. */
static void add_size(struct ps_view *v, struct ps_row *row, struct buf *out)
{
	autofree char *path = xasprintf("%s/upper", row->brief.id);
	char first[NUMBER_TEXT_MAX], second[NUMBER_TEXT_MAX];
	uint64_t own;

	if (!v->sized) {
		buf_add_str(out, "0B");
		return;
	}
	own = dir_size(v->home->containers, path);
	buf_add_format(out, "%s (virtual %s)", number_size_1000(own, first),
		       number_size_1000(own + (uint64_t)image_size(v, row->brief.image_id), second));
}

const struct format_column ps_columns[] = {
	{ "Command", "COMMAND" },   { "CreatedAt", "CREATED AT" },
	{ "ID", "CONTAINER ID" },   { "Image", "IMAGE" },
	{ "Labels", "LABELS" },     { "LocalVolumes", "LOCAL VOLUMES" },
	{ "Mounts", "MOUNTS" },     { "Names", "NAMES" },
	{ "Networks", "NETWORKS" }, { "Platform", "PLATFORM" },
	{ "Ports", "PORTS" },       { "RunningFor", "CREATED" },
	{ "Size", "SIZE" },         { "State", "STATE" },
	{ "Status", "STATUS" },     { NULL, NULL },
};
/* In the same order. */
static void (*const fields[])(struct ps_view *v, struct ps_row *row, struct buf *out) = {
	add_command,
	add_created_at,
	add_id,
	add_image,
	add_labels,
	add_local_volumes,
	add_mounts,
	add_names,
	add_networks,
	NULL,
	/* Platform: of images in containerd, of which there are none */ add_ports,
	add_running_for,
	add_size,
	add_state,
	add_status,
};
_Static_assert(ARRAY_SIZE(ps_columns) == ARRAY_SIZE(fields) + 1, "a function for each field");

struct json_object *ps_row_describe(struct ps_view *view, struct ps_row *row, bool (*wanted)(const char *field, const void *data),
				    const void *data)
{
	struct json_object *o = json_object_new_object();
	autobuf text = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (!wanted(ps_columns[i].field, data))
			continue;
		buf_clear(&text);
		if (fields[i])
			fields[i](view, row, &text);
		json_object_object_add(o, ps_columns[i].field,
				       fields[i] ? json_object_new_string_len(text.data, (int)text.len) : NULL);
	}
	if (wanted("Label ", data))
		format_add_labels(o, &row->brief.labels);
	return o;
}
