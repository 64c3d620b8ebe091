/* SPDX-License-Identifier: Apache-2.0 */
#include "container/values.h"

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/path.h"
#include "runtime/capability.h"
#include "runtime/limits.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>

#define NAME_LENGTH_MAX 200 /* a name is a file name, with room for a suffix */

int value_name(const char *text)
{
	size_t len = strlen(text);
	bool good = len > 1 && isalnum((unsigned char)text[0]);

	for (size_t i = 1; good && i < len; i++)
		good = isalnum((unsigned char)text[i]) || strchr("_.-", text[i]);
	if (!good)
		return fail(-EINVAL, "invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", text);
	if (len > NAME_LENGTH_MAX)
		return fail(-EINVAL, "invalid container name: it is longer than %d characters", NAME_LENGTH_MAX);
	return 0;
}

int value_hostname(const char *text)
{
	size_t len = strlen(text);
	bool good = len > 0 && text[0] != '-' && text[0] != '.';

	for (size_t i = 0; good && i < len; i++)
		good = isalnum((unsigned char)text[i]) || strchr("_.-", text[i]);
	if (!good)
		return fail(-EINVAL, "invalid hostname '%s': letters, digits, '-', '_' and '.' are allowed", text);
	if (len > HOST_NAME_MAX)
		return fail(-EINVAL, "invalid hostname: it is longer than %d characters", HOST_NAME_MAX);
	return 0;
}

int value_workdir(const char *text)
{
	if (*text != '/')
		return fail(-EINVAL, "the working directory '%s' is invalid, it needs to be an absolute path", text);
	if (strlen(text) >= PATH_MAX)
		return fail(-EINVAL, "the working directory is longer than %d bytes", PATH_MAX - 1);
	return 0;
}

/* What is all digits is a number, never a name (CVE-2016-3697), and fits the kernel's (CVE-2024-40635). */
int value_user(const char *text)
{
	autostrv parts = { 0 };

	strv_split(&parts, text, ':');
	if (parts.count > 2)
		return fail(-EINVAL, "invalid user '%s': it is no user[:group]", text);
	for (size_t i = 0; i < parts.count; i++) {
		const char *part = parts.items[i];
		uint32_t n;

		if (*part == '-')
			return fail(-EINVAL, "invalid user '%s': a name cannot begin with '-'", text);
		if (*part && strspn(part, "0123456789") == strlen(part) && (number_u32(part, &n) < 0 || n > INT32_MAX))
			return fail(-EINVAL, "invalid user '%s': uids and gids must be in range 0-%d", text, INT32_MAX);
	}
	return 0;
}

int value_cpus(const char *text, int64_t *ret_nano)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	int64_t nano;

	if (number_fixed(text, 9, &nano) < 0)
		return fail(-EINVAL, "failed to parse %s as a number of CPUs with at most 9 decimals", text);
	if (online < 1)
		online = 1;
	/* 0 is Docker's word for no limit */
	if (nano && (nano < 10000000 || nano > online * INT64_C(1000000000)))
		return fail(-EINVAL, "range of CPUs is from 0.01 to %ld.00, as there are only %ld CPUs available", online, online);
	if (ret_nano)
		*ret_nano = nano;
	return 0;
}

#define CPUS_MAX 8192 /* NR_CPUS of the largest kernels */

int value_cpuset(const char *text)
{
	unsigned long mask[CPUS_MAX / 8 / sizeof(unsigned long)] = { 0 };

	if (limits_parse_list(text, CPUS_MAX, mask) < 0)
		return fail(-EINVAL, "invalid list of CPUs: '%s' is none such as 0-3 or 0,1", text);
	return 0;
}

static int parse_limit(const char *text, uint64_t *ret)
{
	int64_t n;

	if (number_i64(text, &n) < 0 || n < -1)
		return fail(-EINVAL, "'%s' is no limit: a whole number, or -1 for unlimited", text);
	*ret = n < 0 ? RLIM_INFINITY : (uint64_t)n;
	return 0;
}

