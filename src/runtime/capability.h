/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Capabilities as 64-bit masks: bit n is capability n of linux/capability.h. The first half is pure (names, Docker's
 * --cap-add and --cap-drop) and used by the engine; the second is for init, in this order: capability_limit_bounding while
 * still privileged, capability_keep(true), setgroups, setgid, setuid, capability_keep(false), capability_apply, then exec.
 * Nothing of the second half allocates.
 */
#include "base/strv.h"
#include "runtime/spec.h"

#include <stdbool.h>
#include <stdint.h>

#define CAPABILITY_COUNT  41 /* that have names here: up to CAP_CHECKPOINT_RESTORE (Linux 5.9) */
#define CAPABILITY_BIT(n) (UINT64_C(1) << (n))

/* Docker's fourteen: CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE
 * SYS_CHROOT KILL AUDIT_WRITE. They are the container's bounding, permitted and effective sets; inheritable and ambient are
 * empty (CVE-2022-24769). */
#define CAPABILITY_DOCKER_DEFAULT UINT64_C(0xa80425fb)

/* "CAP_NET_RAW" -> 13; case does not matter. -1 when there is no such capability. */
int capability_from_name(const char *name);
/* 13 -> "CAP_NET_RAW"; NULL above CAPABILITY_COUNT. */
const char *capability_name(unsigned int capability);
/* "CAP_CHOWN,CAP_KILL" in @text, "" for none; returns @text. */
#define CAPABILITY_TEXT_MAX 1024
const char *capability_names(uint64_t mask, char text[CAPABILITY_TEXT_MAX]);
/*
 * Docker's --cap-add and --cap-drop on top of @base: names with or without CAP_, any case, "ALL". @all is what ALL stands
 * for. As Docker: drop ALL leaves only what is added; add ALL leaves all but what is dropped; a name in both is kept.
 * -EINVAL with words that name the option's value.
 */
int capability_evaluate(uint64_t base, uint64_t all, const struct strv *add, const struct strv *drop, uint64_t *ret);

/* All capabilities the running kernel has, by asking it (PR_CAPBSET_READ). */
uint64_t capability_supported(void);
/* Those this process may use and give on: its permitted set within its bounding set. For --privileged. */
uint64_t capability_available(void);

/* Drops everything that is not in @keep from the bounding set. */
int capability_limit_bounding(uint64_t keep);
/* Whether permitted capabilities survive setuid from root to another user (PR_SET_KEEPCAPS). */
int capability_keep(bool keep);
/*
 * Sets effective, permitted, inheritable and ambient sets. What the kernel does not know or this process does not have
 * is left out with a warning, as runc does. @capabilities not set: all sets become empty.
 */
int capability_apply(const struct spec_capabilities *capabilities);
