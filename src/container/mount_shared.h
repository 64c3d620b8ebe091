/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Whether what a bind asks of propagation can be had: the mount that its source is on has to be shared. Command process. */

/*
 * @propagation: a word of mount_propagation, or NULL. -EINVAL in Docker's words where "shared" and "rshared" want a shared mount
 * and @source is on none, "slave" and "rslave" a shared one or a slave.
 */
int mount_shared_check(const char *source, const char *propagation);
