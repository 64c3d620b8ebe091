/* SPDX-License-Identifier: Apache-2.0 */
#include "image/platform.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/strv.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/utsname.h>

/* uname's and people's words -> Go's */
static const struct {
	const char *word, *architecture, *variant; /* variant: NULL keeps what was given */
} names[] = {
	{ "x86_64", "amd64", NULL }, { "x86-64", "amd64", NULL },    { "aarch64", "arm64", NULL },
	{ "armhf", "arm", "v7" },    { "armel", "arm", "v6" },       { "armv8l", "arm", "v8" },
	{ "armv7l", "arm", "v7" },   { "armv6l", "arm", "v6" },      { "armv5tel", "arm", "v5" },
	{ "i386", "386", NULL },     { "i486", "386", NULL },        { "i586", "386", NULL },
	{ "i686", "386", NULL },     { "ppc64el", "ppc64le", NULL }, { "loongarch64", "loong64", NULL },
};

static void normalize(struct platform *p)
{
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcasecmp(p->architecture, names[i].word) == 0) {
			snprintf(p->architecture, sizeof p->architecture, "%s", names[i].architecture);
			if (names[i].variant && !*p->variant)
				snprintf(p->variant, sizeof p->variant, "%s", names[i].variant);
			break;
		}
	if (strcmp(p->architecture, "arm64") == 0 && (strcmp(p->variant, "v8") == 0 || strcmp(p->variant, "8") == 0))
		*p->variant = '\0';
	if (strcmp(p->architecture, "amd64") == 0 && strcmp(p->variant, "v1") == 0)
		*p->variant = '\0';
	if (strcmp(p->architecture, "arm") == 0) {
		if (!*p->variant)
			strcpy(p->variant, "v7");
		else if (p->variant[0] >= '5' && p->variant[0] <= '8' && !p->variant[1])
			memcpy(p->variant, (char[]){ 'v', p->variant[0], '\0' }, 3);
	}
}

int platform_set(struct platform *ret, const char *os, const char *architecture, const char *variant)
{
	struct platform p = { 0 };

	if (snprintf(p.os, sizeof p.os, "%s", os ? os : "") >= (int)sizeof p.os ||
	    snprintf(p.architecture, sizeof p.architecture, "%s", architecture ? architecture : "") >= (int)sizeof p.architecture ||
	    snprintf(p.variant, sizeof p.variant, "%s", variant ? variant : "") >= (int)sizeof p.variant)
		return -EINVAL;
	normalize(&p);
	*ret = p;
	return 0;
}

void platform_host(struct platform *ret)
{
	struct utsname uts;

	uname(&uts);
	/* a 32-bit hoy on a 64-bit kernel still runs 64-bit images: the kernel decides */
	(void)platform_set(ret, "linux", uts.machine, "");
}

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

static bool parts_valid(const struct strv *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		if (!*parts->items[i] || parts->items[i][strspn(parts->items[i], WORD)])
			return false;
	return parts->count <= 3;
}

int platform_parse(const char *text, struct platform *ret)
{
	autostrv parts = { 0 };
	bool one;

	strv_split(&parts, text, '/');
	if (!parts_valid(&parts))
		return fail(-EINVAL, "invalid platform '%.100s': it is OS/ARCHITECTURE[/VARIANT], as linux/arm64", text);
	one = parts.count == 1;
	if (one && strcmp(parts.items[0], "linux") == 0) {
		platform_host(ret);
		return 0;
	}
	if (platform_set(ret, one ? "linux" : parts.items[0], parts.items[one ? 0 : 1], parts.count > 2 ? parts.items[2] : "") < 0)
		return fail(-EINVAL, "invalid platform '%.100s': a part is too long", text);
	return 0;
}

static int version_of(const char *variant)
{
	return variant[0] == 'v' && variant[1] >= '1' && variant[1] <= '9' ? variant[1] - '0' : 0;
}

int platform_rank(const struct platform *wanted, const struct platform *offered)
{
	int want = version_of(wanted->variant), offer = version_of(offered->variant);
	bool arm_on_arm64 = strcmp(wanted->architecture, "arm64") == 0 && strcmp(offered->architecture, "arm") == 0;

	if (strcmp(wanted->os, *offered->os ? offered->os : "linux") != 0)
		return 0;
	if (arm_on_arm64)
		return 10 + offer;
	if (strcmp(wanted->architecture, "amd64") == 0 && strcmp(offered->architecture, "386") == 0)
		return 10;
	if (strcmp(wanted->architecture, offered->architecture) != 0)
		return 0;
	if (strcmp(wanted->variant, offered->variant) == 0)
		return 100;
	/* nothing said about the variant runs everywhere; a lower version runs on a higher */
	if (!*offered->variant)
		return 50;
	return offer && offer < want ? 50 + offer : 0;
}

const char *platform_format(const struct platform *p, char text[PLATFORM_TEXT_MAX])
{
	snprintf(text, PLATFORM_TEXT_MAX, "%s/%s%s%s", *p->os ? p->os : "linux", p->architecture, *p->variant ? "/" : "",
		 p->variant);
	return text;
}

int platform_missing(const struct platform *wanted)
{
	char text[PLATFORM_TEXT_MAX];

	return fail(-ENOENT, "the image was found but does not provide the specified platform (%s)", platform_format(wanted, text));
}

int platform_check(const struct platform *wanted, const char *os, const char *architecture, const char *variant)
{
	struct platform has;

	if (platform_set(&has, os, architecture, variant) == 0 && (!*has.architecture || platform_rank(wanted, &has)))
		return 0;
	return platform_missing(wanted);
}
