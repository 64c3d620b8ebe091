/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/cgroup_device.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "kernel/cgroup.h"
#include "kernel/file.h"
#include "kernel/step.h"
#include "runtime/cgroup_driver.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RULES_MAX 512 /* more would not fit a program of 4096 instructions */

static const struct device_rule first = { .allow = false, .type = 'a', DEVICE_ANY, DEVICE_ANY, DEVICE_ALL };
static const struct device_rule last[] = {
	{ true, 'c', DEVICE_ANY, DEVICE_ANY, DEVICE_MKNOD },
	{ true, 'b', DEVICE_ANY, DEVICE_ANY, DEVICE_MKNOD },
	{ true, 'c', 1, 3, DEVICE_ALL },            /* null */
	{ true, 'c', 1, 5, DEVICE_ALL },            /* zero */
	{ true, 'c', 1, 7, DEVICE_ALL },            /* full */
	{ true, 'c', 1, 8, DEVICE_ALL },            /* random */
	{ true, 'c', 1, 9, DEVICE_ALL },            /* urandom */
	{ true, 'c', 5, 0, DEVICE_ALL },            /* tty */
	{ true, 'c', 5, 2, DEVICE_ALL },            /* ptmx */
	{ true, 'c', 136, DEVICE_ANY, DEVICE_ALL }, /* pts */
};

void device_rules_release(struct device_rules *rules)
{
	free(rules->items);
	*rules = (struct device_rules){ 0 };
}

static bool is_all(const struct device_rule *r)
{
	return r->type == 'a' && r->major == DEVICE_ANY && r->minor == DEVICE_ANY && r->access == DEVICE_ALL;
}

/* Later rules win: one that speaks of everything ends what was before it. */
static void append(struct device_rules *list, const struct device_rule *rule)
{
	if (is_all(rule)) {
		list->count = 0;
		list->allow = rule->allow;
		return;
	}
	list->items = xrealloc(list->items, (list->count + 1) * sizeof *list->items);
	list->items[list->count++] = *rule;
}

static int read_number(const char *what, size_t i, struct opt_i64 value, int32_t *ret)
{
	if (value.set && value.value > INT32_MAX)
		return fail(-EINVAL, "linux.resources.devices[%zu].%s: %" PRId64 " is too large", i, what, value.value);
	*ret = value.set && value.value >= 0 ? (int32_t)value.value : DEVICE_ANY;
	return 0;
}

static int read_rule(const struct spec_device_rule *rule, size_t i, struct device_rule *ret)
{
	struct device_rule d = { .allow = rule->allow, .type = rule->type ? rule->type : 'a' };
	int r = read_number("major", i, rule->major, &d.major);

	if (r == 0)
		r = read_number("minor", i, rule->minor, &d.minor);
	if (r < 0)
		return r;
	if (!strchr("acbu", d.type))
		return fail(-EINVAL, "linux.resources.devices[%zu].type: there is no type \"%c\"", i, d.type);
	if (d.type == 'u') /* an unbuffered character device */
		d.type = 'c';
	for (const char *p = rule->access; *p; p++) {
		if (!strchr("rwm", *p))
			return fail(-EINVAL, "linux.resources.devices[%zu].access: there is no access \"%c\"", i, *p);
		d.access |= *p == 'r' ? DEVICE_READ : *p == 'w' ? DEVICE_WRITE : DEVICE_MKNOD;
	}
	if (!d.access)
		d.access = DEVICE_ALL;
	*ret = d;
	return 0;
}

int device_rules_read(const struct spec_device_rules *rules, struct device_rules *ret)
{
	struct device_rules list = { 0 };

	if (rules->count > RULES_MAX)
		return fail(-EINVAL, "linux.resources.devices: more than %d rules", RULES_MAX);
	append(&list, &first);
	for (size_t i = 0; i < rules->count; i++) {
		struct device_rule rule;
		int r = read_rule(&rules->items[i], i, &rule);

		if (r < 0) {
			device_rules_release(&list);
			return r;
		}
		append(&list, &rule);
	}
	for (size_t i = 0; !list.allow && i < ARRAY_SIZE(last); i++)
		append(&list, &last[i]);
	*ret = list;
	return 0;
}

