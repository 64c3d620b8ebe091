/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Mount option tmpcopyup: a new file system that is empty starts with what the directory below it holds; runc's word, there
 * for a tmpfs only. Init's half.
 */

#include <stdbool.h>

/* What the options of the tmpfs gave its root already, and the copy leaves alone. */
struct copy_up_keep {
	bool mode, owner;
};

/* Copies what the directory @target holds into the mount @to unless that holds something; @shown is for the words. */
int mount_copy_up(int target, int to, const char *shown, struct copy_up_keep keep);
