/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/seccomp_profile.h"

#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"
#include "runtime/capability.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#define RULES_MAX 4096

/* When a rule counts: all of includes, none of excludes. Lists are NULL-terminated; NULL: not asked for. */
struct profile_filter {
	const char *const *caps, *const *arches;
	uint32_t kernel;
};

struct profile_arg {
	uint32_t index;
	uint64_t value, value_two;
	const char *op;
};

struct profile_rule {
	const char *const *names;
	const char *action;
	struct opt_u64 errno_ret;
	const struct profile_arg *args;
	size_t arg_count;
	struct profile_filter includes, excludes;
};

struct profile_arch {
	const char *arch;
	const char *const *sub_arches;
};

#include <runtime/seccomp_default.h> /* made by tools/seccomp-table when it is built */

/* Go's names of the machine, as Docker's profiles write them, and the spec's. */
static const struct {
	const char *uname, *go, *scmp;
} machines[] = {
	{ "x86_64", "amd64", "SCMP_ARCH_X86_64" },
	{ "aarch64", "arm64", "SCMP_ARCH_AARCH64" },
	{ "i686", "x86", "SCMP_ARCH_X86" },
	{ "armv7l", "arm", "SCMP_ARCH_ARM" },
	{ "riscv64", "riscv64", "SCMP_ARCH_RISCV64" },
	{ "s390x", "s390x", "SCMP_ARCH_S390X" },
	{ "ppc64le", "ppc64le", "SCMP_ARCH_PPC64LE" },
	{ "loongarch64", "loong64", "SCMP_ARCH_LOONGARCH64" },
};

struct seccomp_target seccomp_target_here(uint64_t capabilities)
{
	struct seccomp_target target = { .capabilities = capabilities };
	struct utsname name;

	if (uname(&name) == 0)
		target.kernel = number_version(name.release);
		/* the kernel's architecture as this program was built for it: uname may lie under setarch */
#if defined(__x86_64__)
	target.arch = "SCMP_ARCH_X86_64";
#elif defined(__aarch64__)
	target.arch = "SCMP_ARCH_AARCH64";
#else
	target.arch = "";
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (strcmp(machines[i].uname, name.machine) == 0)
			target.arch = machines[i].scmp;
#endif
	return target;
}

static bool is_arch(const struct seccomp_target *target, const char *go)
{
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (strcmp(machines[i].go, go) == 0)
			return strcmp(machines[i].scmp, target->arch) == 0;
	return false;
}

static bool has_capability(const struct seccomp_target *target, const char *name)
{
	int n = capability_from_name(name);

	return n >= 0 && target->capabilities & CAPABILITY_BIT(n);
}

static bool included(const struct profile_filter *f, const struct seccomp_target *target)
{
	bool arch = !f->arches || !f->arches[0];

	for (size_t i = 0; f->arches && f->arches[i]; i++)
		arch |= is_arch(target, f->arches[i]);
	for (size_t i = 0; f->caps && f->caps[i]; i++)
		if (!has_capability(target, f->caps[i]))
			return false;
	return arch && target->kernel >= f->kernel;
}

static bool excluded(const struct profile_filter *f, const struct seccomp_target *target)
{
	for (size_t i = 0; f->arches && f->arches[i]; i++)
		if (is_arch(target, f->arches[i]))
			return true;
	for (size_t i = 0; f->caps && f->caps[i]; i++)
		if (has_capability(target, f->caps[i]))
			return true;
	return f->kernel && target->kernel >= f->kernel;
}

static void add_rule(const struct profile_rule *rule, const struct seccomp_target *target, struct spec_seccomp *ret)
{
	struct spec_seccomp_rule *to;

	if (!included(&rule->includes, target) || excluded(&rule->excludes, target))
		return;
	to = spec_grow(&ret->rules);
	for (size_t i = 0; rule->names[i]; i++)
		strv_add(&to->names, rule->names[i]);
	to->action = xstrdup(rule->action);
	to->errno_ret = rule->errno_ret;
	for (size_t i = 0; i < rule->arg_count; i++) {
		struct spec_seccomp_arg *arg = spec_grow(&to->args);

		arg->index = rule->args[i].index;
		arg->value = rule->args[i].value;
		arg->value_two = rule->args[i].value_two;
		arg->op = xstrdup(rule->args[i].op);
	}
}

