/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* --blkio-weight, --blkio-weight-device, --device-read-bps and its like become linux.resources.blockIO. Command process. */
#include "container/options.h"
#include "runtime/spec.h"

/* Fills @ret from the options. -EINVAL, or the device's error, with words. */
int block_io_from_options(const struct run_options *o, struct spec_block_io *ret);
/* One value alone, as it is typed: -EINVAL with Docker's words; the device is not looked at. */
int block_io_check_weight(const char *value);
int block_io_check_bps(const char *value);
int block_io_check_iops(const char *value);
