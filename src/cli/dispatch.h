/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* From main's argv to a command and back to an exit code. Nothing is looked up, opened or made before the command is known. */

/* Returns the exit code of the program. */
int dispatch(int argc, char **argv);
