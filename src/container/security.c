/* SPDX-License-Identifier: Apache-2.0 */
#include "container/security.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "runtime/capability.h"
#include "runtime/seccomp_profile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PROFILE_MAX (1 << 20)

/* The value behind @key and "=" or, an old spelling, ":"; NULL when it is another option. */
static const char *value_of(const char *option, const char *key)
{
	size_t len = strlen(key);

	if (strncmp(option, key, len) != 0 || (option[len] != '=' && option[len] != ':'))
		return NULL;
	return option + len + 1;
}

/* Go's strconv.ParseBool, as far as anybody types it. */
static bool read_bool(const char *value, bool *ret)
{
	*ret = strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
	return *ret || strcmp(value, "false") == 0 || strcmp(value, "0") == 0;
}

/* A label is SELinux's. Where that is not at work there is none to set, as with Docker; hoy sets none where it is. */
static int read_label(const char *option, const char *value)
{
	static const char *const keys[] = { "user:", "role:", "type:", "level:", "filetype:" };
	bool known = false;

	if (strcmp(value, "disable") == 0)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		known |= strncmp(value, keys[i], strlen(keys[i])) == 0 && value[strlen(keys[i])];
	if (!known)
		return fail(-EINVAL, "invalid --security-opt: \"%s\"", option);
	if (access("/sys/fs/selinux/enforce", F_OK) == 0)
		return fail(-ENOTSUP, "--security-opt %s: hoy sets no labels of SELinux", option);
	return 0;
}

static int read_option(const char *option, struct security *ret)
{
	const char *value;

	if (strcmp(option, "no-new-privileges") == 0) {
		ret->no_new_privileges = true;
		return 0;
	}
	if (strcmp(option, "writable-cgroups") == 0) {
		ret->writable_cgroups = true;
		return 0;
	}
	if ((value = value_of(option, "no-new-privileges")) && read_bool(value, &ret->no_new_privileges))
		return 0;
	if ((value = value_of(option, "writable-cgroups")) && read_bool(value, &ret->writable_cgroups))
		return 0;
	if ((value = value_of(option, "systempaths")) && strcmp(value, "unconfined") == 0) {
		ret->system_paths = true;
		return 0;
	}
	if ((value = value_of(option, "seccomp")) && *value) {
		ret->seccomp = strcmp(value, "builtin") == 0 ? NULL : value;
		return 0;
	}
	if ((value = value_of(option, "apparmor")) && *value) {
		ret->apparmor = value;
		return 0;
	}
	if ((value = value_of(option, "label")))
		return read_label(option, value);
	return fail(-EINVAL, "invalid --security-opt: \"%s\"", option);
}

int security_read(const struct strv *options, struct security *ret)
{
	for (size_t i = 0; i < options->count; i++) {
		int r = read_option(options->items[i], ret);

		if (r < 0)
			return r;
	}
	return 0;
}

static int fill_capabilities(const struct run_options *o, uint32_t uid, struct spec_capabilities *ret)
{
	uint64_t mask = CAPABILITY_DOCKER_DEFAULT;
	int r = 0;

	/* asking the kernel what there is takes forty system calls: only where it matters */
	if (o->privileged)
		mask = capability_available();
	else if (o->cap_add.count > 0 || o->cap_drop.count > 0)
		r = capability_evaluate(mask, capability_available(), &o->cap_add, &o->cap_drop, &mask);
	if (r < 0)
		return r;
	*ret = (struct spec_capabilities){ .set = true, .bounding = mask };
	/* another user than root keeps none through execve: give it none to begin with (as Docker) */
	if (uid == 0)
		ret->effective = ret->permitted = mask;
	return 0;
}

static int fill_seccomp(const char *profile, uint64_t capabilities, struct spec_seccomp *ret)
{
	struct seccomp_target target = seccomp_target_here(capabilities);
	autobuf text = BUF_INIT;
	int r;

	if (!profile) {
		seccomp_profile_default(&target, ret);
		return 0;
	}
	r = file_read(AT_FDCWD, profile, PROFILE_MAX, &text);
	if (r < 0)
		return r == -ENOENT ? fail_code(r, "opening seccomp profile (%s) failed", profile) : r;
	return seccomp_profile_parse(text.data, text.len, profile, &target, ret);
}

/* A profile that cannot be applied is an error, not a container without it. */
static int fill_apparmor(const struct run_options *o, const char *profile, struct spec_process *p)
{
	bool unconfined = profile && strcmp(profile, "unconfined") == 0;

	if (!profile || (o->privileged && unconfined))
		return 0;
	if (!unconfined && access("/sys/kernel/security/apparmor", F_OK) < 0 && access("/sys/module/apparmor", F_OK) < 0)
		return fail_hint(fail(-ENOTSUP, "--security-opt apparmor=%s: this kernel has no AppArmor", profile),
				 "leave it away, or say apparmor=unconfined");
	p->apparmor_profile = xstrdup(profile);
	return 0;
}

