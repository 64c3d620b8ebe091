/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Random names. */
#include <stddef.h>

void random_bytes(void *data, size_t len);
/* @digits lower-case hex digits and a NUL: @text holds @digits + 1 bytes. */
void random_hex(char *text, size_t digits);
