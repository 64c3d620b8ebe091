/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * --gpus: "all", a count, or Docker's words "device=0,driver=nvidia,capabilities=utility". It becomes names of the Container
 * Device Interface (cdi.h), which the vendors' tools describe. Command process.
 */
#include "base/strv.h"

/* The value alone: -EINVAL with Docker's words. */
int gpus_check(const char *value);
/* Appends the devices' names to @ret. -ENODEV with Docker's words when nothing here describes such ones. */
int gpus_to_cdi(const char *value, struct strv *ret);
