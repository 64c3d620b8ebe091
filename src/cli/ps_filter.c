/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "cli/filter.h"
#include "cli/ps_row.h"
#include "container/handle.h"
#include "image/digest.h"
#include "image/image.h"
#include "image/reference.h"

#include <errno.h>
#include <string.h>

/* A row with what filters look at it with. */
struct look {
	struct ps_view *view;
	struct ps_row *row;
};

void ps_row_release(struct ps_row *row)
{
	brief_release(&row->brief);
	endpoints_release(&row->endpoints);
}

void ps_view_release(struct ps_view *view)
{
	strv_release(&view->images);
	strv_release(&view->networks);
	catalog_release(&view->catalog);
}

void ps_row_read_endpoints(struct ps_view *view, struct ps_row *row)
{
	if (row->endpoints.items || row->brief.state.pid <= 0)
		return;
	if (!view->networks_read)
		endpoints_networks(view->home, &view->networks);
	view->networks_read = true;
	endpoints_read_in(view->home, &view->networks, row->brief.id, &row->endpoints);
}

static bool id_fits(const char *value, void *data)
{
	return strncmp(((struct look *)data)->row->brief.id, value, strlen(value)) == 0;
}

/* A pattern that is found somewhere in the name; Docker's names begin with a slash, for who looks for it. */
static bool name_fits(const char *value, void *data)
{
	const char *name = ((struct look *)data)->row->brief.name;
	autofree char *slashed = xasprintf("/%s", name);

	return filter_pattern(value, name) || filter_pattern(value, slashed);
}

static bool status_fits(const char *value, void *data)
{
	return strcmp(state_name(((struct look *)data)->row->brief.state.status), value) == 0;
}

static bool exited_fits(const char *value, void *data)
{
	const struct state *s = &((struct look *)data)->row->brief.state;
	int64_t code;

	return s->status == STATUS_EXITED && number_i64(value, &code) == 0 && s->exit_code == code;
}

/* As it was typed, with any tag where none was asked for; or the image that the name stands for now. */
static bool ancestor_fits(const char *value, void *data)
{
	const struct look *l = data;
	const struct brief *b = &l->row->brief;
	size_t len = strlen(value);

	return (strncmp(b->image, value, len) == 0 && (!b->image[len] || b->image[len] == ':')) ||
	       (len >= 4 && strncmp(b->image_id, value, len) == 0) || strv_contains(&l->view->images, b->image_id);
}

static bool volume_fits(const char *value, void *data)
{
	const struct brief *b = &((struct look *)data)->row->brief;

	return strv_contains(&b->mounts, value) || strv_contains(&b->targets, value);
}

static bool network_fits(const char *value, void *data)
{
	const struct look *l = data;
	const char *mode = l->row->brief.network ? l->row->brief.network : "none";
	struct network_home home = endpoints_home(l->view->home);
	autonetwork network = { 0 };
	const char *name = network_find(&home, value, &network) == 0 ? network.name : value;

	error_clear();
	ps_row_read_endpoints(l->view, l->row);
	for (size_t i = 0; i < l->row->endpoints.count; i++)
		if (strcmp(l->row->endpoints.items[i].network, name) == 0)
			return true;
	return !l->row->endpoints.count && strcmp(strcmp(mode, "default") == 0 ? NETWORK_DEFAULT : mode, name) == 0;
}

/* One of the ports that @value names ("80", "80-90/udp") is among @ports. */
static bool has_port(const struct publishes *ports, const char *value)
{
	struct publishes wanted = { 0 };
	bool yes = false;

	if (publish_parse_exposed(value, &wanted) < 0)
		error_clear();
	for (size_t i = 0; i < wanted.count; i++)
		for (size_t k = 0; k < ports->count; k++)
			yes |= ports->items[k].protocol == wanted.items[i].protocol && ports->items[k].port == wanted.items[i].port;
	publishes_release(&wanted);
	return yes;
}

static bool publish_fits(const char *value, void *data)
{
	const struct look *l = data;

	ps_row_read_endpoints(l->view, l->row);
	for (size_t i = 0; i < l->row->endpoints.count; i++)
		if (has_port(&l->row->endpoints.items[i].endpoint.published, value))
			return true;
	return false;
}

static bool expose_fits(const char *value, void *data)
{
	const struct strv *exposed = &((struct look *)data)->row->brief.exposed;
	struct publishes ports = { 0 };
	bool yes;

	for (size_t i = 0; i < exposed->count; i++)
		if (publish_parse_exposed(exposed->items[i], &ports) < 0)
			error_clear();
	yes = has_port(&ports, value) || publish_fits(value, data);
	publishes_release(&ports);
	return yes;
}

