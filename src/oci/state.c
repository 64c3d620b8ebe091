/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "oci/command.h"
#include "runtime/state_file.h"

#include <stdio.h>

static int run(const struct oci *oci, char *const *args, void *flags)
{
	autocall(state_file_release) struct state_file state = { 0 };
	autofd int dir = -1;
	autobuf text = BUF_INIT;
	struct json_writer w;
	int r = state_file_read(oci->root_fd, args[0], &state, &dir);

	(void)flags;
	if (r < 0)
		return r;
	json_writer_init(&w, &text, true);
	json_begin_object(&w, NULL);
	state_file_put(&w, &state, state_file_status(&state));
	/* runc's, beside the standard's members: who created it; empty for root */
	json_put_str(&w, "owner", "");
	json_end_object(&w);
	printf("%s\n", text.data);
	return 0;
}

const struct oci_command oci_state = {
	.name = "state",
	.usage = "<container-id>",
	.summary = "output the state of a container",
	.min_args = 1,
	.max_args = 1,
	.root = OCI_ROOT_OPEN,
	.interspersed = true,
	.run = run,
};
