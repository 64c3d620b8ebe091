/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as JSON, as an image's config and as a manifest. A config that was read can be written and read again. */
#include "base/json.h"
#include "image/imageconfig.h"
#include "image/manifest.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct json_object *o = NULL;
	struct imageconfig config = { 0 }, again = { 0 };
	struct manifest manifest = { 0 };
	autobuf text = BUF_INIT;

	/* the readers take a text that is NUL-terminated behind its length */
	buf_add(&text, data, len);
	if (json_parse(text.data, text.len, "fuzz", &o) == 0)
		json_drop(&o);
	if (imageconfig_parse(text.data, text.len, &config) == 0) {
		autobuf written = BUF_INIT;

		imageconfig_write(&config, &written);
		if (imageconfig_parse(written.data, written.len, &again) < 0)
			abort();
		imageconfig_release(&again);
		imageconfig_release(&config);
	}
	if (manifest_parse(text.data, text.len, NULL, &manifest) == 0)
		manifest_release(&manifest);
	return 0;
}
