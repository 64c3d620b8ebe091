/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filters hoy writes against those that libseccomp writes for the same rules: for every call number of three
 * architectures, and for arguments at the edges of the conditions, both must say the same.
 */
#include "base/buf.h"
#include "base/error.h"
#include "runtime/capability.h"
#include "runtime/seccomp_cache.h"
#include "runtime/seccomp_compile.h"
#include "runtime/seccomp_plan.h"
#include "runtime/seccomp_profile.h"

/* cmocka.h wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/unistd.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define ENOSYS_VALUE (SECCOMP_RET_ERRNO | ENOSYS)
#define EPERM_VALUE  (SECCOMP_RET_ERRNO | EPERM)

static uint64_t edges[64];
static size_t edge_count;

static void add_edge(uint64_t n)
{
	if (edge_count + 3 <= 64)
		for (uint64_t i = 0; i < 3; i++)
			edges[edge_count++] = n - 1 + i;
}

/* ---- libseccomp's filter for the same spec, in the way of runc ------------------------------------------------------ */

static uint32_t reference_action(const char *action, struct opt_u64 errno_ret)
{
	uint32_t value;

	assert_int_equal(seccomp_action("test", action, errno_ret, &value), 0);
	return value; /* libseccomp's actions are the kernel's values, but for the two kills */
}

