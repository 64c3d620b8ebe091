/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The instructions of a Dockerfile that change nothing but an image's config, as `import --change` and `commit --change`
 * take them: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME, WORKDIR. Pure text.
 */
#include "image/imageconfig.h"

/* Applies one instruction. -EINVAL with words. */
int changes_apply(struct imageconfig *c, const char *instruction);
