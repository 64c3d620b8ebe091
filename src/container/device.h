/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Devices of the host in the container: --device and --privileged become linux.devices and device rules. The nodes are made
 * new in the container's /dev from the numbers found here; the host's /dev is never mounted. Command process.
 */
#include "base/strv.h"
#include "runtime/spec.h"

/*
 * --device SOURCE[:TARGET][:rwm]; a directory stands for all devices in it. A symlink is the device it leads to. -ENOENT or
 * -EINVAL with words.
 */
int device_from_options(const struct strv *devices, struct spec_devices *ret, struct spec_device_rules *ret_rules);
/* Every device of the host's /dev, as --privileged gives them, and the rule that allows all. */
int device_all(struct spec_devices *ret, struct spec_device_rules *ret_rules);
/* --device-cgroup-rule "c 1:3 rwm", numbers or *. -EINVAL with words. */
int device_rules_from_options(const struct strv *rules, struct spec_device_rules *ret);
/* One rule; @major and @minor -1 are "all". */
void device_rule_add(struct spec_device_rules *rules, bool allow, char type, int64_t major, int64_t minor, const char *access);
/* "rwm" or a part of it. */
bool device_is_access(const char *s);
/* A name of the Container Device Interface, VENDOR/CLASS=NAME, and so no path: cdi.h's, device_from_options leaves it out. */
bool device_is_cdi(const char *option);
