/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Fault injection behind step_begin: see step.h for how a test asks for it. Only in builds with -Dfaults=true. */

#ifdef HOY_FAULTS
void fault_setup(void);
/* 0, or the negative errno that this step is to fail with; may not return. */
int fault_check(const char *name);
#else
static inline void fault_setup(void)
{
}
static inline int fault_check(const char *name)
{
	(void)name;
	return 0;
}
#endif
