/* SPDX-License-Identifier: Apache-2.0 */
/* config.json read, checked and written. Needs no root. */
#include "base/error.h"
#include "base/json.h"
#include "runtime/spec.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static int parse(const char *text, struct spec *ret)
{
	autojson struct json_object *o = NULL;
	int r = json_parse(text, strlen(text), "config.json", &o);

	assert_int_equal(r, 0);
	return spec_parse(o, ret);
}

/* Every kind of row at least once. */
static const char full[] =
	"{\"ociVersion\":\"1.3.0\",\"root\":{\"path\":\"rootfs\",\"readonly\":true},\"unknown\":{\"is\":\"ignored\"},"
	"\"mounts\":[{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\",\"options\":[\"nosuid\"]},"
	"{\"destination\":\"data\",\"source\":\"/d\",\"options\":[\"rbind\",\"idmap\"],"
	"\"uidMappings\":[{\"containerID\":0,\"hostID\":1000,\"size\":1}],\"gidMappings\":[{\"containerID\":0,\"hostID\":1000,\"size\":1}]}],"
	"\"process\":{\"terminal\":true,\"consoleSize\":{\"height\":25,\"width\":80},"
	"\"user\":{\"uid\":1,\"gid\":4294967295,\"umask\":18,\"additionalGids\":[5,6]},\"args\":[\"sh\"],\"env\":[\"A=b\"],\"cwd\":\"/\","
	"\"capabilities\":{\"bounding\":[\"CAP_CHOWN\",\"CAP_KILL\"],\"ambient\":[]},"
	"\"rlimits\":[{\"type\":\"RLIMIT_NOFILE\",\"hard\":18446744073709551615,\"soft\":1024}],\"noNewPrivileges\":true,"
	"\"oomScoreAdj\":-5,\"scheduler\":{\"policy\":\"SCHED_BATCH\",\"nice\":-3},\"ioPriority\":{\"class\":\"IOPRIO_CLASS_BE\",\"priority\":4},"
	"\"execCPUAffinity\":{\"initial\":\"0\"}},"
	"\"hostname\":\"h\",\"hooks\":{\"poststop\":[{\"path\":\"/bin/true\",\"args\":[\"true\"],\"timeout\":5}]},\"annotations\":{\"a\":\"b\"},"
	"\"linux\":{\"namespaces\":[{\"type\":\"uts\"},{\"type\":\"mount\"},{\"type\":\"network\",\"path\":\"/proc/1/ns/net\"},{\"type\":\"time\"}],"
	"\"timeOffsets\":{\"monotonic\":{\"secs\":-5,\"nanosecs\":7}},\"devices\":[{\"path\":\"/dev/fuse\",\"type\":\"c\",\"major\":10,"
	"\"minor\":229,\"fileMode\":438}],\"netDevices\":{\"eth0\":{\"name\":\"e1\"},\"eth1\":{}},\"cgroupsPath\":\"/a/b\","
	"\"resources\":{\"devices\":[{\"allow\":false,\"access\":\"rwm\"},{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":3}],"
	"\"memory\":{\"limit\":-1,\"disableOOMKiller\":false},\"cpu\":{\"shares\":512,\"quota\":-1,\"cpus\":\"0-1\",\"idle\":1},"
	"\"pids\":{\"limit\":7},\"blockIO\":{\"weight\":10,\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":600}]},"
	"\"hugepageLimits\":[{\"pageSize\":\"2MB\",\"limit\":9223372036854771712}],\"network\":{\"classID\":1,\"priorities\":[{\"name\":\"eth0\","
	"\"priority\":5}]},\"rdma\":{\"mlx5_1\":{\"hcaHandles\":3}},\"unified\":{\"memory.high\":\"max\"}},"
	"\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,\"architectures\":[\"SCMP_ARCH_X86_64\"],"
	"\"syscalls\":[{\"names\":[\"read\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":1,\"op\":\"SCMP_CMP_EQ\"}]}]},"
	"\"sysctl\":{\"net.ipv4.ip_forward\":\"1\"},\"maskedPaths\":[\"/proc/kcore\"],\"personality\":{\"domain\":\"LINUX32\"},"
	"\"memoryPolicy\":{\"mode\":\"MPOL_BIND\",\"nodes\":\"0\"},\"intelRdt\":{\"schemata\":[\"MB:0=50\"]}}}";

