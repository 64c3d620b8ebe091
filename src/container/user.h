/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Who the process is: `-u USER[:GROUP]` or the image's User, looked up in the /etc/passwd and /etc/group of the container's
 * root filesystem. These are a stranger's files: they are opened beneath the root, must be regular, and are read with a
 * limit (CVE-2022-23471, CVE-2024-9676, CVE-2026-50195); no NSS library is ever asked (CVE-2019-14271). Command process.
 */
#include "base/strv.h"

#include <stddef.h>
#include <stdint.h>

struct user {
	uint32_t uid, gid;
	uint32_t *groups; /* supplementary ones, the primary one first (CVE-2022-36109) */
	size_t group_count;
	char *home; /* never NULL */
};

void user_release(struct user *u);
/*
 * Resolves @user ("", "name", "7", "name:group", "7:7") and the --group-add list against the files below @root. A user that
 * is a number is only ever that number: neither a name that looks like it nor a wrapped value (CVE-2016-3697,
 * CVE-2024-40635, CVE-2026-30892, CVE-2026-46680). Ids are 0 to 2147483647. -EINVAL with words when it cannot be found.
 */
int user_resolve(int root, const char *user, const struct strv *group_add, struct user *ret);