const char *device_rule_text(const struct device_rule *rule, char text[DEVICE_TEXT_MAX])
{
	char major[12] = "*", minor[12] = "*";

	if (rule->major != DEVICE_ANY)
		snprintf(major, sizeof major, "%d", rule->major);
	if (rule->minor != DEVICE_ANY)
		snprintf(minor, sizeof minor, "%d", rule->minor);
	snprintf(text, DEVICE_TEXT_MAX, "%c %s:%s %s%s%s", rule->type, major, minor, rule->access & DEVICE_READ ? "r" : "",
		 rule->access & DEVICE_WRITE ? "w" : "", rule->access & DEVICE_MKNOD ? "m" : "");
	return text;
}

/* ---- v1 ----------------------------------------------------------------------------------------------------------- */

/* @broad speaks of every device that @narrow speaks of. */
static bool covers(const struct device_rule *broad, const struct device_rule *narrow)
{
	return broad->type == narrow->type && (broad->major == DEVICE_ANY || broad->major == narrow->major) &&
	       (broad->minor == DEVICE_ANY || broad->minor == narrow->minor);
}

/* A rule that says what the default says: takes exceptions back. */
static int take_back(struct device_rules *list, const struct device_rule *rule)
{
	char text[DEVICE_TEXT_MAX];
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct device_rule *e = &list->items[i];

		if (covers(rule, e))
			e->access &= ~rule->access;
		else if (covers(e, rule) && e->access & rule->access)
			return fail(-EINVAL, "linux.resources.devices: cgroup v1 cannot take %s out of a broader rule",
				    device_rule_text(rule, text));
		if (e->access)
			list->items[n++] = *e;
	}
	list->count = n;
	return 0;
}

static void add_exception(struct device_rules *list, const struct device_rule *rule)
{
	for (size_t i = 0; i < list->count; i++)
		if (covers(&list->items[i], rule) && covers(rule, &list->items[i])) {
			list->items[i].access |= rule->access;
			return;
		}
	append(list, rule);
}

int device_rules_flatten(const struct device_rules *rules, struct device_rules *ret)
{
	struct device_rules list = { .allow = rules->allow };

	for (size_t i = 0; i < rules->count; i++) {
		struct device_rule rule = rules->items[i];
		int r = 0;

		/* 'a' with numbers or fewer accesses: v1 would take it for everything, so it is said for both kinds */
		for (const char *type = "cb"; r == 0 && *type; type++) {
			if (rules->items[i].type != 'a' && rules->items[i].type != *type)
				continue;
			rule.type = *type;
			if (rule.allow == list.allow)
				r = take_back(&list, &rule);
			else
				add_exception(&list, &rule);
		}
		if (r < 0) {
			device_rules_release(&list);
			return r;
		}
	}
	*ret = list;
	return 0;
}

static int apply_v1(struct cgroup_dir *dir, const struct device_rules *rules, bool fresh)
{
	autocall(device_rules_release) struct device_rules flat = { 0 };
	const char *file = rules->allow ? "devices.deny" : "devices.allow", *why = "and these devices";
	autofree char *path = NULL;
	autofd int fd = -1;
	char list[256];
	int r = device_rules_flatten(rules, &flat);

	if (r < 0)
		return r;
	if (!flat.allow)
		r = cgroup_dir_write(dir, "no devices …", "devices.deny", "a");
	else if (!fresh || cgroup_dir_read(dir, "devices.list", list, sizeof list) < 0 || strncmp(list, "a *:* rwm", 9) != 0)
		r = cgroup_dir_write(dir, "all devices", "devices.allow", "a");
	if (r < 0 || flat.count == 0)
		return r;
	path = path_join(dir->path, file);
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return fail_errno("open %s", path);
	for (size_t i = 0; r == 0 && i < flat.count; i++) {
		char text[DEVICE_TEXT_MAX];

		r = sys_write_open(why, fd, path, device_rule_text(&flat.items[i], text));
		why = NULL;
	}
	return r;
}

/* ---- v2 ----------------------------------------------------------------------------------------------------------- */

