/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A file that is somewhere on the web, for `import URL`: fetched by hoy-transfer, without credentials, and from https only over
 * https. Command process.
 */
#include <stdint.h>

#define FETCH_URL_MAX (INT64_C(1) << 40) /* bytes */

/*
 * Fetches it into the empty file @fd, whose position stays at its start; one that breaks off is begun again a few times. @progress
 * hears how many bytes there are, or is NULL.
 */
int fetch_url(const char *url, int fd, void (*progress)(void *data, int64_t have), void *data);
