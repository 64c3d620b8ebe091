/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Each thing that takes up room on disk, for `system df -v`: as tables, or with --format as one object of lists. Command's process.
 */
#include "cli/disk_use.h"

int disk_detail_print(const struct home *home, const struct disk_use *u, const char *format);
