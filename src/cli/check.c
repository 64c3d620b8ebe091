/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check.h"

#include "base/error.h"
#include "base/memory.h"
#include "container/mount_option.h"
#include "container/name.h"
#include "container/restart.h"
#include "container/ulimit.h"
#include "image/platform.h"
#include "kernel/names.h"
#include "runtime/capability.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

int check_name(const char *value)
{
	return *value ? name_check(value) : 0;
}

int check_hostname(const char *value)
{
	size_t len = strlen(value);
	bool good = value[0] != '-' && value[0] != '.';

	for (size_t i = 0; i < len; i++)
		good &= isalnum((unsigned char)value[i]) || strchr("_.-", value[i]);
	if (!good)
		return fail(-EINVAL, "letters, digits, '-', '_' and '.' make a host name");
	if (len > HOST_NAME_MAX)
		return fail(-EINVAL, "it is longer than %d characters", HOST_NAME_MAX);
	return 0;
}

int check_workdir(const char *value)
{
	if (*value && *value != '/')
		return fail(-EINVAL, "the working directory '%s' is invalid, it needs to be an absolute path", value);
	return 0;
}

int check_volume(const char *value)
{
	return mount_option_volume(value, NULL);
}

int check_volumes_from(const char *value)
{
	return mount_option_from(value, NULL, NULL);
}

int check_mount(const char *value)
{
	return mount_option_mount(value, NULL);
}

int check_tmpfs(const char *value)
{
	return mount_option_tmpfs(value, NULL);
}

int check_env(const char *value)
{
	if (!*value || *value == '=')
		return fail(-EINVAL, "invalid environment variable: %s", value);
	return 0;
}

int check_label(const char *value)
{
	size_t len = strcspn(value, "=");

	if (!len)
		return fail(-EINVAL, "invalid label '%s': empty name", value);
	if (strcspn(value, " \t\n\v\f\r") < len)
		return fail(-EINVAL, "label '%.*s' contains whitespaces", (int)len, value);
	return 0;
}

int check_ulimit(const char *value)
{
	struct spec_rlimits unused = { 0 };
	char *items[] = { (char *)value, NULL };
	int r = ulimits_from_options(&(struct strv){ .items = items, .count = 1 }, &unused);

	for (size_t i = 0; i < unused.count; i++)
		free(unused.items[i].type);
	free(unused.items);
	return r;
}

int check_capability(const char *value)
{
	char *items[] = { (char *)value, NULL };
	const struct strv one = { .items = items, .count = 1 }, none = { 0 };
	uint64_t unused;

	return capability_evaluate(0, 0, &one, &none, &unused);
}

int check_platform(const char *value)
{
	struct platform platform;

	return *value ? platform_parse(value, &platform) : 0;
}

int check_one_platform(const struct strv *typed, struct platform *ret)
{
	if (typed->count > 1)
		return fail(-EINVAL, "--platform: a name stands for an image of one platform here: give one");
	if (typed->count == 0 || !*typed->items[0])
		return 0;
	return platform_parse(typed->items[0], ret) < 0 ? -EINVAL : 1;
}

int check_pull(const char *value)
{
	if (strcmp(value, "always") && strcmp(value, "missing") && strcmp(value, "never"))
		return fail(-EINVAL, "it must be one of \"always\", \"missing\" or \"never\"");
	return 0;
}

int check_isolation(const char *value)
{
	if (*value && strcasecmp(value, "default"))
		return fail(-EINVAL, "invalid isolation \"%s\": linux only supports \"default\"", value);
	return 0;
}

int check_signal(const char *value)
{
	return names_signal(value) ? 0 : fail(-EINVAL, "invalid signal: %s", value);
}

int check_restart(const char *value)
{
	struct restart_policy unused;

	return restart_parse(value, &unused);
}

int check_attach(const char *value)
{
	if (strcasecmp(value, "stdin") && strcasecmp(value, "stdout") && strcasecmp(value, "stderr"))
		return fail(-EINVAL, "valid streams are STDIN, STDOUT and STDERR");
	return 0;
}
