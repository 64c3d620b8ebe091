/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/hint.h"

#include "base/memory.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

/* Diagnoses that somebody once needed an afternoon for. One row a cause; add a row where a user was left alone. */
static const struct {
	const char *step;
	int number;
	const char *hint;
} hints[] = {
	{ "clone", EPERM,
	  "creating namespaces needs root, or user namespaces that this system allows: see kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns and user.max_user_namespaces" },
	{ "clone", ENOSPC, "a limit on namespaces is reached: see the files in /proc/sys/user/" },
	{ "clone", EINVAL, "this kernel was built without one of the namespaces asked for" },
	{ "clone", EAGAIN, "a limit on processes is reached: see ulimit -u and pids.max of the cgroup" },
	{ "map", ENOENT, "a user maps more than his own id with newuidmap and newgidmap, of the package uidmap" },
	{ "map", EPERM, "see /etc/subuid and /etc/subgid for the ids that are yours" },
	{ "mount", EPERM, "mounting needs CAP_SYS_ADMIN in the namespace; inside another container the outer one may mask it" },
	{ "mount", ENODEV, "this kernel does not have that filesystem" },
	{ "mount", ENOTBLK, "a file becomes a block device by losetup -f --show FILE" },
	{ "mount", ENOSPC, "a limit on mounts is reached: see /proc/sys/fs/mount-max" },
	{ "mount", ELOOP, "the overlay has too many layers or lies on another overlay's directory" },
	{ "idmap", EINVAL,
	  "this file system cannot show other owners than its files have (idmapped mounts), or this kernel cannot" },
	{ "setrlimit", EPERM,
	  "raising a limit needs CAP_SYS_RESOURCE, which this process does not have: ask for a value up to the hard limit (ulimit -H)" },
	{ "write", EBUSY, "the cgroup already uses more than that, or has processes where only its children may" },
	{ "mkdir", EROFS, "the cgroup filesystem is mounted read-only here: an outer container did that" },
	{ "nft", EPERM, "the firewall needs CAP_NET_ADMIN: run it as root, or with --network none or host" },
	{ "nft", EOPNOTSUPP,
	  "this kernel lacks a part of nftables (nf_tables, nft_nat, nft_fib_inet, nft_masq): load it, or run with --network none or host" },
	{ "nft", ENOENT,
	  "this kernel lacks a part of nftables (nf_tables, nft_nat, nft_fib_inet, nft_masq): load it, or run with --network none or host" },
	{ "link", EPERM, "interfaces need CAP_NET_ADMIN: run it as root, or with --network none or host" },
	{ "link", EOPNOTSUPP, "this kernel has no bridge, veth or macvlan: load the module, or run with --network none or host" },
	{ "exec", ENOEXEC, "not a program for this processor, or a script without #! in its first line" },
	{ "exec", ENOENT, "the file may exist and its interpreter (the #! line or the dynamic loader) be missing in the image" },
};

const char *hint_for(const char *step, int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(hints); i++)
		if (hints[i].number == number && strcmp(hints[i].step, step) == 0)
			return hints[i].hint;
	return NULL;
}