static enum scmp_compare reference_op(const char *op)
{
	static const struct {
		const char *name;
		enum scmp_compare op;
	} names[] = { { "SCMP_CMP_EQ", SCMP_CMP_EQ },
		      { "SCMP_CMP_NE", SCMP_CMP_NE },
		      { "SCMP_CMP_LT", SCMP_CMP_LT },
		      { "SCMP_CMP_LE", SCMP_CMP_LE },
		      { "SCMP_CMP_GT", SCMP_CMP_GT },
		      { "SCMP_CMP_GE", SCMP_CMP_GE },
		      { "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ } };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i].name, op) == 0)
			return names[i].op;
	abort();
}

static size_t reference(const struct spec_seccomp *s, const uint32_t *arches, size_t arch_count, struct sock_filter *filter,
			size_t max)
{
	uint32_t fallback = reference_action(s->default_action, s->default_errno_ret);
	scmp_filter_ctx ctx = seccomp_init(fallback);
	int fd = memfd_create("filter", 0);
	ssize_t n;

	for (size_t i = 0; i < arch_count; i++)
		(void)seccomp_arch_add(ctx, arches[i]);
	for (size_t i = 0; i < s->rules.count; i++) {
		const struct spec_seccomp_rule *rule = &s->rules.items[i];
		uint32_t action = reference_action(rule->action, rule->errno_ret);
		struct scmp_arg_cmp args[6];

		if (action == fallback)
			continue;
		for (size_t a = 0; a < rule->args.count; a++)
			args[a] = (struct scmp_arg_cmp){ rule->args.items[a].index, reference_op(rule->args.items[a].op),
							 rule->args.items[a].value, rule->args.items[a].value_two };
		for (size_t c = 0; c < rule->names.count; c++) {
			int nr = seccomp_syscall_resolve_name(rule->names.items[c]);

			if (nr != __NR_SCMP_ERROR)
				(void)seccomp_rule_add_array(ctx, action, nr, (unsigned int)rule->args.count, args);
		}
	}
	assert_int_equal(seccomp_export_bpf(ctx, fd), 0);
	n = pread(fd, filter, max * sizeof *filter, 0);
	assert_true(n > 0 && (size_t)n < max * sizeof *filter);
	seccomp_release(ctx);
	close(fd);
	return (size_t)n / sizeof *filter;
}

/* ---- the default profile --------------------------------------------------------------------------------------------- */

static const struct {
	uint32_t token, audit;
	uint32_t first;
} arches[] = {
	{ SCMP_ARCH_X86_64, AUDIT_ARCH_X86_64, 0 },
	{ SCMP_ARCH_X86, AUDIT_ARCH_I386, 0 },
	{ SCMP_ARCH_X32, AUDIT_ARCH_X86_64, 0x40000000 },
};

static void compare_default(uint64_t capabilities)
{
	static struct sock_filter theirs[65536];
	const struct seccomp_target target = { capabilities, 6 << 16 | 1, "SCMP_ARCH_X86_64" };
	const uint32_t tokens[] = { SCMP_ARCH_X86, SCMP_ARCH_X32 };
	struct spec spec = { 0 };
	struct spec_seccomp *s = &spec.linux_.seccomp;
	struct seccomp_program ours;
	size_t count, steps, longest = 0;

	seccomp_profile_default(&target, s);
	assert_int_equal(seccomp_compile(s, &ours), 0);
	count = reference(s, tokens, 2, theirs, 65536);
	assert_true(ours.count < 400);
	assert_true(ours.count < count);
	for (size_t a = 0; a < sizeof arches / sizeof *arches; a++)
		for (uint32_t nr = 0; nr <= 466; nr++) {
			uint32_t number = arches[a].first + nr;
			char *name = seccomp_syscall_resolve_num_arch(arches[a].token, (int)number);

			for (size_t e = 0; name && e < edge_count; e++) {
				struct seccomp_data data = { .nr = (int)number,
							     .arch = arches[a].audit,
							     .args = { edges[e], edges[(e + 7) % edge_count] } };
				uint32_t mine, reference_value;

				/* a 32-bit process has 32-bit arguments; libseccomp counts x32 among them */
				if (arches[a].token != SCMP_ARCH_X86_64)
					data.args[0] &= UINT32_MAX, data.args[1] &= UINT32_MAX;
				mine = bpf_run(ours.filter, ours.count, &data, &steps);
				reference_value = bpf_run(theirs, count, &data, NULL);
				if (mine != reference_value)
					fail_msg("%s (%u) of arch %zu, argument %#llx: %#x, libseccomp says %#x", name, number, a,
						 (unsigned long long)edges[e], mine, reference_value);
				longest = steps > longest ? steps : longest;
			}
			free(name);
		}
	assert_true(longest < 40);
	seccomp_program_release(&ours);
	spec_release(&spec);
}

static void default_profile_as_libseccomp(void **state)
{
	(void)state;
	compare_default(CAPABILITY_DOCKER_DEFAULT);
	compare_default(0);
	compare_default(CAPABILITY_DOCKER_DEFAULT | CAPABILITY_BIT(CAP_SYS_ADMIN));
	for (unsigned int n = 0; n < CAPABILITY_COUNT; n++)
		compare_default(CAPABILITY_BIT(n));
}

static uint32_t verdict(const struct seccomp_program *p, uint32_t arch, uint32_t nr, uint64_t arg)
{
	const struct seccomp_data data = { .nr = (int)nr, .arch = arch, .args = { arg } };

	return bpf_run(p->filter, p->count, &data, NULL);
}

/* What Docker's documentation promises, and what libseccomp here is too old for. */
static void default_profile_by_hand(void **state)
{
	const struct seccomp_target target = { CAPABILITY_DOCKER_DEFAULT, 6 << 16 | 18, "SCMP_ARCH_X86_64" },
				    old = { CAPABILITY_DOCKER_DEFAULT, 4 << 16 | 7, "SCMP_ARCH_X86_64" },
				    admin = { CAPABILITY_BIT(CAP_SYS_ADMIN), 6 << 16, "SCMP_ARCH_X86_64" };
	struct spec spec = { 0 }, spec_old = { 0 }, spec_admin = { 0 };
	struct seccomp_program p, p_old, p_admin;

	(void)state;
	seccomp_profile_default(&target, &spec.linux_.seccomp);
	seccomp_profile_default(&old, &spec_old.linux_.seccomp);
	seccomp_profile_default(&admin, &spec_admin.linux_.seccomp);
	assert_int_equal(seccomp_compile(&spec.linux_.seccomp, &p), 0);
	assert_int_equal(seccomp_compile(&spec_old.linux_.seccomp, &p_old), 0);
	assert_int_equal(seccomp_compile(&spec_admin.linux_.seccomp, &p_admin), 0);
	for (uint64_t family = 0; family < 64; family++) {
		/* 12, 19, 20, 23, 25, 34 and 37 are gone from the kernel; 38 is AF_ALG (CVE-2026-31431), 40 AF_VSOCK */
		bool allowed = family <= 45 && family != 12 && family != 19 && family != 20 && family != 23 && family != 25 &&
			       family != 34 && family != 37 && family != 38 && family != 40;

		assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_socket, family), allowed ? SECCOMP_RET_ALLOW : EPERM_VALUE);
		assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, 0x40000000 | __NR_socket, family),
				 allowed ? SECCOMP_RET_ALLOW : EPERM_VALUE);
		assert_int_equal(verdict(&p, AUDIT_ARCH_I386, 359, family), allowed ? SECCOMP_RET_ALLOW : EPERM_VALUE);
	}
	/* the upper half of the register is not part of an int, but is no way around either */
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_socket, UINT64_C(1) << 32 | 2), EPERM_VALUE);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_clone3, 0), ENOSYS_VALUE);
	assert_int_equal(verdict(&p_admin, AUDIT_ARCH_X86_64, __NR_clone3, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_clone, 0x01200011), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_clone, 0x10000000), EPERM_VALUE);
	assert_int_equal(verdict(&p_admin, AUDIT_ARCH_X86_64, __NR_clone, 0x10000000), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_ptrace, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(&p_old, AUDIT_ARCH_X86_64, __NR_ptrace, 0), EPERM_VALUE);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_mount, 0), EPERM_VALUE);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_keyctl, 0), EPERM_VALUE);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, 425 /* io_uring_setup */, 0), EPERM_VALUE);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_personality, 0x20008), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_personality, 0x0040000), EPERM_VALUE);
	/* newer than libseccomp 2.5.4: fchmodat2, mseal, removexattrat, lsm_get_self_attr */
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, 452, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(&p, AUDIT_ARCH_I386, 462, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, 466, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, 335, 0), SECCOMP_RET_ALLOW); /* uretprobe */
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, 459, 0), EPERM_VALUE);
	/* newer than the profile: the C library falls back */
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, 467, 0), ENOSYS_VALUE);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, 9999, 0), ENOSYS_VALUE);
	assert_int_equal(verdict(&p, AUDIT_ARCH_I386, 467, 0), ENOSYS_VALUE);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, 0x40000000 | 548, 0), ENOSYS_VALUE); /* x32 has some of its own */
	/* an architecture that nobody spoke of */
	assert_int_equal(verdict(&p, AUDIT_ARCH_AARCH64, 64, 0), SECCOMP_RET_KILL_THREAD);
	seccomp_program_release(&p);
	seccomp_program_release(&p_old);
	seccomp_program_release(&p_admin);
	spec_release(&spec);
	spec_release(&spec_old);
	spec_release(&spec_admin);
}

