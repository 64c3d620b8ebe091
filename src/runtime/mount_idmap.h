/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The user namespace whose mapping an idmapped mount shows (Linux 5.12). Init's half. */

struct init;
struct mount_entry;

/*
 * A user namespace with @entry's mappings, or the container's own mappings when it has none; the descriptor is owned by
 * the caller.
 */
int mount_idmap_open(struct init *in, const struct mount_entry *entry);
/* Its mapping as mount(8) takes it; caller frees. */
char *mount_idmap_words(const struct init *in, const struct mount_entry *entry);
