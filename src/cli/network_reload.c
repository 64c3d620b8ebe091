/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/each.h"
#include "container/networks_live.h"
#include "network/repair.h"

static int reload_run(const struct cli *cli, void *data)
{
	struct network_home place = { cli->root, cli->runroot };
	autocall(store_free) struct store *s = NULL;
	autocall(home_free) struct home *home = NULL;
	int r = each_open(cli, &s, &home);

	(void)data;
	if (r == 0)
		r = repair_all(&place);
	if (r == 0)
		networks_settle(home);
	return r < 0 ? fail_while(r, "cannot reload the networks") : 0;
}

const struct command command_network_reload = {
	.name = "network reload",
	.usage = "",
	.summary = "Make the firewall rules and bridges of all networks again",
	.manual =
		"Makes what hoy's networks have in the system again, from what is on disk: the nftables table, the bridges that running\n"
		"containers are plugged into, the name servers, and what a 'network connect' or 'disconnect' that was killed did not get\n"
		"done. For after another program flushed the firewall (nft flush ruleset, a restart of a firewall's service); the next start\n"
		"of a container does the same for the firewall.\n",
	.run = reload_run,
};