static void reads_every_kind_of_member(void **state)
{
	__attribute__((cleanup(spec_release))) struct spec s = { 0 };

	(void)state;
	assert_int_equal(parse(full, &s), 0);
	assert_int_equal(spec_check(&s), 0);
	assert_true(s.root.readonly);
	assert_int_equal(s.mounts.count, 2);
	assert_int_equal(s.mounts.items[1].uid_mappings.items[0].host_id, 1000);
	assert_int_equal(s.process.user.gid, 4294967295u);
	assert_int_equal(s.process.user.additional_gid_count, 2);
	assert_int_equal(s.process.user.additional_gids[1], 6);
	assert_true(s.process.capabilities.set);
	assert_int_equal(s.process.capabilities.bounding, 1 << 0 | 1 << 5);
	assert_true(s.process.rlimits.items[0].hard == UINT64_MAX);
	assert_int_equal(s.process.oom_score_adj.value, -5);
	assert_true(s.linux_.namespaces[SPEC_NS_TIME].set);
	assert_false(s.linux_.namespaces[SPEC_NS_PID].set);
	assert_string_equal(s.linux_.namespaces[SPEC_NS_NETWORK].path, "/proc/1/ns/net");
	assert_int_equal(s.linux_.monotonic.secs, -5);
	assert_true(s.linux_.monotonic.set && !s.linux_.boottime.set);
	assert_string_equal(s.linux_.net_devices.items[0].name, "e1");
	assert_string_equal(s.linux_.net_devices.items[1].host_name, "eth1");
	assert_true(s.linux_.resources.memory.disable_oom_killer.set && !s.linux_.resources.memory.disable_oom_killer.value);
	assert_false(s.linux_.resources.memory.swap.set);
	assert_string_equal(s.linux_.resources.rdma.items[0].device, "mlx5_1");
	assert_string_equal(s.linux_.resources.devices.items[0].access, "rwm");
	assert_true(s.linux_.seccomp.set);
	assert_string_equal(s.hooks[SPEC_HOOK_POSTSTOP].items[0].path, "/bin/true");
	assert_string_equal(s.sysctl.items[0].key, "net.ipv4.ip_forward");
}

static void what_is_written_reads_back_the_same(void **state)
{
	__attribute__((cleanup(spec_release))) struct spec one = { 0 }, two = { 0 };
	autobuf first = BUF_INIT, second = BUF_INIT;

	(void)state;
	assert_int_equal(parse(full, &one), 0);
	spec_write(&one, &first);
	assert_int_equal(parse(first.data, &two), 0);
	spec_write(&two, &second);
	assert_string_equal(first.data, second.data);
	assert_non_null(strstr(second.data, "\"hard\": 18446744073709551615"));
}

/* A base that is right, with one member replaced or added: {"root":…, MEMBERS}. */
static void wrong_values_name_the_property(void **state)
{
	static const struct {
		const char *members, *words;
	} cases[] = {
		{ "\"mounts\":{}", "mounts: it is not an array" },
		{ "\"mounts\":[{\"type\":\"proc\"}]", "mounts[0].destination: it is missing" },
		{ "\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":4294967296}}", "process.user.uid: it is too large" },
		{ "\"process\":{\"cwd\":\"/\",\"user\":{\"uid\":-1}}", "process.user.uid: it is negative" },
		{ "\"process\":{\"cwd\":\"tmp\",\"args\":[\"a\"]}", "process.cwd: 'tmp' is not an absolute path" },
		{ "\"process\":{\"cwd\":\"/\",\"args\":[]}", "process.args: there is no command" },
		{ "\"process\":{\"cwd\":\"/\",\"args\":[\"a\\u0000b\"]}", "process.args[0]: it is not a plain string" },
		{ "\"linux\":{\"resources\":{\"memory\":{\"limit\":\"1g\"}}}",
		  "linux.resources.memory.limit: it is not a whole number" },
		{ "\"linux\":{\"resources\":{\"memory\":{\"limit\":200,\"swap\":100}}}", "linux.resources.memory.swap: it counts" },
		{ "\"linux\":{\"namespaces\":[{\"type\":\"pid\"},{\"type\":\"pid\"}]}",
		  "linux.namespaces[1].type: there are two pid" },
		{ "\"linux\":{\"namespaces\":[{\"type\":\"moon\"}]}", "linux.namespaces[0].type: there is no namespace 'moon'" },
		{ "\"linux\":{\"sysctl\":{\"kernel.core_pattern\":\"|/x\"}}",
		  "linux.sysctl: kernel.core_pattern is not a parameter" },
		{ "\"linux\":{\"sysctl\":{\"net.ipv4.ip_forward\":\"1\"}}",
		  "linux.sysctl: net.ipv4.ip_forward would change the host" },
		{ "\"linux\":{\"cgroupsPath\":\"/a/../b\"}", "linux.cgroupsPath: '/a/../b' leads upwards" },
		{ "\"linux\":{\"namespaces\":[{\"type\":\"user\"}]}", "linux.uidMappings: a new user namespace needs" },
		{ "\"linux\":{\"devices\":[{\"path\":\"/dev/x\",\"type\":\"cc\"}]}",
		  "linux.devices[0].type: 'cc' is not one letter" },
		{ "\"hostname\":\"h\"", "hostname: setting it needs a uts namespace" },
		{ "\"hooks\":{\"poststart\":[{\"path\":\"x\"}]}", "hooks: 'x' is not an absolute path" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		__attribute__((cleanup(spec_release))) struct spec s = { 0 };
		char text[1024];
		int r;

		snprintf(text, sizeof text, "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},%s}", cases[i].members);
		r = parse(text, &s);
		/* the mount namespace that mounts need is not what these cases are about */
		s.linux_.namespaces[SPEC_NS_MOUNT].set = true;
		if (r == 0)
			r = spec_check(&s);
		assert_true(r < 0);
		if (strncmp(error_text(r), cases[i].words, strlen(cases[i].words)) != 0)
			fail_msg("%s: %s", cases[i].members, error_text(r));
	}
}

