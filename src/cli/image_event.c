/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/image_event.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "container/event.h"
#include "image/reference.h"

void image_event(const struct home *home, const char *action, const char *id, const char *name)
{
	struct event e = { .type = "image", .action = action, .id = id, .name = name ? name : id };

	event_add(home, &e);
}

void image_event_transfer(const struct home *home, const char *action, const char *reference)
{
	autoreference ref = { 0 };
	autofree char *whole = NULL, *name = NULL;

	if (reference_parse(reference, &ref) < 0) {
		error_clear();
		return;
	}
	whole = reference_familiar(&ref);
	name = reference_familiar_name(&ref);
	image_event(home, action, whole, name);
}
