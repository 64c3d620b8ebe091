/* SPDX-License-Identifier: Apache-2.0 */
#include "container/ulimit.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"

#include <errno.h>
#include <string.h>

static const char *const ulimit_names[] = {
	"core",   "cpu",   "data", "fsize",  "locks",  "memlock",    "msgqueue", "nice",
	"nofile", "nproc", "rss",  "rtprio", "rttime", "sigpending", "stack",
};

static int ulimit_value(const char *option, const char *text, uint64_t *ret)
{
	if (strcmp(text, "-1") == 0 || strcmp(text, "unlimited") == 0) {
		*ret = UINT64_MAX;
		return 0;
	}
	if (number_u64(text, ret) < 0)
		return fail(-EINVAL, "invalid ulimit argument: %s", option);
	return 0;
}

/* The entry of this type, or a new one. */
static struct spec_rlimit *rlimit_of(struct spec_rlimits *list, const char *type)
{
	struct spec_rlimit *l;

	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->items[i].type, type) == 0)
			return &list->items[i];
	l = spec_grow(list);
	l->type = xstrdup(type);
	return l;
}

static int add_ulimit(const char *option, struct spec_rlimits *ret)
{
	autostrv parts = { 0 };
	size_t name = strcspn(option, "=");
	struct spec_rlimit *limit;
	char type[32] = "RLIMIT_";
	uint64_t soft, hard;
	bool known = false;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(ulimit_names); i++)
		known |= strlen(ulimit_names[i]) == name && strncmp(option, ulimit_names[i], name) == 0;
	if (!option[name])
		return fail(-EINVAL, "invalid ulimit argument: %s", option);
	if (!known)
		return fail(-EINVAL, "invalid ulimit type: %.*s", (int)name, option);
	strv_split(&parts, option + name + 1, ':');
	if (parts.count > 2)
		return fail(-EINVAL, "too many limit value arguments - %s, can only have up to two, `soft[:hard]`",
			    option + name + 1);
	r = ulimit_value(option, parts.items[0], &soft);
	hard = soft;
	if (r == 0 && parts.count == 2)
		r = ulimit_value(option, parts.items[1], &hard);
	if (r < 0)
		return r;
	if (soft > hard)
		return fail(-EINVAL, "ulimit soft limit must be less than or equal to hard limit: %s", option);
	for (size_t i = 0; i < name; i++)
		type[7 + i] = (char)(option[i] - 'a' + 'A');
	limit = rlimit_of(ret, type);
	limit->soft = soft;
	limit->hard = hard;
	return 0;
}

int ulimits_from_options(const struct strv *ulimits, struct spec_rlimits *ret)
{
	for (size_t i = 0; i < ulimits->count; i++) {
		int r = add_ulimit(ulimits->items[i], ret);

		if (r < 0)
			return r;
	}
	return 0;
}
