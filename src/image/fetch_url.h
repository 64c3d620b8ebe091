/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A file that is somewhere on the web, for `import URL`: fetched by hoy-transfer, without credentials, and from https only over
 * https. Command process.
 */
#include <stdint.h>

/*
 * Fetches it, @limit bytes at most, into the empty file @fd, whose position stays at its start; one that breaks off is begun again
 * a few times. @progress hears how many bytes there are, or is NULL.
 */
int fetch_url(const char *url, int fd, int64_t limit, void (*progress)(void *data, int64_t have), void *data);
