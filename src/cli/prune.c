/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/prune.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/log.h"
#include "cli/filter.h"
#include "cli/moment.h"
#include "container/brief.h"
#include "container/control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int prune_check(const struct strv *filters)
{
	static const char *const known[] = { "until", "label", "label!", NULL };
	int r = filter_names(filters, known);

	for (size_t i = 0; r == 0 && i < filters->count; i++)
		if (strncmp(filters->items[i], "until=", 6) == 0)
			r = moment_check(filters->items[i] + 6);
	return r;
}

bool prune_wants(const struct strv *filters, int64_t created, const struct strv *labels)
{
	for (size_t i = 0; i < filters->count; i++) {
		int64_t until;

		if (strncmp(filters->items[i], "until=", 6) == 0 && moment_parse(filters->items[i] + 6, &until) == 0 &&
		    created >= until)
			return false;
	}
	return filter_holds_labels(filters, labels) && filter_lacks_labels(filters, labels);
}

struct found {
	const struct prune *prune;
	struct strv ids;
};

/* They are only listed here: a directory that is read should not shrink meanwhile. */
static int find_container(struct brief *b, void *data)
{
	struct found *f = data;
	enum container_status s = b->state.status;

	if ((s == STATUS_CREATED || s == STATUS_EXITED || s == STATUS_DEAD) &&
	    prune_wants(f->prune->filters, b->created, &b->labels))
		strv_add(&f->ids, b->id);
	return 0;
}

static int remove_container(const struct home *home, const char *id, uint64_t *ret_bytes)
{
	autocall(handle_release) struct handle h = HANDLE_NONE;
	uint64_t bytes;
	int r = handle_open(home, id, &h);

	if (r < 0)
		return r;
	bytes = dir_size(h.dir, "upper");
	r = control_remove(&h, false, false);
	if (r == 0)
		*ret_bytes += bytes;
	return r;
}

int prune_containers(const struct prune *p, uint64_t *ret_bytes)
{
	struct found found = { .prune = p };
	size_t removed = 0;
	int r = brief_each(p->home, false, find_container, &found);

	for (size_t i = 0; r >= 0 && i < found.ids.count; i++) {
		int one = remove_container(p->home, found.ids.items[i], ret_bytes);

		if (one == 0)
			printf("%s%s\n", removed++ ? "" : "Deleted Containers:\n", found.ids.items[i]);
		else if (one != -ENOENT && one != -EBUSY)
			log_warning("cannot remove container %.12s: %s", found.ids.items[i], error_text(one));
	}
	if (removed)
		putchar('\n');
	strv_release(&found.ids);
	return r < 0 ? r : 0;
}
