/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/disk_detail.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/format.h"
#include "cli/ps_row.h"
#include "container/volume.h"
#include "image/digest.h"
#include "image/reference.h"

#include <stdio.h>
#include <string.h>

#define ID_SHORT 12

/* What the lists are made of. */
struct detail {
	const struct home *home;
	const struct disk_use *use;
	bool whole; /* nothing is cut: for programs */
};

static void add_str(struct json_object *o, const char *key, const char *value)
{
	json_object_object_add(o, key, json_object_new_string(value));
}

static void add_size(struct json_object *o, const char *key, uint64_t bytes)
{
	char text[NUMBER_TEXT_MAX];

	add_str(o, key, number_size_fine(bytes, text));
}

static void add_count(struct json_object *o, const char *key, size_t n)
{
	char text[24];

	snprintf(text, sizeof text, "%zu", n);
	add_str(o, key, text);
}

static struct json_object *describe_image(const struct detail *d, const struct disk_image *image)
{
	struct json_object *o = json_object_new_object();
	uint64_t size = (uint64_t)image->entry->size;
	autoreference ref = { 0 };
	bool named = *image->entry->reference != '@' && reference_parse(image->entry->reference, &ref) == 0;
	autofree char *name = named ? reference_familiar_name(&ref) : xstrdup("<none>");
	char since[CLOCK_TEXT_MAX], at[CLOCK_TEXT_MAX] = "N/A", ago[CLOCK_TEXT_MAX + 8] = "N/A";

	if (image->created) {
		snprintf(ago, sizeof ago, "%s ago", clock_human(clock_now() - image->created, since));
		clock_go(image->created, at);
	}
	add_count(o, "Containers", image->containers);
	add_str(o, "CreatedAt", at);
	add_str(o, "CreatedSince", ago);
	add_str(o, "Digest", image->entry->digest ? image->entry->digest : "");
	json_object_object_add(o, "ID",
			       d->whole ? json_object_new_string(image->entry->id)
					: json_object_new_string_len(digest_hex(image->entry->id), ID_SHORT));
	add_str(o, "Repository", name);
	add_size(o, "SharedSize", image->shared);
	add_size(o, "Size", size);
	add_str(o, "Tag", named && ref.tag ? ref.tag : "<none>");
	add_size(o, "UniqueSize", size > image->shared ? size - image->shared : 0);
	add_size(o, "VirtualSize", size);
	return o;
}

static struct json_object *list_images(const struct detail *d)
{
	struct json_object *rows = json_object_new_array();

	for (size_t i = 0; i < d->use->image_count; i++)
		json_object_array_add(rows, describe_image(d, &d->use->images[i]));
	error_clear();
	return rows;
}

static bool all_fields(const char *field, const void *data)
{
	(void)data;
	return strcmp(field, "Label ") != 0;
}

static struct json_object *list_containers(const struct detail *d)
{
	struct ps_view view = { .home = d->home, .no_trunc = d->whole };
	struct json_object *rows = json_object_new_array();

	for (size_t i = 0; i < d->use->container_count; i++) {
		struct ps_row row = { .brief = d->use->containers[i].brief }; /* borrowed */
		struct json_object *o = ps_row_describe(&view, &row, all_fields, NULL);

		add_size(o, "Size", d->use->containers[i].size);
		json_object_array_add(rows, o);
		endpoints_release(&row.endpoints);
	}
	ps_view_release(&view);
	return rows;
}

static struct json_object *list_volumes(const struct detail *d)
{
	struct json_object *rows = json_object_new_array();

	for (size_t i = 0; i < d->use->volume_count; i++) {
		const struct disk_volume *v = &d->use->volumes[i];
		autofree char *mountpoint = volume_mountpoint(d->home->store, v->name);
		struct json_object *o = json_object_new_object();

		add_str(o, "Availability", "N/A"); /* of clusters, as Group and Status */
		add_str(o, "Driver", VOLUME_DRIVER);
		add_str(o, "Group", "N/A");
		add_str(o, "Labels", v->labels);
		add_count(o, "Links", v->users);
		add_str(o, "Mountpoint", mountpoint);
		add_str(o, "Name", v->name);
		add_str(o, "Scope", "local");
		add_size(o, "Size", v->size);
		add_str(o, "Status", "N/A");
		json_object_array_add(rows, o);
	}
	return rows;
}

/* The lists, and what their tables show. */
static const struct kind {
	const char *name, *heading;
	struct json_object *(*list)(const struct detail *d);
	struct format_column columns[9];
	const char *shown[9];
} kinds[] = {
	{ "Images",
	  "Images",
	  list_images,
	  { { "Repository", "REPOSITORY" },
	    { "Tag", "TAG" },
	    { "ID", "IMAGE ID" },
	    { "CreatedSince", "CREATED" },
	    { "Size", "SIZE" },
	    { "SharedSize", "SHARED SIZE" },
	    { "UniqueSize", "UNIQUE SIZE" },
	    { "Containers", "CONTAINERS" } },
	  { "Repository", "Tag", "ID", "CreatedSince", "Size", "SharedSize", "UniqueSize", "Containers" } },
	{ "Containers",
	  "Containers",
	  list_containers,
	  { { "ID", "CONTAINER ID" },
	    { "Image", "IMAGE" },
	    { "Command", "COMMAND" },
	    { "LocalVolumes", "LOCAL VOLUMES" },
	    { "Size", "SIZE" },
	    { "RunningFor", "CREATED" },
	    { "Status", "STATUS" },
	    { "Names", "NAMES" } },
	  { "ID", "Image", "Command", "LocalVolumes", "Size", "RunningFor", "Status", "Names" } },
	{ "Volumes",
	  "Local Volumes",
	  list_volumes,
	  { { "Name", "VOLUME NAME" }, { "Links", "LINKS" }, { "Size", "SIZE" } },
	  { "Name", "Links", "Size" } },
};

static int print_tables(const struct detail *d)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(kinds); i++) {
		struct format_list list = { .columns = kinds[i].columns, .shown = kinds[i].shown };
		autojson struct json_object *rows = kinds[i].list(d);

		printf("%s%s space usage:\n\n", i ? "\n" : "", kinds[i].heading);
		r = format_print_list(&list, rows, stdout);
	}
	return r;
}

int disk_detail_print(const struct home *home, const struct disk_use *u, const char *format)
{
	struct detail d = { .home = home, .use = u, .whole = format };
	autojson struct json_object *all = NULL;

	if (!format || !*format || strcmp(format, "table") == 0)
		return print_tables(&d);
	all = json_object_new_object();
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		json_object_object_add(all, kinds[i].name, kinds[i].list(&d));
	json_object_object_add(all, "BuildCache", json_object_new_array()); /* hoy keeps none */
	return format_print_value(format, all, stdout);
}
