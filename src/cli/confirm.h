/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The question that the prune commands ask before they remove anything. */
#include <stdbool.h>

/* Docker's: "WARNING! @warning", then "Are you sure you want to continue? [y/N] "; true for y and yes on stdin. */
bool confirm(const char *warning);