/* What the spec says, told once more in the plainest way. */
static bool rule_holds(const struct spec_seccomp_rule *rule, const char *name, const __u64 *args)
{
	if (!strv_contains(&rule->names, name))
		return false;
	for (size_t i = 0; i < rule->args.count; i++) {
		const struct spec_seccomp_arg *c = &rule->args.items[i];
		uint64_t arg = args[c->index];
		bool holds = false;

		switch (reference_op(c->op)) {
		case SCMP_CMP_EQ:
			holds = arg == c->value;
			break;
		case SCMP_CMP_NE:
			holds = arg != c->value;
			break;
		case SCMP_CMP_LT:
			holds = arg < c->value;
			break;
		case SCMP_CMP_LE:
			holds = arg <= c->value;
			break;
		case SCMP_CMP_GT:
			holds = arg > c->value;
			break;
		case SCMP_CMP_GE:
			holds = arg >= c->value;
			break;
		default:
			holds = (arg & c->value) == c->value_two;
		}
		if (!holds)
			return false;
	}
	return true;
}

static uint32_t plain_verdict(const struct spec_seccomp *s, const char *name, const __u64 *args)
{
	for (size_t i = 0; i < s->rules.count; i++)
		if (rule_holds(&s->rules.items[i], name, args))
			return EPERM_VALUE;
	return SECCOMP_RET_ALLOW;
}

/* ---- rules made at random -------------------------------------------------------------------------------------------- */

static const char *const ops[] = { "SCMP_CMP_EQ", "SCMP_CMP_NE", "SCMP_CMP_LT",       "SCMP_CMP_LE",
				   "SCMP_CMP_GT", "SCMP_CMP_GE", "SCMP_CMP_MASKED_EQ" };
