/* SPDX-License-Identifier: Apache-2.0 */
/* What cgroups are planned to be, on machines of every layout: pure text. tests/run/35-cgroup.bats makes real ones. */
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "runtime/cgroup_device.h"
#include "runtime/cgroup_driver.h"
#include "runtime/cgroup_layout.h"
#include "runtime/cgroup_limits.h"

/* cmocka.h wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* ---- layouts ----------------------------------------------------------------------------------------------------- */

static const char hybrid[] = "23 1 254:0 / / rw,relatime - ext4 /dev/root rw\n"
			     "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
			     "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:4 - cgroup cgroup rw,cpu,cpuacct\n"
			     "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
			     "40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,xattr,name=systemd\n"
			     "41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n"
			     "99 23 0:32 /docker/x /var/lib/c\\040d/memory rw - cgroup cgroup rw,memory\n";

static char *place(const struct cgroup_layout *layout, size_t i, const char *path)
{
	return cgroup_hierarchy_place(&layout->items[i], path);
}

static void expect_place(const struct cgroup_layout *layout, size_t i, const char *path, const char *want)
{
	char *got = place(layout, i, path);

	assert_string_equal(got, want);
	free(got);
}

static void hybrid_machine(void **state)
{
	struct cgroup_layout layout = { 0 };

	(void)state;
	cgroup_layout_parse_mounts(hybrid, &layout);
	cgroup_layout_parse_own("4:memory:/process_api/one\n2:cpu,cpuacct:/\n1:name=systemd:/init.scope\n0::/init.scope\n",
				&layout);
	assert_int_equal(layout.count, 4);
	assert_int_equal(layout.items[0].controllers, CGROUP_BIT(CGROUP_CPU) | CGROUP_BIT(CGROUP_CPUACCT));
	assert_int_equal(layout.items[1].controllers, CGROUP_BIT(CGROUP_MEMORY));
	assert_string_equal(layout.items[1].mount, "/sys/fs/cgroup/memory");
	assert_int_equal(layout.items[2].controllers, CGROUP_BIT(CGROUP_NAMED));
	assert_true(layout.items[3].v2);
	expect_place(&layout, 0, "/hoy-1", "/sys/fs/cgroup/cpu,cpuacct/hoy-1");
	expect_place(&layout, 1, "/hoy-1", "/sys/fs/cgroup/memory/hoy-1");
	/* relative: below the own one in v1, beside it in v2, as runc */
	expect_place(&layout, 0, "1", "/sys/fs/cgroup/cpu,cpuacct/1");
	expect_place(&layout, 1, "1", "/sys/fs/cgroup/memory/process_api/one/1");
	expect_place(&layout, 3, "a/1", "/sys/fs/cgroup/unified/a/1");
	cgroup_layout_release(&layout);
}

static void no_path_leaves_the_tree(void **state)
{
	struct cgroup_layout layout = { 0 };

	(void)state;
	cgroup_layout_parse_mounts(hybrid, &layout);
	cgroup_layout_parse_own("0::/user.slice/session\n4:memory:/../../outside\n", &layout);
	expect_place(&layout, 1, "/../../../etc", "/sys/fs/cgroup/memory/etc");
	expect_place(&layout, 1, "../../../etc", "/sys/fs/cgroup/memory/etc");
	expect_place(&layout, 1, "/a/./b//../c", "/sys/fs/cgroup/memory/a/c");
	expect_place(&layout, 3, "../../1", "/sys/fs/cgroup/unified/user.slice/1");
	cgroup_layout_release(&layout);
}

/* A container without a cgroup namespace: the mounts show a part of each tree, /proc/self/cgroup names all of it. */
static void inside_a_container(void **state)
{
	struct cgroup_layout layout = { 0 };

	(void)state;
	cgroup_layout_parse_mounts("35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw,relatime master:9 - cgroup cgroup rw,memory\n",
				   &layout);
	cgroup_layout_parse_own("4:memory:/docker/abc/mine\n", &layout);
	expect_place(&layout, 0, "1", "/sys/fs/cgroup/memory/mine/1");
	expect_place(&layout, 0, "/1", "/sys/fs/cgroup/memory/1");
	cgroup_layout_parse_own("4:memory:/docker/abc\n", &layout);
	expect_place(&layout, 0, "1", "/sys/fs/cgroup/memory/1");
	cgroup_layout_release(&layout);
}

