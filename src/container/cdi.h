/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Devices by name: the Container Device Interface (CNCF CDI specification 1.0). `--device vendor.com/class=name` asks for a
 * device that a file in /etc/cdi or /var/run/cdi (JSON or YAML) describes as edits of the spec: environment, device nodes, mounts,
 * hooks, groups. Only what the user typed asks for devices: an annotation or a label never does (CVE-2026-53492). Command
 * process.
 */
#include "base/strv.h"
#include "runtime/spec.h"

/* The first of the NULL-terminated @kinds ("nvidia.com/gpu") that some file describes devices of, or NULL. */
const char *cdi_find_kind(const char *const *kinds);
/*
 * Makes the edits of these devices in @spec, whose process is complete but for them. -ENODEV with Docker's words for a name
 * that no file knows, -EINVAL or the file's error for one that cannot be used.
 */
int cdi_inject(const struct strv *names, struct spec *spec);