static void add_arches(const char *arch, const char *const *sub_arches, const struct seccomp_target *target,
		       struct spec_seccomp *ret)
{
	if (strcmp(arch, target->arch) != 0)
		return;
	strv_add(&ret->architectures, arch);
	for (size_t i = 0; sub_arches && sub_arches[i]; i++)
		strv_add(&ret->architectures, sub_arches[i]);
}

void seccomp_profile_default(const struct seccomp_target *target, struct spec_seccomp *ret)
{
	ret->set = true;
	ret->default_action = xstrdup(DEFAULT_ACTION);
	ret->default_errno_ret = (struct opt_u64){ true, DEFAULT_ERRNO };
	for (size_t i = 0; i < ARRAY_SIZE(default_arches); i++)
		add_arches(default_arches[i].arch, default_arches[i].sub_arches, target, ret);
	for (size_t i = 0; i < ARRAY_SIZE(default_rules); i++)
		add_rule(&default_rules[i], target, ret);
}

/* ---- a user's file ------------------------------------------------------------------------------------------------- */

struct lists {
	struct strv caps, arches;
};

static void lists_release(struct lists *lists)
{
	strv_release(&lists->caps);
	strv_release(&lists->arches);
}

static int read_filter(struct json_object *o, const char *where, const char *key, struct lists *lists, struct profile_filter *ret)
{
	struct json_object *filter = NULL;
	const char *kernel = NULL;
	int r = json_get_object(o, where, key, &filter);

	if (r <= 0)
		return r;
	r = json_get_strv(filter, where, "caps", &lists->caps);
	if (r >= 0)
		r = json_get_strv(filter, where, "arches", &lists->arches);
	if (r >= 0)
		r = json_get_str(filter, where, "minKernel", &kernel);
	if (r < 0)
		return r;
	if (kernel && *kernel) {
		ret->kernel = number_version(kernel);
		if (!ret->kernel)
			return fail(-EINVAL, "%s.%s.minKernel: \"%s\" is no kernel version", where, key, kernel);
	}
	ret->caps = (const char *const *)strv_array(&lists->caps);
	ret->arches = (const char *const *)strv_array(&lists->arches);
	return 0;
}

static int read_args(struct json_object *o, const char *where, struct profile_arg *args, size_t max, size_t *ret_count)
{
	struct json_object *list = NULL;
	size_t count;
	int r = json_get_array(o, where, "args", &list);

	if (r <= 0)
		return r;
	count = json_object_array_length(list);
	if (count > max)
		return fail(-EINVAL, "%s.args: more than %zu conditions", where, max);
	for (size_t i = 0; i < count; i++) {
		struct json_object *arg = json_object_array_get_idx(list, i);
		struct profile_arg *to = &args[i];

		*to = (struct profile_arg){ .op = "" };
		r = json_get_u32(arg, where, "index", &to->index);
		if (r >= 0)
			r = json_get_u64(arg, where, "value", &to->value);
		if (r >= 0)
			r = json_get_u64(arg, where, "valueTwo", &to->value_two);
		if (r >= 0)
			r = json_get_str(arg, where, "op", &to->op);
		if (r < 0)
			return r;
	}
	*ret_count = count;
	return 0;
}

