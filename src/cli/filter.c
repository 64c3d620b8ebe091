/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/filter.h"

#include "base/error.h"

#include <errno.h>
#include <string.h>

int filter_check(const char *value)
{
	const char *equals = strchr(value, '=');

	if (!equals || equals == value)
		return fail(-EINVAL, "bad format of filter (expected name=value)");
	return 0;
}

/* The value when @filter has this name, or NULL. */
static const char *value_of(const char *filter, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(filter, name, len) && filter[len] == '=' ? filter + len + 1 : NULL;
}

int filter_names(const struct strv *filters, const char *const *names)
{
	for (size_t i = 0; i < filters->count; i++) {
		bool known = false;

		for (const char *const *name = names; *name && !known; name++)
			known = value_of(filters->items[i], *name) != NULL;
		if (!known)
			return fail(-EINVAL, "invalid filter '%.*s'", (int)strcspn(filters->items[i], "="), filters->items[i]);
	}
	return 0;
}

const char *const filter_truths[] = { "true", "false", "1", "0", NULL };

int filter_values(const struct strv *filters, const char *name, const char *const *words)
{
	for (size_t i = 0; i < filters->count; i++) {
		const char *value = value_of(filters->items[i], name);
		const char *const *word = words;

		while (value && *word && strcmp(*word, value) != 0)
			word++;
		if (value && !*word)
			return fail(-EINVAL, "invalid filter '%s'", filters->items[i]);
	}
	return 0;
}

bool filter_holds(const struct strv *filters, const char *name, bool (*match)(const char *value, void *data), void *data)
{
	bool named = false;

	for (size_t i = 0; i < filters->count; i++) {
		const char *value = value_of(filters->items[i], name);

		if (value && match(value, data))
			return true;
		named |= value != NULL;
	}
	return !named;
}

static bool has_label(const struct strv *labels, const char *value)
{
	return strchr(value, '=') ? strv_contains(labels, value) : strv_env_get(labels, value) != NULL;
}

bool filter_lacks_labels(const struct strv *filters, const struct strv *labels)
{
	for (size_t i = 0; i < filters->count; i++) {
		const char *value = value_of(filters->items[i], "label!");

		if (value && has_label(labels, value))
			return false;
	}
	return true;
}

bool filter_holds_labels(const struct strv *filters, const struct strv *labels)
{
	for (size_t i = 0; i < filters->count; i++) {
		const char *value = value_of(filters->items[i], "label");

		if (!value)
			continue;
		if (!has_label(labels, value))
			return false;
	}
	return true;
}

/* One character of the pattern, which may be behind a backslash, fits @c. */
static bool fits_one(const char *pattern, char c)
{
	return *pattern == '\\' && pattern[1] ? pattern[1] == c : *pattern == '.' || *pattern == c;
}

static bool fits_here(const char *pattern, const char *text)
{
	size_t len = *pattern == '\\' && pattern[1] ? 2 : 1;

	if (!*pattern || (*pattern == '$' && !pattern[1] && !*text))
		return true;
	if (pattern[len] == '*') {
		do
			if (fits_here(pattern + len + 1, text))
				return true;
		while (*text && fits_one(pattern, *text++));
		return false;
	}
	return *text && fits_one(pattern, *text) && fits_here(pattern + len, text + 1);
}

bool filter_pattern(const char *pattern, const char *text)
{
	if (*pattern == '^')
		return fits_here(pattern + 1, text);
	do
		if (fits_here(pattern, text))
			return true;
	while (*text++);
	return false;
}