int value_ulimit(const char *text, struct spec_rlimit *ret)
{
	const char *equals = strchr(text, '='), *values;
	autofree char *type = NULL;
	autostrv parts = { 0 };
	uint64_t soft = 0, hard;
	int r;

	if (!equals)
		return fail(-EINVAL, "invalid ulimit argument: %s", text);
	values = equals + 1;
	type = xasprintf("RLIMIT_%.*s", (int)(equals - text), text);
	for (char *p = type + strlen("RLIMIT_"); *p; p++)
		*p = islower((unsigned char)*p) ? (char)toupper((unsigned char)*p) : '?';
	if (limits_rlimit_from_name(type) < 0)
		return fail(-EINVAL, "invalid ulimit type: %.*s", (int)(equals - text), text);
	strv_split(&parts, values, ':');
	if (parts.count > 2)
		return fail(-EINVAL, "too many limit value arguments - %s, can only have up to two, `soft[:hard]`", values);
	r = parse_limit(parts.items[0], &soft);
	hard = soft;
	if (r == 0 && parts.count == 2)
		r = parse_limit(parts.items[1], &hard);
	if (r < 0)
		return r;
	if (soft > hard)
		return fail(-EINVAL, "ulimit soft limit must be less than or equal to hard limit: %s > %s", parts.items[0],
			    parts.items[1]);
	if (ret)
		*ret = (struct spec_rlimit){ .type = take(&type), .soft = soft, .hard = hard };
	return 0;
}

/*
 * Only what a container has of its own. What is written comes from the list, not from the user: neither a path nor a
 * second setting hides in a name or a value (CVE-2022-0811).
 */
int value_sysctl(const char *text, struct spec_pair *ret)
{
	static const char *const names[] = {
		"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
		"kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
	};
	static const char *const prefixes[] = { "net.", "fs.mqueue." };
	size_t len = strcspn(text, "=");
	bool allowed = false;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		allowed |= strlen(names[i]) == len && !strncmp(text, names[i], len);
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		allowed |= len > strlen(prefixes[i]) && !strncmp(text, prefixes[i], strlen(prefixes[i]));
	for (size_t i = 0; i < len; i++)
		allowed &= isalnum((unsigned char)text[i]) || strchr("._-/", text[i]);
	if (!allowed || !text[len] || strstr(text, "..") || strpbrk(text + len, "\n\r"))
		return fail(-EINVAL, "sysctl '%s' is not allowed", text);
	if (ret)
		*ret = (struct spec_pair){ .key = xstrndup(text, len), .value = xstrdup(text + len + 1) };
	return 0;
}

int value_capability(const char *text)
{
	if (strcasecmp(text, "ALL") && strcasecmp(text, "CAP_ALL") && capability_from_name(text) < 0)
		return fail(-EINVAL, "unknown capability: \"%s\"", text);
	return 0;
}

void value_device_release(struct value_device *v)
{
	free(v->source);
	free(v->target);
	memset(v, 0, sizeof *v);
}

static bool is_access(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= 3 && strspn(text, "rwm") == len && (len < 2 || text[0] != text[1]) &&
	       (len < 3 || (text[0] != text[2] && text[1] != text[2]));
}

int value_device(const char *text, struct value_device *ret)
{
	const char *source, *target, *access = "rwm";
	autostrv parts = { 0 };

	strv_split(&parts, text, ':');
	source = target = parts.items[0];
	if (*source && *source != '/' && strchr(source, '='))
		return fail(-ENOSYS, "devices of the Container Device Interface are not supported yet");
	if (parts.count == 2 && is_access(parts.items[1]))
		access = parts.items[1];
	else if (parts.count >= 2)
		target = parts.items[1];
	if (parts.count == 3)
		access = parts.items[2];
	if (parts.count > 3 || *source != '/')
		return fail(-EINVAL, "bad format for path: %s", text);
	if (*target != '/')
		return fail(-EINVAL, "%s is not an absolute path", target);
	if (!is_access(access))
		return fail(-EINVAL, "bad mode specified: %s", access);
	if (strlen(source) >= PATH_MAX || strlen(target) >= PATH_MAX)
		return fail(-EINVAL, "a path is longer than %d bytes", PATH_MAX - 1);
	if (ret) {
		*ret = (struct value_device){ .source = path_clean(source), .target = path_clean(target) };
		memcpy(ret->access, access, strlen(access) + 1);
	}
	return 0;
}

