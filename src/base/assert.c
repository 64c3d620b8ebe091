/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What assert of json-c, and of hoy, calls. glibc's own brings its message catalogues and wide streams with it, 33 KiB in a
 * static program, for a line that nobody should ever see.
 */
#include <stdio.h>
#include <unistd.h>

_Noreturn void __assert_fail(const char *expression, const char *file, unsigned int line, const char *function);

_Noreturn void __assert_fail(const char *expression, const char *file, unsigned int line, const char *function)
{
	(void)dprintf(STDERR_FILENO, "hoy: %s:%u: %s: '%s' does not hold\n", file, line, function, expression);
	/* not abort(3): musl's signals the thread that it last forked, which in a child of clone3(2) is the parent's */
	__builtin_trap();
}
