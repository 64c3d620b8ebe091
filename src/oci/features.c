/* SPDX-License-Identifier: Apache-2.0 */
/* The features structure of the runtime specification (features.md): what a caller may ask of this runtime. */
#include "base/json.h"
#include "base/memory.h"
#include "kernel/unit.h"
#include "oci/command.h"
#include "runtime/capability.h"
#include "runtime/mount_options.h"
#include "runtime/spec_fields.h"

#include <stdio.h>

static void put_words(struct json_writer *w, const char *key, const char *const *words)
{
	json_begin_array(w, key);
	for (; *words; words++)
		json_put_str(w, NULL, *words);
	json_end_array(w);
}

static void put_enabled(struct json_writer *w, const char *key, bool enabled)
{
	json_begin_object(w, key);
	json_put_bool(w, "enabled", enabled);
	json_end_object(w);
}

static void put_capabilities(struct json_writer *w)
{
	json_begin_array(w, "capabilities");
	for (unsigned int i = 0; i < CAPABILITY_COUNT; i++)
		json_put_str(w, NULL, capability_name(i));
	json_end_array(w);
}

static void put_cgroup(struct json_writer *w)
{
	json_begin_object(w, "cgroup");
	json_put_bool(w, "v1", true);
	json_put_bool(w, "v2", true);
	json_put_bool(w, "systemd", sys_unit_possible());
	json_put_bool(w, "systemdUser", sys_unit_possible());
	json_put_bool(w, "rdma", true);
	json_end_object(w);
}

/* What seccomp_plan.c understands. */
static const char *const seccomp_actions[] = {
	"SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO",  "SCMP_ACT_KILL",  "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD",
	"SCMP_ACT_LOG",   "SCMP_ACT_NOTIFY", "SCMP_ACT_TRACE", "SCMP_ACT_TRAP",         NULL
};
static const char *const seccomp_operators[] = { "SCMP_CMP_EQ", "SCMP_CMP_GE",        "SCMP_CMP_GT", "SCMP_CMP_LE",
						 "SCMP_CMP_LT", "SCMP_CMP_MASKED_EQ", "SCMP_CMP_NE", NULL };
static const char *const seccomp_archs[] = { "SCMP_ARCH_X86_64",  "SCMP_ARCH_X86", "SCMP_ARCH_X32",
					     "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", NULL };
static const char *const seccomp_flags[] = { "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
					     "SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", NULL };

/* What limits.c understands. */
static const char *const memory_modes[] = { "MPOL_BIND",      "MPOL_DEFAULT",        "MPOL_INTERLEAVE",          "MPOL_LOCAL",
					    "MPOL_PREFERRED", "MPOL_PREFERRED_MANY", "MPOL_WEIGHTED_INTERLEAVE", NULL };
static const char *const memory_flags[] = { "MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES", NULL };

static void put_seccomp(struct json_writer *w)
{
	json_begin_object(w, "seccomp");
	json_put_bool(w, "enabled", true);
	put_words(w, "actions", seccomp_actions);
	put_words(w, "operators", seccomp_operators);
	put_words(w, "archs", seccomp_archs);
	put_words(w, "knownFlags", seccomp_flags);
	put_words(w, "supportedFlags", seccomp_flags);
	json_end_object(w);
}

static void put_linux(struct json_writer *w)
{
	json_begin_object(w, "linux");
	json_begin_array(w, "namespaces");
	for (size_t i = 0; i < SPEC_NS_COUNT; i++)
		json_put_str(w, NULL, spec_namespace_names[i]);
	json_end_array(w);
	put_capabilities(w);
	put_cgroup(w);
	put_seccomp(w);
	put_enabled(w, "apparmor", true);
	put_enabled(w, "selinux", true);
	json_begin_object(w, "intelRdt");
	json_put_bool(w, "enabled", true);
	json_put_bool(w, "schemata", true);
	json_put_bool(w, "monitoring", true);
	json_end_object(w);
	json_begin_object(w, "memoryPolicy");
	put_words(w, "modes", memory_modes);
	put_words(w, "flags", memory_flags);
	json_end_object(w);
	json_begin_object(w, "mountExtensions");
	put_enabled(w, "idmap", true);
	json_end_object(w);
	put_enabled(w, "netDevices", true);
	json_end_object(w);
}

/* Annotations that change what the runtime does; a name that ends in "." stands for all that begin so. */
static const char *const unsafe_annotations[] = { "org.systemd.property.", "run.oci.keep_original_groups", NULL };

static int run(const struct oci *oci, char *const *args, void *flags)
{
	static const char *const hooks[] = {
		"prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop", NULL
	};
	autobuf text = BUF_INIT;
	struct json_writer w;

	(void)oci;
	(void)args;
	(void)flags;
	json_writer_init(&w, &text, true);
	json_begin_object(&w, NULL);
	json_put_str(&w, "ociVersionMin", "1.0.0");
	json_put_str(&w, "ociVersionMax", "1.3.0");
	put_words(&w, "hooks", hooks);
	put_words(&w, "mountOptions", mount_options_known());
	put_linux(&w);
	put_words(&w, "potentiallyUnsafeConfigAnnotations", unsafe_annotations);
	json_begin_object(&w, "annotations");
	json_put_str(&w, "org.hoy.version", HOY_VERSION);
	json_end_object(&w);
	json_end_object(&w);
	puts(text.data);
	return 0;
}

const struct oci_command oci_features = {
	.name = "features",
	.usage = "",
	.summary = "show the enabled features",
	.interspersed = true,
	.run = run,
};