void value_host_release(struct value_host *v)
{
	free(v->name);
	free(v->address);
	memset(v, 0, sizeof *v);
}

static bool is_address(const char *text)
{
	struct in6_addr address;

	return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

int value_add_host(const char *text, struct value_host *ret)
{
	size_t at = strcspn(text, ":=");
	autofree char *address = NULL;
	size_t len;

	/* "host:::1" has its address after the first colon, "host=::1" after the "=" */
	if (!at || !text[at])
		return fail(-EINVAL, "bad format for add-host: \"%s\"", text);
	for (size_t i = 0; i < at; i++)
		if (isspace((unsigned char)text[i]) || iscntrl((unsigned char)text[i]) || text[i] == '#')
			return fail(-EINVAL, "bad format for add-host: \"%s\"", text);
	address = xstrdup(text + at + 1);
	len = strlen(address);
	if (len > 2 && address[0] == '[' && address[len - 1] == ']') {
		memmove(address, address + 1, len - 2);
		address[len - 2] = '\0';
	}
	if (!strcmp(address, "host-gateway"))
		return fail(-ENOSYS, "host-gateway is not supported yet");
	if (!is_address(address))
		return fail(-EINVAL, "invalid IP address in add-host: \"%s\"", address);
	if (ret)
		*ret = (struct value_host){ .name = xstrndup(text, at), .address = take(&address) };
	return 0;
}

int value_dns(const char *text)
{
	if (!is_address(text))
		return fail(-EINVAL, "IP address is not correctly formatted: %s", text);
	return 0;
}

int value_network(const char *text, enum value_network *ret)
{
	enum value_network network;

	if (!*text)
		return fail(-EINVAL, "no name set for network");
	if (!strcmp(text, "none"))
		network = VALUE_NETWORK_NONE;
	else if (!strcmp(text, "host"))
		network = VALUE_NETWORK_HOST;
	else
		return fail(-ENOSYS, "network %s is not supported yet: there are none and host", text);
	if (ret)
		*ret = network;
	return 0;
}

void value_security_release(struct value_security *v)
{
	free(v->seccomp_profile);
	memset(v, 0, sizeof *v);
}

static int parse_no_new_privileges(const char *value, bool *ret)
{
	if (!*value || !strcmp(value, "true"))
		*ret = true;
	else if (!strcmp(value, "false"))
		*ret = false;
	else
		return fail(-EINVAL, "invalid --security-opt: \"no-new-privileges=%s\": it is neither true nor false", value);
	return 0;
}

int value_security(const char *text, struct value_security *ret)
{
	struct value_security unused = { 0 };
	struct value_security *v = ret ? ret : &unused;
	size_t len = strcspn(text, "=:");
	const char *value = text[len] ? text + len + 1 : "";
	autofree char *key = xstrndup(text, len);

	if (!strcmp(key, "no-new-privileges"))
		return parse_no_new_privileges(value, &v->no_new_privileges);
	if (!len || !*value)
		return fail(-EINVAL, "invalid --security-opt: \"%s\"", text);
	if (!strcmp(key, "seccomp")) {
		v->seccomp_unconfined = !strcmp(value, "unconfined");
		xreplace(&v->seccomp_profile, v->seccomp_unconfined || !strcmp(value, "builtin") ? NULL : value);
		if (!ret)
			value_security_release(v);
		return 0;
	}
	/* hoy sets no label and no AppArmor profile: to ask for that is to ask for what is */
	if ((!strcmp(key, "apparmor") && !strcmp(value, "unconfined")) || (!strcmp(key, "label") && !strcmp(value, "disable")))
		return 0;
	if (!strcmp(key, "apparmor") || !strcmp(key, "label") || !strcmp(key, "systempaths") || !strcmp(key, "writable-cgroups"))
		return fail(-ENOSYS, "--security-opt %s is not supported yet", text);
	return fail(-EINVAL, "invalid --security-opt: \"%s\"", text);
}
