/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Which devices a container may use: linux.resources.devices as a list in which later rules win, as v1's files can express
 * it, and as an eBPF program for v2. All pure; cgroup_device_apply of cgroup_driver.h uses it.
 *
 * As in runc the list starts with "nothing" and ends with what every container may: making any node, and null, zero,
 * full, random, urandom, tty, pts and ptmx.
 */
#include "runtime/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum device_access { DEVICE_MKNOD = 1, DEVICE_READ = 2, DEVICE_WRITE = 4 }; /* as BPF_DEVCG_ACC_* */
#define DEVICE_ANY (-1)
#define DEVICE_ALL (DEVICE_MKNOD | DEVICE_READ | DEVICE_WRITE)

struct device_rule {
	bool allow;
	char type;            /* 'a', 'c', 'b' */
	int32_t major, minor; /* DEVICE_ANY */
	unsigned int access;
};

struct device_rules {
	struct device_rule *items;
	size_t count;
	bool allow; /* what holds where no rule matches */
};

void device_rules_release(struct device_rules *rules);
/* The spec's rules between the implied first and last ones. -EINVAL with words that name the property. */
int device_rules_read(const struct spec_device_rules *rules, struct device_rules *ret);
/*
 * The same effect as exceptions to one default, which is all that v1's devices.allow and devices.deny know. -EINVAL with
 * words when a rule takes a part out of a broader one.
 */
int device_rules_flatten(const struct device_rules *rules, struct device_rules *ret);
/* "c 1:3 rwm" in @text, as v1's files have it; returns @text. */
#define DEVICE_TEXT_MAX 48
const char *device_rule_text(const struct device_rule *rule, char text[DEVICE_TEXT_MAX]);

struct bpf_insn; /* linux/bpf.h */
/* The program; caller frees *@ret. Each access bit is decided by the last rule that speaks of it. */
void device_program(const struct device_rules *rules, struct bpf_insn **ret, size_t *ret_count);