/* ---- limits -------------------------------------------------------------------------------------------------------- */

/* "file=value file=value …" for linux.resources, in the files of one version; or the words of the error. */
static char *list_of(const char *json, uint32_t v2)
{
	static char text[4096];
	autojson struct json_object *o = NULL;
	struct spec_resources resources = { 0 };
	struct cgroup_values values = { 0 };
	size_t len = 0;
	int r;

	assert_int_equal(json_parse(json, strlen(json), "test", &o), 0);
	assert_int_equal(spec_parse_resources(o, &resources), 0);
	r = cgroup_limits_list(&resources, v2, &values);
	text[0] = '\0';
	for (size_t i = 0; r == 0 && i < values.count; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%s=%s", i ? " " : "", values.items[i].file,
					values.items[i].value);
	if (r < 0)
		snprintf(text, sizeof text, "error: %s", error_text(r));
	cgroup_values_release(&values);
	spec_resources_release(&resources);
	return text;
}

static void limits_in_both_versions(void **state)
{
	static const struct {
		const char *json, *v1, *v2;
	} cases[] = {
		{ "{}", "", "" },
		{ "{\"memory\":{\"limit\":100}}", "memory.limit_in_bytes=100", "memory.max=100" },
		{ "{\"memory\":{\"limit\":100,\"swap\":300}}", "memory.limit_in_bytes=100 memory.memsw.limit_in_bytes=300",
		  "memory.swap.max=200 memory.max=100" },
		{ "{\"memory\":{\"limit\":100,\"swap\":100}}", "memory.limit_in_bytes=100 memory.memsw.limit_in_bytes=100",
		  "memory.swap.max=0 memory.max=100" },
		{ "{\"memory\":{\"limit\":100,\"swap\":-1}}", "memory.limit_in_bytes=100 memory.memsw.limit_in_bytes=-1",
		  "memory.swap.max=max memory.max=100" },
		{ "{\"memory\":{\"limit\":-1}}", "memory.limit_in_bytes=-1 memory.memsw.limit_in_bytes=-1",
		  "memory.swap.max=max memory.max=max" },
		{ "{\"memory\":{\"limit\":0,\"swap\":0}}", "", "" },
		{ "{\"memory\":{\"reservation\":50}}", "memory.soft_limit_in_bytes=50", "memory.low=50" },
		{ "{\"memory\":{\"limit\":300,\"swap\":100}}",
		  "error: linux.resources.memory.swap: memory plus swap (100) is below memory (300)",
		  "error: linux.resources.memory.swap: memory plus swap (100) is below memory (300)" },
		{ "{\"memory\":{\"swap\":100}}", "memory.memsw.limit_in_bytes=100",
		  "error: linux.resources.memory.swap: memory plus swap is limited and memory is not" },
		{ "{\"cpu\":{\"shares\":1024}}", "cpu.shares=1024", "cpu.weight=100" },
		{ "{\"cpu\":{\"quota\":50000,\"period\":100000}}", "cpu.cfs_period_us=100000 cpu.cfs_quota_us=50000",
		  "cpu.max=50000 100000" },
		{ "{\"cpu\":{\"quota\":50000}}", "cpu.cfs_quota_us=50000", "cpu.max=50000" },
		{ "{\"cpu\":{\"quota\":-1}}", "cpu.cfs_quota_us=-1", "cpu.max=max" },
		{ "{\"cpu\":{\"period\":20000}}", "cpu.cfs_period_us=20000", "cpu.max=max 20000" },
		{ "{\"cpu\":{\"quota\":1000,\"burst\":500,\"idle\":1,\"shares\":5}}",
		  "cpu.idle=1 cpu.cfs_quota_us=1000 cpu.cfs_burst_us=500", "cpu.idle=1 cpu.max=1000 cpu.max.burst=500" },
		{ "{\"cpu\":{\"cpus\":\"0-1\",\"mems\":\"0\"}}", "cpuset.cpus=0-1 cpuset.mems=0", "cpuset.cpus=0-1 cpuset.mems=0" },
		{ "{\"cpu\":{\"realtimeRuntime\":1000}}", "cpu.rt_runtime_us=1000",
		  "error: linux.resources.cpu.realtimeRuntime: cgroup v2 has no realtime limits" },
		{ "{\"pids\":{\"limit\":7}}", "pids.max=7", "pids.max=7" },
		{ "{\"pids\":{\"limit\":-1}}", "pids.max=max", "pids.max=max" },
		{ "{\"blockIO\":{\"weight\":1000}}", "blkio.weight=1000", "io.bfq.weight=1000" },
		{ "{\"blockIO\":{\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":1024}]}}",
		  "blkio.throttle.read_bps_device=8:0 1024", "io.max=8:0 rbps=1024" },
		{ "{\"blockIO\":{\"throttleWriteIOPSDevice\":[{\"major\":8,\"minor\":16,\"rate\":9}]}}",
		  "blkio.throttle.write_iops_device=8:16 9", "io.max=8:16 wiops=9" },
		{ "{\"blockIO\":{\"weight\":5}}", "error: linux.resources.blockIO.weight: 5 is not between 10 and 1000",
		  "error: linux.resources.blockIO.weight: 5 is not between 10 and 1000" },
		{ "{\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":4194304}]}",
		  "hugetlb.2MB.limit_in_bytes=4194304 hugetlb.2MB.rsvd.limit_in_bytes=4194304",
		  "hugetlb.2MB.max=4194304 hugetlb.2MB.rsvd.max=4194304" },
		{ "{\"rdma\":{\"mlx5_1\":{\"hcaHandles\":3,\"hcaObjects\":10000}}}",
		  "rdma.max=mlx5_1 hca_handle=3 hca_object=10000", "rdma.max=mlx5_1 hca_handle=3 hca_object=10000" },
		{ "{\"unified\":{\"memory.high\":\"max\"}}", "memory.high=max", "memory.high=max" },
		{ "{\"unified\":{\"../memory.high\":\"max\"}}",
		  "error: linux.resources.unified: \"../memory.high\" is not a file of a cgroup",
		  "error: linux.resources.unified: \"../memory.high\" is not a file of a cgroup" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_string_equal(list_of(cases[i].json, 0), cases[i].v1);
		assert_string_equal(list_of(cases[i].json, UINT32_MAX), cases[i].v2);
	}
	/* hybrid: each limit in the files of the version its controller is in */
	assert_string_equal(list_of("{\"memory\":{\"limit\":100},\"hugepageLimits\":[{\"pageSize\":\"1GB\",\"limit\":0}]}",
				    CGROUP_BIT(CGROUP_HUGETLB)),
			    "memory.limit_in_bytes=100 hugetlb.1GB.max=0 hugetlb.1GB.rsvd.max=0");
}