static int read_rule(struct json_object *o, const char *where, const struct seccomp_target *target, struct spec_seccomp *ret)
{
	autocall(lists_release) struct lists includes = { 0 }, excludes = { 0 };
	autostrv names = { 0 };
	struct profile_arg args[32];
	struct profile_rule rule = { .args = args, .action = "" };
	const char *name = NULL;
	int r;

	if (!json_object_is_type(o, json_type_object))
		return fail(-EINVAL, "%s: it is not an object", where);
	r = json_get_strv(o, where, "names", &names);
	if (r >= 0)
		r = json_get_str(o, where, "name", &name);
	if (r < 0)
		return r;
	if (name && *name && names.count)
		return fail(-EINVAL, "%s: it has both name and names", where);
	if (name && *name)
		strv_add(&names, name);
	rule.names = (const char *const *)strv_array(&names);
	r = json_get_str(o, where, "action", &rule.action);
	if (r >= 0)
		r = json_get_u64(o, where, "errnoRet", &rule.errno_ret.value);
	rule.errno_ret.set = r == 1;
	if (r >= 0)
		r = read_args(o, where, args, ARRAY_SIZE(args), &rule.arg_count);
	if (r >= 0)
		r = read_filter(o, where, "includes", &includes, &rule.includes);
	if (r >= 0)
		r = read_filter(o, where, "excludes", &excludes, &rule.excludes);
	if (r < 0)
		return r;
	add_rule(&rule, target, ret);
	return 0;
}

static int read_arch_map(struct json_object *o, const char *name, const struct seccomp_target *target, struct spec_seccomp *ret)
{
	struct json_object *map = NULL;
	int r = json_get_array(o, name, "archMap", &map);

	if (r <= 0)
		return r;
	if (ret->architectures.count && json_object_array_length(map))
		return fail(-EINVAL, "%s: it has both architectures and archMap", name);
	for (size_t i = 0; i < json_object_array_length(map); i++) {
		struct json_object *entry = json_object_array_get_idx(map, i);
		autostrv sub_arches = { 0 };
		const char *arch = "";

		r = json_get_str(entry, name, "architecture", &arch);
		if (r >= 0)
			r = json_get_strv(entry, name, "subArchitectures", &sub_arches);
		if (r < 0)
			return r;
		add_arches(arch, (const char *const *)strv_array(&sub_arches), target, ret);
	}
	return 0;
}

static int read_head(struct json_object *o, const char *name, struct spec_seccomp *ret)
{
	const char *action = NULL, *listener = NULL, *metadata = NULL;
	int r = json_get_str(o, name, "defaultAction", &action);

	if (r >= 0 && !action)
		return fail(-EINVAL, "%s: a seccomp profile has a defaultAction", name);
	if (r >= 0)
		r = json_get_u64(o, name, "defaultErrnoRet", &ret->default_errno_ret.value);
	ret->default_errno_ret.set = r == 1;
	if (r >= 0)
		r = json_get_strv(o, name, "architectures", &ret->architectures);
	if (r >= 0)
		r = json_get_strv(o, name, "flags", &ret->flags);
	if (r >= 0)
		r = json_get_str(o, name, "listenerPath", &listener);
	if (r >= 0)
		r = json_get_str(o, name, "listenerMetadata", &metadata);
	ret->default_action = xstrdup(action);
	ret->listener_path = xstrdup(listener);
	ret->listener_metadata = xstrdup(metadata);
	return r;
}

int seccomp_profile_parse(const char *text, size_t len, const char *name, const struct seccomp_target *target,
			  struct spec_seccomp *ret)
{
	autojson struct json_object *o = NULL;
	struct json_object *rules = NULL;
	int r = json_parse(text, len, name, &o);

	if (r < 0)
		return r;
	if (!json_object_is_type(o, json_type_object))
		return fail(-EINVAL, "%s: it is not an object", name);
	ret->set = true;
	r = read_head(o, name, ret);
	if (r >= 0)
		r = read_arch_map(o, name, target, ret);
	if (r >= 0)
		r = json_get_array(o, name, "syscalls", &rules);
	if (r < 0)
		return r;
	if (rules && json_object_array_length(rules) > RULES_MAX)
		return fail(-EINVAL, "%s: more than %d rules", name, RULES_MAX);
	for (size_t i = 0; rules && i < json_object_array_length(rules); i++) {
		char where[512];

		snprintf(where, sizeof where, "%s: syscalls[%zu]", name, i);
		r = read_rule(json_object_array_get_idx(rules, i), where, target, ret);
		if (r < 0)
			return r;
	}
	return 0;
}
