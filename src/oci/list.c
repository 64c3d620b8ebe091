/* SPDX-License-Identifier: Apache-2.0 */
#include "base/dir.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "cli/table.h"
#include "oci/command.h"
#include "runtime/state_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list_flags {
	const char *format;
	bool quiet;
};

static const struct option options[] = {
	{ 'f', "format", OPTION_STRING, offsetof(struct list_flags, format), "value", "select one of: table or json", "\"table\"" },
	{ 'q', "quiet", OPTION_BOOL, offsetof(struct list_flags, quiet), .help = "display only container IDs" },
	OPTIONS_END,
};

static int gather(int root, const char *name, void *data)
{
	(void)root;
	if (state_file_check_id(name) == 0)
		strv_add(data, name);
	error_clear();
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_row(struct table *table, const struct state_file *state, enum state_status status)
{
	char pid[16], owner[16];

	snprintf(pid, sizeof pid, "%d", status == STATE_STOPPED ? 0 : state->pid);
	snprintf(owner, sizeof owner, "%s%u", state->owner ? "#" : "", state->owner);
	table_add(table, state->id);
	table_add(table, pid);
	table_add(table, state_status_name(status));
	table_add(table, state->bundle ? state->bundle : "");
	table_add(table, state->created ? state->created : "");
	table_add(table, state->owner ? owner : "root");
}

static void put(struct json_writer *w, const struct state_file *state, enum state_status status)
{
	json_begin_object(w, NULL);
	state_file_put(w, state, status);
	json_put_str(w, "owner", state->owner ? "" : "root");
	json_end_object(w);
}

static int list_all(const struct oci *oci, const struct strv *ids, struct table *table, struct json_writer *w)
{
	for (size_t i = 0; i < ids->count; i++) {
		autocall(state_file_release) struct state_file state = { 0 };
		autofd int dir = -1;
		int r = state_file_read(oci->root_fd, ids->items[i], &state, &dir);
		enum state_status status;

		if (r == -ENOENT)
			continue; /* deleted while we look */
		if (r < 0) {
			log_warning("%s", error_text(r));
			continue;
		}
		status = state_file_status(&state);
		add_row(table, &state, status);
		put(w, &state, status);
	}
	return 0;
}

static int run(const struct oci *oci, char *const *args, void *data)
{
	static const char *const headings[] = { "ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER" };
	const struct list_flags *flags = data;
	bool json = flags->format && strcmp(flags->format, "json") == 0;
	autotable table = { .columns = ARRAY_SIZE(headings) };
	autobuf text = BUF_INIT, rows = BUF_INIT;
	autostrv ids = { 0 };
	struct json_writer w;

	(void)args;
	if (flags->format && !json && strcmp(flags->format, "table") != 0)
		return fail(-EINVAL, "invalid format option: %s", flags->format);
	(void)dir_each(oci->root_fd, ".", gather, &ids);
	if (ids.count)
		qsort(ids.items, ids.count, sizeof *ids.items, by_name);
	for (size_t i = 0; flags->quiet && i < ids.count; i++)
		puts(ids.items[i]);
	if (flags->quiet)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(headings); i++)
		table_add(&table, headings[i]);
	json_writer_init(&w, &text, false);
	json_begin_array(&w, NULL);
	list_all(oci, &ids, &table, &w);
	json_end_array(&w);
	table_print(&table, &rows);
	/* runc prints null, not an empty list */
	if (json)
		puts(ids.count ? text.data : "null");
	else
		fputs(rows.data, stdout);
	return 0;
}

const struct oci_command oci_list = {
	.name = "list",
	.usage = "[command options]",
	.summary = "lists containers started by hoy-runtime with the given root",
	.options = options,
	.options_size = sizeof(struct list_flags),
	.root = OCI_ROOT_OPEN,
	.interspersed = true,
	.run = run,
};