/* The points that the formula was chosen by: smallest, usual, largest; and it never falls. */
static void shares_and_weights(void **state)
{
	uint64_t before = 0;

	(void)state;
	assert_int_equal(cgroup_weight_of_shares(0), 1);
	assert_int_equal(cgroup_weight_of_shares(2), 1);
	assert_int_equal(cgroup_weight_of_shares(1024), 100);
	assert_int_equal(cgroup_weight_of_shares(262144), 10000);
	assert_int_equal(cgroup_weight_of_shares(UINT64_MAX), 10000);
	for (uint64_t shares = 2; shares <= 262144; shares += 3) {
		uint64_t weight = cgroup_weight_of_shares(shares);

		assert_true(weight >= before && weight >= 1 && weight <= 10000);
		before = weight;
	}
	assert_int_equal(cgroup_io_weight(10), 1);
	assert_int_equal(cgroup_io_weight(1000), 10000);
}

/* ---- devices ------------------------------------------------------------------------------------------------------- */

/* Runs the instructions that device_program uses, as the kernel would. */
static bool run_program(const struct bpf_insn *program, size_t count, const struct bpf_cgroup_dev_ctx *context)
{
	uint64_t reg[11] = { 0 };

	for (size_t pc = 0; pc < count; pc++) {
		const struct bpf_insn *i = &program[pc];
		uint64_t *dst = &reg[i->dst_reg], imm = (uint64_t)(int64_t)i->imm;
		uint32_t word;

		switch (i->code) {
		case BPF_LDX | BPF_MEM | BPF_W:
			assert_int_equal(i->src_reg, BPF_REG_1);
			memcpy(&word, (const char *)context + i->off, sizeof word);
			*dst = word;
			break;
		case BPF_ALU64 | BPF_MOV | BPF_X:
			*dst = reg[i->src_reg];
			break;
		case BPF_ALU64 | BPF_MOV | BPF_K:
			*dst = imm;
			break;
		case BPF_ALU64 | BPF_RSH | BPF_K:
			*dst >>= imm;
			break;
		case BPF_ALU64 | BPF_AND | BPF_K:
			*dst &= imm;
			break;
		case BPF_JMP | BPF_JNE | BPF_K:
			pc += *dst != imm ? (size_t)i->off : 0;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += *dst & imm ? (size_t)i->off : 0;
			break;
		case BPF_JMP | BPF_JA:
			pc += (size_t)i->off;
			break;
		case BPF_JMP | BPF_EXIT:
			return reg[0];
		default:
			fail_msg("instruction %#x", i->code);
		}
	}
	fail_msg("the program does not end");
	return false;
}

