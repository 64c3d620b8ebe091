/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as what hoy-transfer and the command read beside images: challenges, headers, tokens, config.json. */
#include "base/buf.h"
#include "base/memory.h"
#include "image/auth.h"
#include "image/platform.h"
#include "transfer/challenge.h"
#include "transfer/headers.h"
#include "transfer/origin.h"
#include "transfer/token.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void read_challenge(const char *text)
{
	struct challenge c = { 0 };
	char *url = NULL;

	if (challenge_parse(text, &c) < 0)
		return;
	if (c.realm && origin_token_url(&c, "repository:x:pull", false, &url) == 0)
		free(url);
	challenge_release(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	autobuf text = BUF_INIT;
	struct headers headers = { .range_start = -1 };
	struct auth auth = { 0 };
	struct platform platform;
	char *out = NULL;

	buf_add(&text, data, len);
	read_challenge(text.data);
	for (const char *line = text.data, *end; line < text.data + text.len; line = end + 1) {
		end = memchr(line, '\n', (size_t)(text.data + text.len - line));
		if (!end)
			end = text.data + text.len;
		(void)headers_add(&headers, line, (size_t)(end - line), 4096);
	}
	headers_release(&headers);
	if (token_read(text.data, text.len, &out) == 0) {
		/* it becomes a header: a line end in it would be another header */
		if (strpbrk(out, "\r\n"))
			abort();
		free(out);
	}
	out = NULL;
	if (auth_parse(text.data, text.len, "x.io", &auth, &out) == 0) {
		if (out && strchr(out, '/'))
			abort();
		free(out);
		auth_release(&auth);
	}
	(void)platform_parse(text.data, &platform);
	return 0;
}
