/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* --ulimit becomes process.rlimits of the spec. Command process. */
#include "base/strv.h"
#include "runtime/spec.h"

/* NAME=SOFT[:HARD], -1 for unlimited; the last one of a name wins. -EINVAL with words, Docker's where it has some. */
int ulimits_from_options(const struct strv *ulimits, struct spec_rlimits *ret);