/* Each bit of the access is decided by the last rule that speaks of it. */
static bool plain_verdict(const struct device_rules *rules, char type, int32_t major, int32_t minor, unsigned int access)
{
	for (unsigned int bit = 1; bit <= DEVICE_WRITE; bit <<= 1) {
		bool allowed = rules->allow;

		for (size_t i = 0; i < rules->count; i++) {
			const struct device_rule *r = &rules->items[i];

			if ((r->type == 'a' || r->type == type) && (r->major == DEVICE_ANY || r->major == major) &&
			    (r->minor == DEVICE_ANY || r->minor == minor) && r->access & bit)
				allowed = r->allow;
		}
		if (access & bit && !allowed)
			return false;
	}
	return true;
}

static bool try_program(const struct device_rules *rules, char type, int32_t major, int32_t minor, unsigned int access)
{
	const struct bpf_cgroup_dev_ctx context = {
		.access_type = (type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR) | access << 16,
		.major = (uint32_t)major,
		.minor = (uint32_t)minor,
	};
	struct bpf_insn *program;
	size_t count;
	bool allowed;

	device_program(rules, &program, &count);
	allowed = run_program(program, count, &context);
	free(program);
	return allowed;
}

static void read_devices(const char *json, struct device_rules *ret)
{
	autojson struct json_object *o = NULL;
	struct spec_resources resources = { 0 };

	assert_int_equal(json_parse(json, strlen(json), "test", &o), 0);
	assert_int_equal(spec_parse_resources(o, &resources), 0);
	assert_int_equal(device_rules_read(&resources.devices, ret), 0);
	spec_resources_release(&resources);
}

static void default_devices(void **state)
{
	struct device_rules rules = { 0 };

	(void)state;
	read_devices("{\"devices\":[{\"allow\":false,\"access\":\"rwm\"},"
		     "{\"allow\":true,\"type\":\"c\",\"major\":10,\"minor\":229,\"access\":\"rw\"},"
		     "{\"allow\":true,\"type\":\"b\",\"major\":8,\"access\":\"r\"}]}",
		     &rules);
	assert_true(try_program(&rules, 'c', 1, 3, DEVICE_ALL)); /* null */
	assert_true(try_program(&rules, 'c', 136, 77, DEVICE_READ | DEVICE_WRITE));
	assert_true(try_program(&rules, 'c', 10, 229, DEVICE_READ | DEVICE_WRITE));
	assert_true(try_program(&rules, 'b', 8, 5, DEVICE_READ));
	assert_false(try_program(&rules, 'b', 8, 5, DEVICE_READ | DEVICE_WRITE));
	assert_true(try_program(&rules, 'b', 8, 5, DEVICE_READ | DEVICE_MKNOD)); /* two rules, one access */
	assert_true(try_program(&rules, 'b', 9, 5, DEVICE_MKNOD));
	assert_false(try_program(&rules, 'c', 1, 1, DEVICE_READ)); /* mem */
	assert_false(try_program(&rules, 'b', 1, 3, DEVICE_READ)); /* null's numbers, another kind */
	device_rules_release(&rules);
	/* --privileged */
	read_devices("{\"devices\":[{\"allow\":true,\"access\":\"rwm\"}]}", &rules);
	assert_true(rules.allow && rules.count == 0);
	assert_true(try_program(&rules, 'c', 1, 1, DEVICE_ALL));
	device_rules_release(&rules);
}

