/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * After a boot: nothing of the containers that ran is left but their records, which still say so. Those that their restart policy
 * wants are started; of the others the record says how it is. For hoy.service. Command process.
 */
#include "container/handle.h"

/*
 * Calls @started for each container that was started (0), or could not be (a negative errno with words). Harmless at any other
 * time: what runs is left alone.
 */
int container_boot(const struct home *home, void (*started)(const char *name, int result, void *data), void *data);
