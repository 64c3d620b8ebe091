/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What hoy sees of the machine, for `info`: read when it is asked for, never remembered. Command's process. */
#include "base/json.h"

#include <stdint.h>

/* Controllers of the cgroups, forwarding, security modules, kernel, memory: members of the object that is open in @w. */
void machine_put(struct json_writer *w);
/* What will not work here: strings into the array that is open in @w. */
void machine_put_warnings(struct json_writer *w);
/* What kind of file system this directory is on, by the name Docker has for it ("extfs", "xfs", …). */
const char *machine_filesystem(const char *path);