static void random_devices(void **state)
{
	(void)state;
	for (unsigned int seed = 1; seed < 300; seed++) {
		struct device_rule items[6];
		struct device_rules rules = { .items = items };

		srandom(seed);
		rules.count = (size_t)random() % 6;
		rules.allow = random() % 2;
		for (size_t i = 0; i < rules.count; i++)
			items[i] = (struct device_rule){ .allow = random() % 2,
							 .type = "acb"[random() % 3],
							 .major = (int32_t)(random() % 4) - 1,
							 .minor = (int32_t)(random() % 4) - 1,
							 .access = 1 + (unsigned int)random() % 7 };
		for (int i = 0; i < 200; i++) {
			char type = "cb"[random() % 2];
			int32_t major = (int32_t)(random() % 4), minor = (int32_t)(random() % 4);
			unsigned int access = 1 + (unsigned int)random() % 7;

			if (try_program(&rules, type, major, minor, access) != plain_verdict(&rules, type, major, minor, access))
				fail_msg("seed %u: %c %d:%d %u", seed, type, major, minor, access);
		}
	}
}

static void devices_of_v1(void **state)
{
	struct device_rules rules = { 0 }, flat = { 0 };
	struct device_rule items[] = {
		{ true, 'c', 1, 3, DEVICE_READ },         { true, 'c', 1, 3, DEVICE_WRITE },
		{ true, 'b', 8, DEVICE_ANY, DEVICE_ALL }, { false, 'c', 1, DEVICE_ANY, DEVICE_WRITE },
		{ true, 'a', 7, 7, DEVICE_MKNOD },
	};
	char text[DEVICE_TEXT_MAX];

	(void)state;
	rules = (struct device_rules){ .items = items, .count = 5 };
	assert_int_equal(device_rules_flatten(&rules, &flat), 0);
	assert_int_equal(flat.count, 4);
	assert_string_equal(device_rule_text(&flat.items[0], text), "c 1:3 r");
	assert_string_equal(device_rule_text(&flat.items[1], text), "b 8:* rwm");
	assert_string_equal(device_rule_text(&flat.items[2], text), "c 7:7 m");
	assert_string_equal(device_rule_text(&flat.items[3], text), "b 7:7 m");
	device_rules_release(&flat);
	items[4] = (struct device_rule){ false, 'b', 8, 1, DEVICE_READ };
	assert_int_equal(device_rules_flatten(&rules, &flat), -EINVAL);
	assert_non_null(strstr(error_text(-EINVAL), "b 8:1 r"));
}

static void bad_devices_are_named(void **state)
{
	struct spec_device_rule items[2] = { { .type = 'x' }, { .type = 'c', .access = "rq" } };
	struct spec_device_rules rules = { items, 1 };
	struct device_rules got;

	(void)state;
	assert_int_equal(device_rules_read(&rules, &got), -EINVAL);
	assert_non_null(strstr(error_text(-EINVAL), "devices[0].type"));
	items[0] = items[1];
	assert_int_equal(device_rules_read(&rules, &got), -EINVAL);
	assert_non_null(strstr(error_text(-EINVAL), "\"q\""));
	items[0] = (struct spec_device_rule){ .type = 'c', .major = { true, INT64_MAX } };
	assert_int_equal(device_rules_read(&rules, &got), -EINVAL);
	assert_non_null(strstr(error_text(-EINVAL), "major"));
}

/* ---- systemd ------------------------------------------------------------------------------------------------------ */

static void assert_properties(const char *json, bool v2, const char *want)
{
	autocall(spec_resources_release) struct spec_resources resources = { 0 };
	autojson struct json_object *o = NULL;
	autobuf text = BUF_INIT;

	assert_int_equal(json_parse(json, strlen(json), "test", &o), 0);
	assert_int_equal(spec_parse_resources(o, &resources), 0);
	assert_int_equal(cgroup_systemd_properties(&resources, v2, &text), 0);
	assert_string_equal(text.len ? text.data : "", want);
}

