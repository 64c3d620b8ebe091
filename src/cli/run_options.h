/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The options of `hoy run`: all of Docker's, by name and arity. Those that hoy does not have yet are rows that say so. A
 * value is checked as it is read, with the functions of container/ that decide what it means.
 */
#include "cli/options.h"
#include "container/options.h"

struct run_flags {
	struct run_options run;
	const char *explain; /* NULL, "lines" or "script" */
};

/* First the rows that `create` does not have, then those of both. */
extern const struct option run_table[];
#define RUN_ONLY_ROWS 4
#define create_table  (run_table + RUN_ONLY_ROWS)
extern const struct run_flags run_defaults;

/* What no single option can tell: values that contradict each other. -EINVAL with words. Empty strings become NULL. */
int run_flags_finish(struct run_flags *flags);