static const uint64_t values[] = { 0, 1, 2, 7, 0x80000000, 0xffffffff, 0x100000000, 0x100000001, 0x7fffffffffffffff, UINT64_MAX };

static size_t differ; /* where libseccomp says something else than the rules */

static void random_rules(unsigned int seed)
{
	static const char *const names[] = { "read", "write", "ioctl", "futex", "fcntl" };
	static struct sock_filter theirs[8192];
	struct spec spec = { 0 };
	struct spec_seccomp *s = &spec.linux_.seccomp;
	struct seccomp_program ours;
	size_t count, rules;

	srandom(seed);
	s->set = true;
	s->default_action = strdup("SCMP_ACT_ALLOW");
	rules = 1 + (size_t)random() % 6;
	for (size_t i = 0; i < rules; i++) {
		struct spec_seccomp_rule *rule = spec_grow(&s->rules);
		size_t args = (size_t)random() % 3;
		unsigned int index = (unsigned int)random() % 3;

		strv_add(&rule->names, names[random() % 5]);
		rule->action = strdup("SCMP_ACT_ERRNO");
		for (size_t a = 0; a < args; a++) {
			struct spec_seccomp_arg *arg = spec_grow(&rule->args);

			arg->index = (index + (unsigned int)a) % 6;
			arg->op = strdup(ops[random() % 7]);
			arg->value = values[random() % 10];
			arg->value_two = values[random() % 10] & arg->value;
		}
	}
	assert_int_equal(seccomp_compile(s, &ours), 0);
	count = reference(s, NULL, 0, theirs, 8192);
	for (size_t n = 0; n < 5; n++)
		for (int i = 0; i < 400; i++) {
			struct seccomp_data data = { .nr = seccomp_syscall_resolve_name(names[n]), .arch = AUDIT_ARCH_X86_64 };
			uint32_t mine, reference_value;

			for (size_t a = 0; a < 6; a++)
				data.args[a] = values[random() % 10] + (uint64_t)(random() % 3) - 1;
			mine = bpf_run(ours.filter, ours.count, &data, NULL);
			reference_value = bpf_run(theirs, count, &data, NULL);
			if (mine != plain_verdict(s, names[n], data.args))
				fail_msg("seed %u, %s: %#x", seed, names[n], mine);
			differ += mine != reference_value;
		}
	seccomp_program_release(&ours);
	spec_release(&spec);
}

static void random_rules_as_libseccomp(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed <= 400; seed++)
		random_rules(seed);
	/* libseccomp 2.5.4 gets a few of the unusual ones wrong */
	assert_true(differ < 1000);
}

/* ---- words ------------------------------------------------------------------------------------------------------------ */

static void refuse(const char *json, const char *words)
{
	const struct seccomp_target target = { 0, 6 << 16, "SCMP_ARCH_X86_64" };
	struct spec spec = { 0 };
	struct seccomp_program p = { 0 };
	int r = seccomp_profile_parse(json, strlen(json), "p.json", &target, &spec.linux_.seccomp);

	if (r == 0)
		r = seccomp_compile(&spec.linux_.seccomp, &p);
	assert_int_equal(r, -EINVAL);
	if (!strstr(error_text(r), words))
		fail_msg("%s: \"%s\" does not say \"%s\"", json, error_text(r), words);
	spec_release(&spec);
}

static void bad_profiles_are_named(void **state)
{
	(void)state;
	refuse("{}", "defaultAction");
	refuse("[]", "not an object");
	refuse("{\"defaultAction\":\"SCMP_ACT_NICE\"}", "SCMP_ACT_NICE");
	refuse("{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}", "defaultAction");
	refuse("{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"defaultErrnoRet\":3}", "errnoRet");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":65536}", "65536");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":-1}", "negative");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":[\"SCMP_ARCH_PDP11\"]}", "SCMP_ARCH_PDP11");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"flags\":[\"FLAG\"]}", "FLAG");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":{}}", "syscalls");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[3]}", "syscalls[0]");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"name\":\"read\",\"names\":[\"write\"],\"action\":\"SCMP_ACT_"
	       "ALLOW\"}]}",
	       "both name and names");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\"]}]}", "no action");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{"
	       "\"index\":6,\"value\":0,\"op\":\"SCMP_CMP_EQ\"}]}]}",
	       "index");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{"
	       "\"index\":0,\"value\":0,\"op\":\"=\"}]}]}",
	       "operator");
	refuse("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"includes\":"
	       "{\"minKernel\":\"new\"}}]}",
	       "minKernel");
}

