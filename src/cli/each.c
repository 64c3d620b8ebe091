/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/each.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/log.h"
#include "container/container.h"

#include <stdio.h>

int each_open(const struct cli *cli, struct store **ret_store, struct home **ret_home)
{
	int r = store_open(cli->root, ret_store);

	if (r == 0)
		r = home_open(*ret_store, cli->runroot, ret_home);
	if (r == 0)
		container_recover(*ret_home);
	return r;
}

int each_name(const struct cli *cli, const char *verb, bool echo, each_act act, void *data)
{
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	int code = 0, r = each_open(cli, &store, &home);

	if (r < 0)
		return r;
	for (size_t i = 0; i < cli->arg_count; i++) {
		r = act(home, cli->args[i], data);
		if (r < 0) {
			fail_while(r, "cannot %s %s", verb, cli->args[i]);
			log_failure(r);
			code = 1;
		} else if (r == 0 && echo) {
			printf("%s\n", cli->args[i]);
			fflush(stdout);
		}
	}
	return code;
}

struct on_container {
	int (*act)(struct handle *h, void *data);
	void *data;
};

static int act_on_container(const struct home *home, const char *name, void *data)
{
	autocall(handle_release) struct handle h = HANDLE_NONE;
	const struct on_container *on = data;
	int r = handle_open(home, name, &h);

	if (r == 0)
		r = on->act(&h, on->data);
	return r < 0 ? r : 0;
}

int each_container(const struct cli *cli, const char *verb, bool echo, int (*act)(struct handle *h, void *data), void *data)
{
	return each_name(cli, verb, echo, act_on_container, &(struct on_container){ act, data });
}