int security_fill(const struct run_options *o, const struct security *s, uint32_t uid, struct spec *spec)
{
	bool unconfined = s->seccomp ? strcmp(s->seccomp, "unconfined") == 0 : o->privileged;
	int r = fill_capabilities(o, uid, &spec->process.capabilities);

	if (r == 0 && !unconfined)
		r = fill_seccomp(s->seccomp, spec->process.capabilities.bounding, &spec->linux_.seccomp);
	spec->process.no_new_privileges = s->no_new_privileges;
	return r == 0 ? fill_apparmor(o, s->apparmor, &spec->process) : r;
}

static void set_sysctl(struct spec_pairs *list, const char *key, size_t key_len, const char *value)
{
	struct spec_pair *p = NULL;

	for (size_t i = 0; i < list->count && !p; i++)
		if (strlen(list->items[i].key) == key_len && strncmp(list->items[i].key, key, key_len) == 0)
			p = &list->items[i];
	if (!p) {
		p = spec_grow(list);
		p->key = xstrndup(key, key_len);
	}
	xreplace(&p->value, value);
}

/*
 * Only what a container has of its own. A name of the list cannot hide a path or a second setting (CVE-2022-0811: a "+" in
 * a value set kernel.core_pattern).
 */
static bool sysctl_allowed(const char *option, size_t len)
{
	static const char *const names[] = {
		"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
		"kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
	};
	static const char *const prefixes[] = { "net.", "fs.mqueue." };
	bool allowed = false;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		allowed |= strlen(names[i]) == len && strncmp(option, names[i], len) == 0;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		allowed |= len > strlen(prefixes[i]) && strncmp(option, prefixes[i], strlen(prefixes[i])) == 0;
	for (size_t i = 0; i < len; i++)
		allowed &= isalnum((unsigned char)option[i]) || strchr("._-/", option[i]);
	return allowed && !strstr(option, "..") && !strpbrk(option + len, "\n\r");
}

/* net.ipv4.conf.eth0.forwarding: of an interface that is not there when a container's parameters are set. */
static bool is_of_interface(const char *option)
{
	static const char *const always[] = { "all.", "default.", "lo." };
	const char *part = option;

	for (int i = 0; part && i < 2; i++) {
		part = strchr(part, '.');
		part = part ? part + 1 : NULL;
	}
	if (!part || (strncmp(part, "conf.", 5) != 0 && strncmp(part, "neigh.", 6) != 0))
		return false;
	part = strchr(part, '.') + 1;
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		if (strncmp(part, always[i], strlen(always[i])) == 0)
			return false;
	return true;
}

int security_sysctls(const struct run_options *o, bool host_network, struct spec_pairs *ret)
{
	static const char *const defaults[][2] = {
		{ "net.ipv4.ip_unprivileged_port_start", "0" },
		{ "net.ipv4.ping_group_range", "0 2147483647" },
	};

	bool host_ipc = o->ipc && strcmp(o->ipc, "host") == 0; /* what is allowed and no net.* belongs to IPC namespaces */

	for (size_t i = 0; !host_network && i < ARRAY_SIZE(defaults); i++)
		set_sysctl(ret, defaults[i][0], strlen(defaults[i][0]), defaults[i][1]);
	for (size_t i = 0; i < o->sysctls.count; i++) {
		const char *option = o->sysctls.items[i], *value = strchr(option, '=');

		if (!value || !sysctl_allowed(option, (size_t)(value - option)))
			return fail(-EINVAL, "sysctl '%s' is not allowed", option);
		if (host_network && strncmp(option, "net.", 4) == 0)
			return fail(-EINVAL, "sysctl '%s' not allowed in host network namespace", option);
		if (!host_network && strncmp(option, "net.", 4) == 0 && is_of_interface(option))
			return fail_hint(
				fail(-EINVAL,
				     "interface specific sysctl setting '%s' must be supplied using driver option "
				     "'com.docker.network.endpoint.sysctls'",
				     option),
				"--network name=bridge,driver-opt=com.docker.network.endpoint.sysctls=net.ipv4.conf.IFNAME.NAME=VALUE");
		if (host_ipc && strncmp(option, "net.", 4) != 0)
			return fail(-EINVAL, "sysctl '%s' not allowed in host ipc namespace", option);
		set_sysctl(ret, option, (size_t)(value - option), value + 1);
	}
	return 0;
}
