/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What happens to images, for `hoy events` (container/event.h), in Docker's attributes. Command's process. */
#include "container/home.h"

/* @action is import, load, save, tag, untag or delete; @id "sha256:…"; @name what the attribute of this name says (NULL: the id).
 */
void image_event(const struct home *home, const char *action, const char *id, const char *name);
/* pull and push name the image by its reference. */
void image_event_transfer(const struct home *home, const char *action, const char *reference);
