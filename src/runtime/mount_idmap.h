/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The user namespace whose mapping an idmapped mount shows (Linux 5.12). In init, or, where that has a user namespace, in the
 * parent's half: the kernel lets only who has the rights over the filesystem map it.
 */

struct init;
struct mount_entry;
struct spec;
struct spec_id_mappings;

/* A user namespace with these mappings; the descriptor is owned by the caller. @proc: a procfs. */
int mount_idmap_make(int proc, const struct spec_id_mappings *uids, const struct spec_id_mappings *gids, const char *shown);
/* Them as mount(8) takes them; caller frees. */
char *mount_idmap_say(const struct spec_id_mappings *uids, const struct spec_id_mappings *gids);
/* The same with @entry's mappings, or the container's own when it has none. */
int mount_idmap_open(int proc, const struct spec *spec, const struct mount_entry *entry);
/* And as mount(8) takes that. */
char *mount_idmap_words(const struct init *in, const struct mount_entry *entry);
