/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Mount option tmpcopyup: a new tmpfs starts with what the directory below it holds. Init's half. */

#include <stdbool.h>

/* What the options of the tmpfs gave its root already, and the copy leaves alone. */
struct copy_up_keep {
	bool mode, owner;
};

/* Copies the tree @from (O_PATH or directory) into the empty directory @to; @shown is for the words. */
int mount_copy_up(int from, int to, const char *shown, struct copy_up_keep keep);
