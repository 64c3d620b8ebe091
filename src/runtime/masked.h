/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * linux.maskedPaths and linux.readonlyPaths: what of the kernel's files a container may not read or write. By descriptor:
 * the path is looked up once, inside the root, and the mount goes on what was found (CVE-2019-19921, CVE-2025-31133).
 * Missing paths are skipped, as the standard says. Init's half, before pivot_root.
 */

struct init;

int masked_apply(struct init *in);
int readonly_apply(struct init *in);