static bool health_fits(const char *value, void *data)
{
	return strcmp(state_health_name(((struct look *)data)->row->brief.state.health), value) == 0;
}

/* Tasks are Swarm's: there are none. */
static bool is_task_fits(const char *value, void *data)
{
	(void)data;
	return strcmp(value, "false") == 0 || strcmp(value, "0") == 0;
}

static bool decided_elsewhere(const char *value, void *data)
{
	(void)value;
	(void)data;
	return true;
}

static const char *const states[] = { "created", "restarting", "running", "removing", "paused", "exited", "dead", NULL };
static const char *const healths[] = { "starting", "healthy", "unhealthy", "none", NULL };

static const struct {
	const char *name;
	bool (*fits)(const char *value, void *data);
	const char *const *values; /* the only ones there are */
} filters[] = {
	{ "ancestor", ancestor_fits, NULL },
	{ "before", decided_elsewhere, NULL },
	{ "exited", exited_fits, NULL },
	{ "expose", expose_fits, NULL },
	{ "health", health_fits, healths },
	{ "id", id_fits, NULL },
	{ "is-task", is_task_fits, filter_truths },
	{ "label", decided_elsewhere, NULL },
	{ "name", name_fits, NULL },
	{ "network", network_fits, NULL },
	{ "publish", publish_fits, NULL },
	{ "since", decided_elsewhere, NULL },
	{ "status", status_fits, states },
	{ "volume", volume_fits, NULL },
};

static bool is_one_of(const char *const *values, const char *value)
{
	while (*values && strcmp(*values, value) != 0)
		values++;
	return *values;
}

/* When the container that a filter names was made. */
static int created_of(const struct home *home, const char *name, int64_t *ret)
{
	autocall(handle_release) struct handle h = HANDLE_NONE;
	int r = handle_open(home, name, &h);

	if (r < 0)
		return fail(r, "no such container: %s", name);
	*ret = h.record.created;
	return 0;
}

static int prepare(struct ps_view *v, const char *name, const char *value)
{
	autoentry image = { 0 };

	if (strcmp(name, "before") == 0)
		return created_of(v->home, value, &v->before);
	if (strcmp(name, "since") == 0)
		return created_of(v->home, value, &v->since);
	if (strcmp(name, "exited") == 0) {
		int64_t unused;

		return number_i64(value, &unused) < 0 ? fail(-EINVAL, "invalid filter 'exited=%s'", value) : 0;
	}
	/* a name that is no image's here is not wrong: it may have been one when the container was made */
	if (strcmp(name, "ancestor") == 0 && image_find_entry(v->home->store, value, &image) == 0)
		strv_add(&v->images, digest_hex(image.id));
	error_clear();
	return 0;
}

int ps_filters_prepare(struct ps_view *v)
{
	v->before = INT64_MAX;
	v->since = INT64_MIN;
	for (size_t i = 0; i < v->filters->count; i++) {
		const char *filter = v->filters->items[i], *value = strchr(filter, '=') + 1;
		autofree char *name = xstrndup(filter, (size_t)(value - filter) - 1);
		size_t k = 0;
		int r;

		while (k < ARRAY_SIZE(filters) && strcmp(filters[k].name, name) != 0)
			k++;
		if (k == ARRAY_SIZE(filters))
			return fail(-EINVAL, "invalid filter '%s'", name);
		if (filters[k].values && !is_one_of(filters[k].values, value))
			return fail(-EINVAL, "invalid filter '%s'", filter);
		r = prepare(v, name, value);
		if (r < 0)
			return r;
	}
	return 0;
}

bool ps_filters_want_all(const struct strv *asked)
{
	for (size_t i = 0; i < asked->count; i++)
		if (strncmp(asked->items[i], "status=", 7) == 0 || strncmp(asked->items[i], "exited=", 7) == 0)
			return true;
	return false;
}

bool ps_row_fits(struct ps_view *view, struct ps_row *row)
{
	struct look look = { view, row };

	if (!view->filters->count)
		return true;
	if (row->brief.created >= view->before || row->brief.created <= view->since ||
	    !filter_holds_labels(view->filters, &row->brief.labels))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(filters); i++)
		if (!filter_holds(view->filters, filters[i].name, filters[i].fits, &look))
			return false;
	return true;
}