/* Two conditions on one argument are two rules, as runc has it. */
static void one_argument_twice_is_either(void **state)
{
	static const char json[] =
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"read\",\"no_such_call\"],\"action\":\"SCMP_ACT_ERRNO\","
		"\"errnoRet\":5,\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"},{\"index\":0,\"value\":7,\"op\":\"SCMP_CMP_EQ\"}]}]}";
	const struct seccomp_target target = { 0, 6 << 16, "SCMP_ARCH_X86_64" };
	struct spec spec = { 0 };
	struct seccomp_program p;

	(void)state;
	assert_int_equal(seccomp_profile_parse(json, strlen(json), "p", &target, &spec.linux_.seccomp), 0);
	assert_int_equal(seccomp_compile(&spec.linux_.seccomp, &p), 0);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_read, 1), SECCOMP_RET_ERRNO | 5);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_read, 7), SECCOMP_RET_ERRNO | 5);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_read, 3), SECCOMP_RET_ALLOW);
	/* where the default lets calls pass, unknown ones pass; x32 does not */
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, 9999, 0), SECCOMP_RET_ALLOW);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, 0x40000000, 0), SECCOMP_RET_KILL_THREAD);
	seccomp_program_release(&p);
	spec_release(&spec);
}

static void notify_wants_a_listener(void **state)
{
	static const char json[] =
		"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_TSYNC\",\"SECCOMP_FILTER_FLAG_"
		"WAIT_KILLABLE_RECV\"],\"syscalls\":[{\"names\":[\"mkdir\"],\"action\":\"SCMP_ACT_NOTIFY\"}]}";
	const struct seccomp_target target = { 0, 6 << 16, "SCMP_ARCH_X86_64" };
	struct spec spec = { 0 };
	struct seccomp_program p;

	(void)state;
	assert_int_equal(seccomp_profile_parse(json, strlen(json), "p", &target, &spec.linux_.seccomp), 0);
	assert_int_equal(seccomp_compile(&spec.linux_.seccomp, &p), 0);
	assert_true(seccomp_program_notifies(&p));
	assert_int_equal(p.flags, SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_TSYNC_ESRCH |
					  SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
	assert_int_equal(verdict(&p, AUDIT_ARCH_X86_64, __NR_mkdir, 0), SECCOMP_RET_USER_NOTIF);
	seccomp_program_release(&p);
	spec_release(&spec);
}

/* ---- the cache -------------------------------------------------------------------------------------------------------- */

static void entry_path(const char *directory, const char *key, char *path, size_t size)
{
	snprintf(path, size, "%s/cache/%s", directory, key);
}

static void cache_is_checked(void **state)
{
	const struct seccomp_target target = { CAPABILITY_DOCKER_DEFAULT, 6 << 16, "SCMP_ARCH_X86_64" };
	char directory[] = "/tmp/hoy-seccomp-XXXXXX", cache[64], key[SECCOMP_KEY_MAX], other[SECCOMP_KEY_MAX], path[256];
	struct spec spec = { 0 };
	struct seccomp_program first, second;
	FILE *file;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(cache, sizeof cache, "%s/cache", directory);
	seccomp_profile_default(&target, &spec.linux_.seccomp);
	seccomp_cache_key(&spec.linux_.seccomp, key);
	entry_path(directory, key, path, sizeof path);
	assert_int_equal(seccomp_cache_read(cache, key, &second), -ENOENT);
	assert_int_equal(seccomp_program_load(&spec.linux_.seccomp, cache, &first), 0);
	assert_int_equal(access(path, R_OK), 0);
	assert_int_equal(seccomp_cache_read(cache, key, &second), 0);
	assert_int_equal(first.count, second.count);
	assert_int_equal(first.flags, second.flags);
	assert_memory_equal(first.filter, second.filter, first.count * sizeof *first.filter);
	seccomp_program_release(&second);
	/* an entry that others may write to is not believed */
	assert_int_equal(chmod(path, 0620), 0);
	assert_int_equal(seccomp_cache_read(cache, key, &second), -ENOENT);
	assert_int_equal(chmod(path, 0600), 0);
	/* nor one that is damaged, too short, or too long */
	file = fopen(path, "r+");
	fseek(file, -1, SEEK_END);
	fputc(0x7f, file);
	fclose(file);
	assert_int_equal(seccomp_cache_read(cache, key, &second), -ENOENT);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(seccomp_cache_read(cache, key, &second), -ENOENT);
	assert_int_equal(truncate(path, 1 << 20), 0);
	assert_int_equal(seccomp_cache_read(cache, key, &second), -ENOENT);
	/* it is replaced by a good one */
	assert_int_equal(seccomp_program_load(&spec.linux_.seccomp, cache, &second), 0);
	assert_memory_equal(first.filter, second.filter, first.count * sizeof *first.filter);
	seccomp_program_release(&second);
	assert_int_equal(seccomp_cache_read(cache, key, &second), 0);
	seccomp_program_release(&second);
	/* whatever changes the program changes the key */
	spec.linux_.seccomp.rules.items[0].names.items[0][0] ^= 1;
	seccomp_cache_key(&spec.linux_.seccomp, other);
	assert_string_not_equal(key, other);
	spec.linux_.seccomp.rules.items[0].names.items[0][0] ^= 1;
	strv_add(&spec.linux_.seccomp.flags, "SECCOMP_FILTER_FLAG_LOG");
	seccomp_cache_key(&spec.linux_.seccomp, other);
	assert_string_not_equal(key, other);
	unlink(path);
	rmdir(cache);
	rmdir(directory);
	seccomp_program_release(&first);
	spec_release(&spec);
}

static void text_is_a_key_of_its_own(void **state)
{
	const struct seccomp_target target = { CAPABILITY_DOCKER_DEFAULT, 6 << 16, "SCMP_ARCH_X86_64" };
	char directory[] = "/tmp/hoy-seccomp-XXXXXX", key[SECCOMP_KEY_MAX], path[256];
	struct spec spec = { 0 }, read = { 0 };
	struct seccomp_program compiled, fresh, cached;
	autobuf text = BUF_INIT;

	(void)state;
	assert_non_null(mkdtemp(directory));
	seccomp_profile_default(&target, &spec.linux_.seccomp);
	assert_int_equal(seccomp_program_load(&spec.linux_.seccomp, NULL, &compiled), 0);
	spec.oci_version = strdup("1.2.0");
	spec.root.path = strdup("rootfs");
	spec_write(&spec, &text);
	assert_int_equal(spec_read(text.data, text.len, "config.json", &read), 0);
	for (int i = 0; i < 2; i++) {
		struct seccomp_program *program = i ? &cached : &fresh;

		assert_int_equal(seccomp_program_load(&read.linux_.seccomp, directory, program), 0);
		assert_int_equal(program->count, compiled.count);
		assert_memory_equal(program->filter, compiled.filter, compiled.count * sizeof *compiled.filter);
	}
	seccomp_cache_key(&read.linux_.seccomp, key);
	snprintf(path, sizeof path, "%s/%s", directory, key);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(directory), 0); /* there was no other entry */
	/* what is no filter is none of the cache's */
	seccomp_program_release(&compiled);
	read.linux_.seccomp.text[strlen(read.linux_.seccomp.text) - 1] = ' ';
	assert_int_equal(seccomp_program_load(&read.linux_.seccomp, NULL, &compiled), -EINVAL);
	seccomp_program_release(&fresh);
	seccomp_program_release(&cached);
	spec_release(&spec);
	spec_release(&read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_profile_as_libseccomp),
		cmocka_unit_test(default_profile_by_hand),
		cmocka_unit_test(random_rules_as_libseccomp),
		cmocka_unit_test(bad_profiles_are_named),
		cmocka_unit_test(one_argument_twice_is_either),
		cmocka_unit_test(notify_wants_a_listener),
		cmocka_unit_test(cache_is_checked),
		cmocka_unit_test(text_is_a_key_of_its_own),
	};

	add_edge(1);
	add_edge(8);
	add_edge(38);
	add_edge(40);
	add_edge(12);
	add_edge(45);
	add_edge(0x20000);
	add_edge(0x20008);
	add_edge(0x10000000);
	add_edge(0x01200011);
	add_edge(0xffffffff);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
