/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The columns that `top` can show of a process, by the names that ps has for them. Command's process. */
#include "base/buf.h"
#include "container/proc.h"

#include <stddef.h>

/* What the columns must know of the machine, read once. */
struct top_machine {
	int64_t boot;         /* seconds since 1970 */
	double ticks, uptime; /* clock ticks in a second; seconds */
	uint64_t memory;      /* bytes */
	char *users, *groups; /* /etc/passwd and /etc/group of the host */
	unsigned int level;   /* of the container's pid namespace in struct proc.inside */
};
void top_machine_read(struct top_machine *ret);
void top_machine_release(struct top_machine *m);

struct top_column {
	const char *names;   /* ps's, parted by blanks */
	const char *heading; /* when nobody chose another */
	void (*add)(const struct proc *p, const struct top_machine *m, struct buf *out);
};
/* The column of this name, or NULL. */
const struct top_column *top_column_find(const char *name, size_t len);
