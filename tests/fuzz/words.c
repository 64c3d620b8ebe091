/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as an instruction of `import --change`. */
#include "base/memory.h"
#include "image/changes.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct imageconfig config = { 0 };
	char *text = xstrndup((const char *)data, len);

	strv_add(&config.env, "A=b");
	strv_add(&config.env, "EMPTY=");
	(void)changes_apply(&config, text);
	imageconfig_release(&config);
	free(text);
	return 0;
}
