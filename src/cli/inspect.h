/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* `hoy inspect`, and the same for one kind of thing (`hoy volume inspect`). Command's process. */
#include "cli/command.h"

struct inspect {
	const char *format; /* as --format; NULL: JSON for people */
	const char *type;   /* only of this kind ("volume"); NULL: of any */
	bool size;          /* of containers: what their files take up */
	bool verbose;       /* of networks: a swarm's services and tasks, too; there are none, so it shows nothing more */
};
/* Prints what is known of each argument. Returns the exit code or a negative errno with words. */
int inspect_print(const struct cli *cli, const struct inspect *how);