static void a_filter_stays_text_until_it_is_wanted(void **state)
{
	__attribute__((cleanup(spec_release))) struct spec parsed = { 0 }, read = { 0 }, again = { 0 };
	__attribute__((cleanup(spec_seccomp_release))) struct spec_seccomp filter = { 0 };
	autobuf expected = BUF_INIT, got = BUF_INIT;

	(void)state;
	assert_int_equal(parse(full, &parsed), 0);
	assert_int_equal(spec_read(full, strlen(full), "config.json", &read), 0);
	assert_true(read.linux_.seccomp.set);
	assert_int_equal(read.linux_.seccomp.rules.count, 0);
	assert_string_equal(read.linux_.personality, "LINUX32"); /* what is behind it */
	assert_int_equal(spec_read_seccomp(read.linux_.seccomp.text, &filter), 0);
	assert_string_equal(filter.rules.items[0].names.items[0], "read");
	/* a spec that is written has it whichever way it came */
	spec_write(&read, &got);
	assert_int_equal(parse(got.data, &again), 0);
	buf_clear(&got);
	spec_write(&again, &got);
	spec_write(&parsed, &expected);
	assert_string_equal(got.data, expected.data);
}

static void a_filter_that_is_wrong_is_found_out(void **state)
{
	static const char head[] = "{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"r\"},\"linux\":{\"seccomp\":";
	static const struct {
		const char *tail, *words; /* NULL: it reads, and the filter is what is wrong */
	} cases[] = {
		{ "5}}", "linux.seccomp: it is not an object" },
		{ "{}", "parse config.json: the JSON ends too early" },
		{ "{}}}x", "parse config.json: something follows the JSON at byte 65" },
		{ "{},}}", "parse config.json: not JSON at byte 64" },
		{ "{},\"seccomp\":{\"defaultAction\":7}}}", "linux.seccomp.defaultAction: it is not a string" },
		{ "{}}}", NULL },
		{ "{\"defaultAction\":}}}", NULL },
		{ "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[],\"action\":\"SCMP_ACT_ERRNO\"}]}}}", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		__attribute__((cleanup(spec_release))) struct spec s = { 0 };
		__attribute__((cleanup(spec_seccomp_release))) struct spec_seccomp filter = { 0 };
		char text[512];
		int r;

		snprintf(text, sizeof text, "%s%s", head, cases[i].tail);
		r = spec_read(text, strlen(text), "config.json", &s);
		if (!cases[i].words) {
			assert_int_equal(r, 0);
			r = spec_read_seccomp(s.linux_.seccomp.text, &filter);
		}
		assert_int_equal(r, -EINVAL);
		if (cases[i].words && strncmp(error_text(r), cases[i].words, strlen(cases[i].words)) != 0)
			fail_msg("%s: %s", cases[i].tail, error_text(r));
		error_clear();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind_of_member),          cmocka_unit_test(what_is_written_reads_back_the_same),
		cmocka_unit_test(wrong_values_name_the_property),      cmocka_unit_test(a_filter_stays_text_until_it_is_wanted),
		cmocka_unit_test(a_filter_that_is_wrong_is_found_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
