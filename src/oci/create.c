/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/make.h"

static const struct option options[] = { MAKE_OPTIONS, OPTIONS_END };

static int run(const struct oci *oci, char *const *args, void *flags)
{
	autocall(made_release) struct made made = MADE_NONE;

	/* init lives on as the child of whoever adopts it; this process just ends */
	return make_container(oci, args[0], flags, true, &made);
}

const struct oci_command oci_create = {
	.name = "create",
	.usage = "[command options] <container-id>",
	.summary = "create a container",
	.options = options,
	.options_size = sizeof(struct make_flags),
	.min_args = 1,
	.max_args = 1,
	.root = OCI_ROOT_MAKE,
	.interspersed = true,
	.enters = true,
	.run = run,
};
