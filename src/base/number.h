/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Strict numbers: the whole string, no sign unless allowed, no white space, no overflow. -EINVAL/-ERANGE without words. */
#include <stdint.h>

int number_u32(const char *s, uint32_t *ret);
int number_u64(const char *s, uint64_t *ret);
int number_i64(const char *s, int64_t *ret);
/*
 * The digits that *@text begins with, of base 10 or 16 (small letters or capitals, no prefix); *@text is then behind them. For
 * lines of the kernel's with several numbers. -EINVAL, -ERANGE.
 */
int number_take(const char **text, unsigned int base, uint64_t *ret);
/* A kernel's version, "6.1" or "6.1.0-44-amd64", as 6 << 16 | 1; 0 for what is none. */
uint32_t number_version(const char *s);
/* Octal digits only, as file modes. */
int number_octal(const char *s, uint32_t *ret);
/* Docker's sizes: 512, 100m, 1.5g, 64KiB; units b k m g t p of 1024 (docker/go-units RAMInBytes). "-1" where @minus_one. */
int number_size(const char *s, int minus_one, int64_t *ret);
/* Decimal thousandths, millionths …: "0.5" with 9 digits is 500000000. */
int number_fixed(const char *s, unsigned int digits, int64_t *ret);
/* Go's durations: 1h30m, 10s, 500ms, 1.5s; nanoseconds. */
int number_duration(const char *s, int64_t *ret);
/* "1.23MB" (units of 1000), "1.234MB" (where Docker shows four digits), "100MiB" (1024) in @text; each returns @text. */
#define NUMBER_TEXT_MAX 32
const char *number_size_1000(uint64_t bytes, char text[NUMBER_TEXT_MAX]);
const char *number_size_fine(uint64_t bytes, char text[NUMBER_TEXT_MAX]);
const char *number_size_1024(uint64_t bytes, char text[NUMBER_TEXT_MAX]);
