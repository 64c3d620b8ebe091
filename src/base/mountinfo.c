/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mountinfo.h"

#include "base/memory.h"

#include <string.h>

char *mountinfo_field(const char **p)
{
	size_t len = strcspn(*p, " \n"), n = 0;
	char *field = xstrndup(*p, len);

	*p += len + ((*p)[len] == ' ');
	for (size_t i = 0; i < len; n++) {
		if (field[i] == '\\' && i + 3 < len && field[i + 1] >= '0' && field[i + 1] <= '3') {
			field[n] = (char)((field[i + 1] - '0') << 6 | (field[i + 2] - '0') << 3 | (field[i + 3] - '0'));
			i += 4;
		} else {
			field[n] = field[i++];
		}
	}
	field[n] = '\0';
	return field;
}