static void limits_as_properties(void **state)
{
	(void)state;
	assert_properties("{}", true, "");
	assert_properties("{\"memory\":{\"limit\":1000,\"swap\":1500,\"reservation\":-1}}", true,
			  "t MemorySwapMax 500\nt MemoryMax 1000\nt MemoryLow 18446744073709551615\n");
	assert_properties("{\"memory\":{\"limit\":1000}}", false, "t MemoryLimit 1000\n");
	assert_properties("{\"cpu\":{\"shares\":1024,\"cpus\":\"0-2,9\",\"mems\":\"0\"}}", true,
			  "t CPUWeight 100\nay AllowedCPUs 0702\nay AllowedMemoryNodes 01\n");
	/* a second's worth, rounded up to ten milliseconds; a period that is not the usual one is told, too */
	assert_properties("{\"cpu\":{\"quota\":12345}}", true, "t CPUQuotaPerSecUSec 130000\n");
	assert_properties("{\"cpu\":{\"quota\":25000,\"period\":50000}}", true,
			  "t CPUQuotaPerSecUSec 500000\nt CPUQuotaPeriodUSec 50000\n");
	assert_properties("{\"cpu\":{\"quota\":-1}}", true, "t CPUQuotaPerSecUSec 18446744073709551615\n");
	assert_properties("{\"pids\":{\"limit\":-1}}", true, "t TasksMax 18446744073709551615\n");
	assert_properties("{\"blockIO\":{\"weight\":10,\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":16,\"rate\":600}]}}", true,
			  "t IOWeight 1\na(st) IOReadBandwidthMax /dev/block/8:16 600\n");
	assert_properties("{\"unified\":{\"memory.high\":\"2000\",\"cgroup.freeze\":\"0\"}}", true, "t MemoryHigh 2000\n");
}

static void assert_annotation(const char *name, const char *value, const char *want)
{
	autofree char *key = xasprintf("org.systemd.property.%s", name);
	autobuf text = BUF_INIT;
	int r = cgroup_systemd_annotation(key, value, &text);

	assert_int_equal(r, want ? 0 : -EINVAL);
	if (want)
		assert_string_equal(text.data, want);
	else
		assert_non_null(strstr(error_text(r), name));
}

static void annotations_as_properties(void **state)
{
	(void)state;
	assert_annotation("TimeoutStopUSec", "uint64 5000000", "t TimeoutStopUSec 5000000\n");
	assert_annotation("TimeoutStopSec", "uint64 5", "t TimeoutStopUSec 5000000\n");
	assert_annotation("KillSignal", "15", "i KillSignal 15\n");
	assert_annotation("CollectMode", "'inactive-or-failed'", "s CollectMode inactive-or-failed\n");
	assert_annotation("MemoryAccounting", "false", "b MemoryAccounting 0\n");
	assert_annotation("Nice", "", NULL);
	assert_annotation("Description", "'a\nb X y'", NULL);
	assert_annotation("Description", "'a' 'b'", NULL);
	assert_annotation("After", "['a.service']", NULL);
	assert_annotation("Two Words", "1", NULL);
	assert_annotation("", "1", NULL);
}

static void assert_unit(const char *path, bool user, const char *slice, const char *unit)
{
	const struct cgroup_options options = { .path = path, .id = "box", .user = user };
	autofree char *got_slice = NULL, *got_unit = NULL;
	int r = cgroup_systemd_name(&options, &got_slice, &got_unit);

	if (!slice) {
		assert_int_equal(r, -EINVAL);
		assert_non_null(strstr(error_text(r), "linux.cgroupsPath"));
		return;
	}
	assert_int_equal(r, 0);
	assert_string_equal(got_slice, slice);
	assert_string_equal(got_unit, unit);
}

static void names_of_scopes(void **state)
{
	(void)state;
	assert_unit("machine.slice:libpod:abc", false, "machine.slice", "libpod-abc.scope");
	assert_unit("kubepods-burstable.slice:cri-containerd:abc", false, "kubepods-burstable.slice", "cri-containerd-abc.scope");
	assert_unit(":docker:abc", false, "system.slice", "docker-abc.scope");
	assert_unit("user.slice::abc", true, "user.slice", "abc.scope");
	assert_unit(NULL, true, "user.slice", "hoy-box.scope");
	assert_unit("", false, "system.slice", "hoy-box.scope");
	assert_unit("/absolute", false, NULL, NULL);
	assert_unit("a:b", false, NULL, NULL);
	assert_unit("a.slice:b:", false, NULL, NULL);
	assert_unit("noslice:b:c", false, NULL, NULL);
	assert_unit("../x.slice:b:c", false, NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hybrid_machine),        cmocka_unit_test(no_path_leaves_the_tree),
		cmocka_unit_test(inside_a_container),    cmocka_unit_test(limits_in_both_versions),
		cmocka_unit_test(shares_and_weights),    cmocka_unit_test(default_devices),
		cmocka_unit_test(random_devices),        cmocka_unit_test(devices_of_v1),
		cmocka_unit_test(bad_devices_are_named), cmocka_unit_test(limits_as_properties),
		cmocka_unit_test(names_of_scopes),       cmocka_unit_test(annotations_as_properties),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
