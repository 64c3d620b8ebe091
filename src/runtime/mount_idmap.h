/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The user namespace whose mapping an idmapped mount shows (Linux 5.12). In init, or, where that has a user namespace, in the
 * parent's half: the kernel lets only who has the rights over the filesystem map it.
 */

struct init;
struct mount_entry;
struct spec;

/*
 * A user namespace with @entry's mappings, or the container's own mappings when it has none; the descriptor is owned by
 * the caller. @proc: a procfs.
 */
int mount_idmap_open(int proc, const struct spec *spec, const struct mount_entry *entry);
/* Its mapping as mount(8) takes it; caller frees. */
char *mount_idmap_words(const struct init *in, const struct mount_entry *entry);