struct assembler {
	struct bpf_insn *items;
	size_t count, size;
};

static void emit(struct assembler *a, uint8_t code, uint8_t dst, uint8_t src, int16_t off, int32_t imm)
{
	if (a->count == a->size) {
		a->size = a->size ? 2 * a->size : 64;
		a->items = xrealloc(a->items, a->size * sizeof *a->items);
	}
	a->items[a->count++] = (struct bpf_insn){ .code = code, .dst_reg = dst & 15, .src_reg = src & 15, .off = off, .imm = imm };
}

static void emit_return(struct assembler *a, bool allow)
{
	emit(a, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, allow);
	emit(a, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* R2 is the type, R3 the access bits not decided yet, R4 major, R5 minor. A rule that does not match jumps behind itself. */
static void emit_rule(struct assembler *a, const struct device_rule *rule)
{
	size_t jumps[3], count = 0;

	if (rule->type != 'a') {
		jumps[count++] = a->count;
		emit(a, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_2, 0, 0, rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	}
	if (rule->major != DEVICE_ANY) {
		jumps[count++] = a->count;
		emit(a, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_4, 0, 0, rule->major);
	}
	if (rule->minor != DEVICE_ANY) {
		jumps[count++] = a->count;
		emit(a, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_5, 0, 0, rule->minor);
	}
	if (rule->access != DEVICE_ALL && rule->allow) {
		emit(a, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_3, 0, 0, (int32_t)~rule->access);
		emit(a, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_3, 0, 2, 0);
	} else if (rule->access != DEVICE_ALL) {
		emit(a, BPF_JMP | BPF_JSET | BPF_K, BPF_REG_3, 0, 1, (int32_t)rule->access);
		emit(a, BPF_JMP | BPF_JA, 0, 0, 2, 0);
	}
	emit_return(a, rule->allow);
	for (size_t i = 0; i < count; i++)
		a->items[jumps[i]].off = (int16_t)(a->count - jumps[i] - 1);
}

void device_program(const struct device_rules *rules, struct bpf_insn **ret, size_t *ret_count)
{
	struct assembler a = { 0 };

	emit(&a, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, access_type), 0);
	emit(&a, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_4, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, major), 0);
	emit(&a, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_5, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, minor), 0);
	emit(&a, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_2, 0, 0);
	emit(&a, BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_3, 0, 0, 16);
	emit(&a, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_2, 0, 0, 0xffff);
	for (size_t i = rules->count; i-- > 0;)
		emit_rule(&a, &rules->items[i]);
	emit_return(&a, rules->allow);
	*ret = a.items;
	*ret_count = a.count;
}

static int apply_v2(struct cgroup_dir *dir, const struct device_rules *rules, bool fresh)
{
	autofree struct bpf_insn *program = NULL;
	autobuf shown = BUF_INIT;
	autofd int fd = -1;
	size_t count;

	/* no program at all allows everything */
	if (fresh && rules->allow && rules->count == 0)
		return 0;
	fd = openat(cgroup_dir_fd(dir), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return fail_errno("open %s", dir->path);
	device_program(rules, &program, &count);
	if (step_heard()) {
		buf_add_str(&shown, rules->allow ? "all" : "none");
		for (size_t i = 0; i < rules->count; i++) {
			char text[DEVICE_TEXT_MAX];

			buf_add_format(&shown, ", %s %s", rules->items[i].allow ? "allow" : "deny",
				       device_rule_text(&rules->items[i], text));
		}
	}
	return sys_device_filter("the devices it may use", fd, dir->path, program, count, shown.data);
}

int cgroup_device_apply(struct cgroup *cgroup, const struct spec_device_rules *spec, bool fresh)
{
	struct cgroup_dir *v1 = cgroup_dir_with(cgroup, CGROUP_DEVICES), *v2 = cgroup_dir_with(cgroup, CGROUP_UNIFIED);
	autocall(device_rules_release) struct device_rules rules = { 0 };
	int r = device_rules_read(spec, &rules);

	if (r < 0)
		return r;
	if (v1)
		return apply_v1(v1, &rules, fresh);
	return v2 ? apply_v2(v2, &rules, fresh) : 0;
}
