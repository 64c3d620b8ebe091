/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The image of a container that is to be made: the one that is here, or a pull, as --pull says. Command process. */
#include "container/home.h"
#include "container/options.h"
#include "image/image.h"

/* @verb is for the words: "cannot VERB IMAGE: …". Progress goes to stderr: stdout is the container's. */
int obtain_image(const struct home *home, const struct run_options *run, const char *verb, struct image *ret);
