/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/network_view.h"

#include "base/cleanup.h"
#include "cli/command.h"
#include "cli/inspect.h"
#include "container/endpoints.h"
#include "network/create.h"
#include "network/network_json.h"

#include <stddef.h>
#include <stdio.h>

static const struct option inspect_table[] = {
	{ 'f', "format", OPTION_STRING, offsetof(struct inspect, format), "string",
	  "Format output using a Go template, or 'json'" },
	{ 'v', "verbose", OPTION_BOOL, offsetof(struct inspect, verbose),
	  .help = "Show services and tasks of a swarm, too, which hoy's networks have none of" },
	OPTIONS_END,
};

static void put_address(struct json_writer *w, const char *key, const struct endpoint *e, int family)
{
	char text[ADDRESS_TEXT_MAX] = "";
	struct subnet s = { e->addresses[family], e->prefixes[family] };

	json_put_str(w, key, subnet_text(&s, text));
}

static int put_endpoint(const struct endpoint *e, void *data)
{
	struct json_writer *w = data;
	char mac[MAC_TEXT_MAX];

	json_begin_object(w, e->id);
	json_put_str(w, "Name", e->name ? e->name : "");
	json_put_str(w, "EndpointID", e->id);
	json_put_str(w, "MacAddress", mac_text(e->mac, mac));
	put_address(w, "IPv4Address", e, NETWORK_IPV4);
	put_address(w, "IPv6Address", e, NETWORK_IPV6);
	json_end_object(w);
	return 0;
}

int network_inspect(const struct home *home, const char *name, struct json_writer *w)
{
	struct network_home place = endpoints_home(home);
	autonetwork n = { 0 };
	int r = create_or_find(&place, name, &n);

	if (r < 0)
		return r;
	json_begin_object(w, NULL);
	network_put_members(w, &n);
	json_begin_object(w, "Containers");
	r = endpoint_each(&place, n.name, put_endpoint, w);
	json_end_object(w);
	json_end_object(w);
	return r;
}

static int inspect_run(const struct cli *cli, void *data)
{
	return inspect_print(cli, data);
}

static const struct inspect inspect_defaults = { .type = "network" };

const struct command command_network_inspect = {
	.name = "network inspect",
	.usage = "[OPTIONS] NETWORK [NETWORK...]",
	.summary = "Display detailed information on one or more networks",
	.manual =
		"Prints what is known of a network as JSON, in Docker's words: its subnets, its options, and which containers are in it now.\n",
	.options = inspect_table,
	.options_size = sizeof(struct inspect),
	.defaults = &inspect_defaults,
	.min_args = 1,
	.max_args = ARGS_ANY,
	.interspersed = true,
	.run = inspect_run,
	.complete = "network",
};
