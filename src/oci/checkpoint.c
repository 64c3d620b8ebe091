/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint and restore: known, so that --help and the error can say what there is. */
#include "oci/command.h"

const struct oci_command oci_checkpoint = {
	.name = "checkpoint",
	.usage = "[command options] <container-id>",
	.summary = "checkpoint a running container (not supported)",
};

const struct oci_command oci_restore = {
	.name = "restore",
	.usage = "[command options] <container-id>",
	.summary = "restore a container from a previous checkpoint (not supported)",
};
