/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include "base/errno_name.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local struct error_record chain;

__attribute__((format(printf, 3, 0))) static int chain_start(int code, int reason, const char *format, va_list ap)
{
	char words[ERROR_TEXT_MAX];

	/* formatted beside the chain: an argument may be error_text() itself */
	vsnprintf(words, sizeof words, format, ap);
	if (reason)
		snprintf(chain.text, sizeof chain.text, "%.*s: %s", (int)sizeof chain.text - 128, words, errno_text(reason));
	else
		memcpy(chain.text, words, sizeof words);
	chain.hint[0] = '\0';
	chain.code = code;
	errno = -code;
	return code;
}

int fail(int code, const char *format, ...)
{
	va_list ap;
	int r;

	va_start(ap, format);
	r = chain_start(code, 0, format, ap);
	va_end(ap);
	return r;
}

int fail_errno(const char *format, ...)
{
	int reason = errno ? errno : EIO;
	va_list ap;
	int r;

	va_start(ap, format);
	r = chain_start(-reason, reason, format, ap);
	va_end(ap);
	return r;
}

int fail_code(int code, const char *format, ...)
{
	va_list ap;
	int r;

	va_start(ap, format);
	r = chain_start(code, -code, format, ap);
	va_end(ap);
	return r;
}

int fail_while(int code, const char *format, ...)
{
	char front[ERROR_TEXT_MAX], rest[ERROR_TEXT_MAX];
	va_list ap;

	va_start(ap, format);
	vsnprintf(front, sizeof front, format, ap);
	va_end(ap);
	snprintf(rest, sizeof rest, "%s", error_text(code));
	if (chain.code != code)
		chain.hint[0] = '\0';
	snprintf(chain.text, sizeof chain.text, "%.*s: %.*s", ERROR_TEXT_MAX / 2 - 2, front, ERROR_TEXT_MAX / 2 - 2, rest);
	chain.code = code;
	errno = -code;
	return code;
}

int fail_hint(int code, const char *format, ...)
{
	va_list ap;

	if (chain.code != code)
		fail(code, "%s", errno_text(-code));
	va_start(ap, format);
	vsnprintf(chain.hint, sizeof chain.hint, format, ap);
	va_end(ap);
	return code;
}

const char *error_text(int code)
{
	return code && chain.code == code ? chain.text : errno_text(-code);
}

const char *error_hint(int code)
{
	return code && chain.code == code && chain.hint[0] ? chain.hint : NULL;
}

void error_clear(void)
{
	chain.code = 0;
	chain.text[0] = chain.hint[0] = '\0';
}

void error_pack(int code, struct error_record *ret)
{
	memset(ret, 0, sizeof *ret);
	ret->code = code;
	snprintf(ret->text, sizeof ret->text, "%s", error_text(code));
	if (error_hint(code))
		snprintf(ret->hint, sizeof ret->hint, "%s", error_hint(code));
}

int error_unpack(const struct error_record *record)
{
	chain = *record;
	chain.text[sizeof chain.text - 1] = '\0';
	chain.hint[sizeof chain.hint - 1] = '\0';
	if (chain.code >= 0)
		chain.code = -EIO;
	return chain.code;
}
