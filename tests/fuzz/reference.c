/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as the name of an image: what is accepted must be accepted again in its canonical form, and mean the same. */
#include "image/reference.h"
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = xstrndup((const char *)data, len);
	struct reference first = { 0 }, second = { 0 };

	if (reference_parse(text, &first) == 0) {
		char *canonical = reference_canonical(&first), *familiar = reference_familiar(&first), *again;

		if (reference_parse(canonical, &second) < 0)
			abort();
		again = reference_canonical(&second);
		if (strcmp(canonical, again) != 0 || strstr(canonical, "/.."))
			abort();
		reference_release(&second);
		if (reference_parse(familiar, &second) < 0)
			abort();
		free(again);
		again = reference_canonical(&second);
		if (strcmp(canonical, again) != 0)
			abort();
		free(again);
		free(familiar);
		free(canonical);
	}
	reference_release(&first);
	reference_release(&second);
	free(text);
	return 0;
}
