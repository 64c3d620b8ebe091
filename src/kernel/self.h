/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * hoy's own binary, kept out of reach of containers (CVE-2019-5736): whoever executes /proc/self/exe in a container, as
 * its command, through a #! line or as an ELF interpreter, runs the program that made the container, and could keep its
 * file open and write to it once it is no longer busy. So the processes that become a container's run from a mount of the
 * binary that is read-only and belongs to no mount namespace, or where that cannot be made (rootless) from a sealed copy
 * in memory.
 */

/* Remembers the command line, before parsing moves its words about. Called once, at the start of main. */
void self_init(int argc, char *const *argv);
/*
 * Called before anything is opened or forked, by each command that makes or enters a container. Returns 0 in a process
 * that is protected, which is the second time in the same process (the first ends in exec with the same words and
 * environment, and takes about 0.4 ms) or at once where the binary lies on a read-only mount; -errno with words.
 * $HOY_UNPROTECTED=1 leaves it out, for debuggers that lose track of a program that executes itself.
 */
int self_protect(void);
