/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which machine an image is for: OS, processor and its variant, by Go's names (GOOS, GOARCH) as image-spec's index uses
 * them. Names that mean the same are made one: x86_64 is amd64, aarch64 and arm64/v8 are arm64, armhf is arm/v7.
 */
#include <stdbool.h>

#define PLATFORM_PART_MAX 32
#define PLATFORM_TEXT_MAX (3 * PLATFORM_PART_MAX)

struct platform {
	char os[PLATFORM_PART_MAX], architecture[PLATFORM_PART_MAX], variant[PLATFORM_PART_MAX]; /* "" where not given */
};

/* This machine. */
void platform_host(struct platform *ret);
/* "linux/arm/v7", "arm64", "linux"; what is missing is this machine's. -EINVAL with words. */
int platform_parse(const char *text, struct platform *ret);
/* From three members of a JSON object; NULL is "". -EINVAL without words when one is too long. */
int platform_set(struct platform *ret, const char *os, const char *architecture, const char *variant);
/*
 * How well something made for @offered runs where @wanted is asked for: 0 not at all, more is better. An arm/v7 runs v6
 * and v5, an amd64 runs 386, an arm64 runs arm: containerd's order.
 */
int platform_rank(const struct platform *wanted, const struct platform *offered);
/*
 * Whether an image whose config says so runs where @wanted is asked for. One that does not say what it is for is taken at its word.
 * When not, the answer is that of platform_missing: -ENOENT in Docker's words.
 */
int platform_missing(const struct platform *wanted);
int platform_check(const struct platform *wanted, const char *os, const char *architecture, const char *variant);
/* "linux/arm/v7"; returns @text. */
const char *platform_format(const struct platform *p, char text[PLATFORM_TEXT_MAX]);
