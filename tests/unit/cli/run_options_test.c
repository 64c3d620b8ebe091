/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_options.h"

#include "base/error.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Every flag of Docker 28's run, and whether it takes a value. Generated from its help once; hoy must know each of them. */
static const struct {
	const char *name;
	bool value;
	bool works; /* what issue by issue becomes true */
} docker_flags[] = {
	{ "add-host", true, true },
	{ "annotation", true, true },
	{ "attach", true, true },
	{ "blkio-weight", true, true },
	{ "blkio-weight-device", true, true },
	{ "cap-add", true, true },
	{ "cap-drop", true, true },
	{ "cgroup-parent", true, true },
	{ "cgroupns", true, true },
	{ "cidfile", true, true },
	{ "cpu-count", true, true },
	{ "cpu-percent", true, true },
	{ "cpu-period", true, true },
	{ "cpu-quota", true, true },
	{ "cpu-rt-period", true, true },
	{ "cpu-rt-runtime", true, true },
	{ "cpu-shares", true, true },
	{ "cpus", true, true },
	{ "cpuset-cpus", true, true },
	{ "cpuset-mems", true, true },
	{ "detach", false, true },
	{ "detach-keys", true, true },
	{ "device", true, true },
	{ "device-cgroup-rule", true, true },
	{ "device-read-bps", true, true },
	{ "device-read-iops", true, true },
	{ "device-write-bps", true, true },
	{ "device-write-iops", true, true },
	{ "disable-content-trust", false, true },
	{ "dns", true, true },
	{ "dns-opt", true, true },
	{ "dns-option", true, true },
	{ "dns-search", true, true },
	{ "domainname", true, true },
	{ "entrypoint", true, true },
	{ "env", true, true },
	{ "env-file", true, true },
	{ "expose", true, true },
	{ "gpus", true, true },
	{ "group-add", true, true },
	{ "health-cmd", true, true },
	{ "health-interval", true, true },
	{ "health-retries", true, true },
	{ "health-start-interval", true, true },
	{ "health-start-period", true, true },
	{ "health-timeout", true, true },
	{ "hostname", true, true },
	{ "init", false, true },
	{ "interactive", false, true },
	{ "io-maxbandwidth", true, true },
	{ "io-maxiops", true, true },
	{ "ip", true, true },
	{ "ip6", true, true },
	{ "ipc", true, true },
	{ "isolation", true, true },
	{ "kernel-memory", true, true },
	{ "label", true, true },
	{ "label-file", true, true },
	{ "link", true, true },
	{ "link-local-ip", true, true },
	{ "log-driver", true, true },
	{ "log-opt", true, true },
	{ "mac-address", true, true },
	{ "memory", true, true },
	{ "memory-reservation", true, true },
	{ "memory-swap", true, true },
	{ "memory-swappiness", true, true },
	{ "mount", true, true },
	{ "name", true, true },
	{ "net", true, true },
	{ "net-alias", true, true },
	{ "network", true, true },
	{ "network-alias", true, true },
	{ "no-healthcheck", false, true },
	{ "oom-kill-disable", false, true },
	{ "oom-score-adj", true, true },
	{ "pid", true, true },
	{ "pids-limit", true, true },
	{ "platform", true, true },
	{ "privileged", false, true },
	{ "publish", true, true },
	{ "publish-all", false, true },
	{ "pull", true, true },
	{ "quiet", false, true },
	{ "read-only", false, true },
	{ "restart", true, true },
	{ "rm", false, true },
	{ "runtime", true, true },
	{ "security-opt", true, true },
	{ "shm-size", true, true },
	{ "sig-proxy", false, true },
	{ "stop-signal", true, true },
	{ "stop-timeout", true, true },
	{ "storage-opt", true, true },
	{ "sysctl", true, true },
	{ "tmpfs", true, true },
	{ "tty", false, true },
	{ "ulimit", true, true },
	{ "use-api-socket", false, true },
	{ "user", true, true },
	{ "userns", true, true },
	{ "uts", true, true },
	{ "volume", true, true },
	{ "volume-driver", true, true },
	{ "volumes-from", true, true },
	{ "workdir", true, true },
};

static int parse(struct run_flags *flags, int argc, const char *const *words, struct options_result *ret)
{
	static char *argv[64];

	for (int i = 0; i < argc; i++)
		argv[i] = (char *)words[i];
	argv[argc] = NULL;
	*flags = run_defaults;
	return options_parse(run_table, flags, argc, argv, false, ret);
}

static void every_flag_of_docker(void **state)
{
	struct options_result rest;
	struct run_flags flags;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(docker_flags); i++) {
		const struct option *option = options_find(run_table, docker_flags[i].name, strlen(docker_flags[i].name));
		autofree char *text = xasprintf("--%s", docker_flags[i].name);
		autofree char *words = xasprintf("--%s is not supported yet", docker_flags[i].name);
		const char *line[] = { text, "value", "image" };
		int r;

		if (!option)
			fail_msg("run does not know %s", text);
		assert_int_equal(option->type == OPTION_BOOL, !docker_flags[i].value);
		assert_int_equal(option->later, !docker_flags[i].works);
		if (!option->later)
			continue;
		/* the other value than the one that is so anyway */
		if (!docker_flags[i].value && option->preset) {
			free(text);
			text = xasprintf("--%s=false", docker_flags[i].name);
			line[0] = text;
		}
		r = parse(&flags, docker_flags[i].value ? 3 : 1, line, &rest);
		assert_int_equal(r, -ENOSYS);
		assert_string_equal(error_text(r), words);
	}
}

static void table_in_order(void **state)
{
	char letters[128] = { 0 };

	(void)state;
	for (const struct option *o = run_table; o->name; o++) {
		if (o[1].name && o + 1 != create_table && strcmp(o->name, o[1].name) >= 0)
			fail_msg("--%s stands before --%s", o->name, o[1].name);
		assert_non_null(o->help);
		assert_true((o->type == OPTION_BOOL) == !o->metavar);
		if (o->letter && letters[(int)o->letter]++)
			fail_msg("-%c twice", o->letter);
	}
}

/* Docker's create has neither, and what they need not be told twice. */
static void what_create_has_not(void **state)
{
	static const char *const names[] = { "detach", "detach-keys", "explain", "sig-proxy" };

	(void)state;
	assert_int_equal(ARRAY_SIZE(names), RUN_ONLY_ROWS);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		assert_non_null(options_find(run_table, names[i], strlen(names[i])));
		assert_null(options_find(create_table, names[i], strlen(names[i])));
	}
}

static void a_whole_line(void **state)
{
	static const char *const line[] = {
		"-it",           "--rm",         "-e",           "A=1",          "-eB",        "--name",
		"web",           "-m",           "100m",         "--cpus",       "0.5",        "-v",
		"/srv:/data:ro", "--tmpfs",      "/run:size=1m", "--entrypoint", "",           "--network=host",
		"--ulimit",      "nofile=10:20", "--cap-add",    "net_admin",    "--shm-size", "1g",
		"--pids-limit",  "100",          "busybox",      "sh",           "-c",         "exit 3"
	};
	struct options_result rest;
	struct run_flags flags;

	(void)state;
	assert_int_equal(parse(&flags, ARRAY_SIZE(line), line, &rest), 0);
	assert_int_equal(run_flags_finish(&flags), 0);
	assert_true(flags.run.interactive && flags.run.tty && flags.run.rm && flags.run.tls_verify && flags.run.sig_proxy);
	assert_int_equal(flags.run.env.count, 2);
	assert_string_equal(flags.run.name, "web");
	assert_int_equal(flags.run.memory, 104857600);
	assert_string_equal(flags.run.cpus, "0.5");
	assert_true(flags.run.entrypoint_set);
	assert_string_equal(flags.run.networks.items[0], "host");
	assert_int_equal(flags.run.shm_size, 1073741824);
	assert_int_equal(flags.run.pids_limit, 100);
	assert_int_equal(rest.arg_count, 4);
	assert_string_equal(rest.args[0], "busybox");
	assert_string_equal(rest.args[2], "-c");
	options_release(run_table, &flags);
}

static void empty_is_not_given(void **state)
{
	static const char *const line[] = { "--name", "", "-h", "", "-w", "", "-u", "", "--platform", "", "--cidfile", "", "x" };
	struct options_result rest;
	struct run_flags flags;

	(void)state;
	assert_int_equal(parse(&flags, ARRAY_SIZE(line), line, &rest), 0);
	assert_int_equal(run_flags_finish(&flags), 0);
	assert_null(flags.run.name);
	assert_null(flags.run.hostname);
	assert_null(flags.run.workdir);
	assert_null(flags.run.user);
	assert_null(flags.run.platform);
	assert_null(flags.run.cidfile);
}

/* One option with one value, refused as it is read. The words are Docker's where it has some. */
static void wrong_values(void **state)
{
	static const struct {
		const char *option, *value, *words;
	} cases[] = {
		{ "--ulimit", "nofile", "\"--ulimit\" flag: invalid ulimit argument: nofile" },
		{ "--ulimit", "foo=1", "invalid ulimit type: foo" },
		{ "--ulimit", "nofile=5:3", "ulimit soft limit must be less than or equal to hard limit" },
		{ "--ulimit", "nofile=1:2:3", "too many limit value arguments - 1:2:3, can only have up to two, `soft[:hard]`" },
		{ "--ulimit", "nofile=-1:5", "ulimit soft limit must be less than or equal to hard limit" },
		{ "--dns", "a", "\"--dns\" flag: IP address is not correctly formatted: a" },
		{ "--add-host", "a", "\"--add-host\" flag: bad format for add-host: \"a\"" },
		{ "--add-host", ":1.2.3.4", "bad format for add-host: \":1.2.3.4\"" },
		{ "--add-host", "a:b", "invalid IP address in add-host: \"b\"" },
		{ "--add-host", "a b:1.2.3.4", "bad format for add-host" },
		{ "--publish", "80:http", "invalid containerPort: http" },
		{ "--network", "name=a,colour=red", "invalid field key colour" },
		{ "-e", "=a", "\"-e, --env\" flag: invalid environment variable: =a" },
		{ "-l", "=a", "invalid label '=a': empty name" },
		{ "-l", "b c=1", "label 'b c' contains whitespaces" },
		{ "--security-opt", "foo", "invalid --security-opt: \"foo\"" },
		{ "--security-opt", "seccomp=", "invalid --security-opt: \"seccomp=\"" },
		{ "--pull", "foo", "must be one of \"always\", \"missing\" or \"never\"" },
		{ "--network", "", "no name set for network" },
		{ "--name", "a", "[a-zA-Z0-9][a-zA-Z0-9_.-]" },
		{ "--name", "../x", "[a-zA-Z0-9][a-zA-Z0-9_.-]" },
		{ "--name", "-abc", "[a-zA-Z0-9][a-zA-Z0-9_.-]" },
		{ "--hostname", "a b", "make a host name" },
		{ "-h", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "longer than 64" },
		{ "-w", "a", "it needs to be an absolute path" },
		{ "--cap-add", "foo", "unknown capability: \"foo\"" },
		{ "--explain", "x", NULL }, /* takes its value after "=" only: "x" is the image */
		{ "--platform", "linux/amd64/x/y", "\"--platform\" flag" },
		{ "-v", "", "invalid empty volume spec" },
		{ "-v", "/a:/b:ro:rw", "invalid spec: /a:/b:ro:rw: too many colons" },
		{ "-v", ":/a", "invalid spec: :/a: empty section between colons" },
		{ "-v", "/a:b", "mount path must be absolute" },
		{ "-v", "/a:/", "destination can't be '/'" },
		{ "-v", "/a:/b/..", "destination can't be '/'" },
		{ "-v", "/a:/b:foo", "invalid mode: foo" },
		{ "-v", "/a:/b:ro,rw", "invalid mode: ro,rw" },
		{ "-v", "a b:/b", "includes invalid characters for a local volume name" },
		{ "-v", "d:/b", "volume name is too short" },
		{ "-v", "/a:/b:nocopy", "invalid mode: nocopy" },
		{ "-v", "data:/b:idmap=uids=0-1-10", "it wants uids= and gids=" },
		{ "-v", "data:/", "destination can't be '/'" },
		{ "--volumes-from", ":ro", "malformed volumes-from specification" },
		{ "--volumes-from", "web:foo", "invalid mode for volumes-from: foo" },
		{ "--volume-driver", "foo", "plugin \"foo\" not found" },
		{ "--mount", "", "value is empty" },
		{ "--mount", "type=bind", "target is required" },
		{ "--mount", "type=bind,src=a,dst=/b", "mount path must be absolute" },
		{ "--mount", "type=bind,dst=/b", "field Source must not be empty" },
		{ "--mount", "type=foo,dst=/a", "mount type unknown: \"foo\"" },
		{ "--mount", "type=tmpfs,src=/a,dst=/a", "field Source must not be specified" },
		{ "--mount", "type=tmpfs,dst=/a,tmpfs-size=x", "invalid value for tmpfs-size: x" },
		{ "--mount", "type=tmpfs,dst=/a,tmpfs-mode=99", "invalid value for tmpfs-mode: 99" },
		{ "--mount", "type=bind,src=/a,dst=/b,foo=1", "unexpected key 'foo' in 'foo=1'" },
		{ "--mount", "type=bind,src=/a,dst=/b,foo", "invalid field 'foo' must be a key=value pair" },
		{ "--mount", "type=bind,src=/a,dst=/b,", "invalid field '' must be a key=value pair" },
		{ "--mount", "type=bind,src=/a,dst=/b,ro=2", "invalid value for ro: 2" },
		{ "--mount", "type=bind,src=/a,dst=/b,bind-propagation=foo", "invalid propagation mode: foo" },
		{ "--mount", "type=bind,src=/a,dst=/b,tmpfs-size=1", "cannot mix 'tmpfs-*' options with mount type 'bind'" },
		{ "--mount", "type=tmpfs,dst=/b,bind-propagation=shared", "cannot mix 'bind-*' options with mount type 'tmpfs'" },
		{ "--mount", "type=bind,src=/a,dst=/b,bind-recursive=writable",
		  "requires 'readonly' to be specified in conjunction" },
		{ "--mount", "type=bind,src=/a,dst=/b,bind-propagation=", "invalid value for 'bind-propagation': value is empty" },
		{ "--mount", "type=bind,src=/a,dst=/b,bind-idmap=foo",
		  "(must be \"match-user\", \"match-user:USER\", or \"userns\")" },
		{ "--mount", "type=bind,src=/a,dst=/b,bind-idmap=match-user:", "empty user after \"match-user:\"" },
		{ "--mount", "type=bind,src=/a,dst=/b,bind-idmap=userns", "requires a private user namespace" },
		{ "--mount", "type=volume,src=aa,dst=/b,bind-idmap", "cannot mix 'bind-*' options with mount type 'volume'" },
		{ "--mount", "type=bind,src=/a,dst=/b,bind-recursive=foo", "invalid value for bind-recursive: foo" },
		{ "--mount", "type=bind,\"src=/a", "a quoted field does not end" },
		{ "--mount", "src=/a,dst=/b", "includes invalid characters for a local volume name" },
		{ "--mount", "dst=/b,volume-subpath=x", "must not set Subpath when using anonymous volumes" },
		{ "--mount", "src=data,dst=/b,volume-subpath=../x", "subpath must be a relative path within the volume" },
		{ "--mount", "src=data,dst=/b,volume-subpath=/x", "subpath must be a relative path within the volume" },
		{ "--mount", "src=data,dst=/b,volume-opt=type", "must be a key=value pair" },
		{ "--mount", "src=data,dst=/b,volume-driver=foo", "plugin \"foo\" not found" },
		{ "--mount", "type=image,dst=/b", "field Source must not be empty" },
		{ "--mount", "type=bind,src=/a,dst=/b,image-subpath=x", "cannot mix 'image-*' options with mount type 'bind'" },
		{ "--mount", "type=bind,src=/a,dst=/b,volume-nocopy", "cannot mix 'volume-*' options with mount type 'bind'" },
		{ "--tmpfs", "a", "mount path must be absolute" },
		{ "--tmpfs", "/a:foo", "invalid tmpfs option \"foo\"" },
		{ "--tmpfs", "/a:size=", "invalid tmpfs option \"size=\"" },
		{ "-m", "abc", "\"-m, --memory\" flag: invalid size: 'abc'" },
		{ "--pids-limit", "abc", "\"--pids-limit\" flag" },
		{ "--cpu-shares", "x", "\"-c, --cpu-shares\" flag" },
		{ "--cpu-count", "1", "is only supported on Windows" },
		{ "--io-maxiops", "1", "is only supported on Windows" },
		{ "--blkio-weight-device", "a", "\"--blkio-weight-device\" flag: bad format: a" },
		{ "--blkio-weight-device", "sda:10", "bad format for device path: sda:10" },
		{ "--blkio-weight-device", "/dev/sda:9", "invalid weight for device: /dev/sda:9" },
		{ "--blkio-weight-device", "/dev/sda:1001", "invalid weight for device: /dev/sda:1001" },
		{ "--blkio-weight-device", "/dev/sda:65546", "invalid weight for device: /dev/sda:65546" },
		{ "--device-read-bps", "/dev/sda:x", "invalid rate for device: /dev/sda:x. The correct format is" },
		{ "--device-read-bps", "/dev/sda:-1", "invalid rate for device: /dev/sda:-1" },
		{ "--device-write-bps", "/dev/sda:1:2", "bad format: /dev/sda:1:2" },
		{ "--device-read-iops", "/dev/sda:1m", "invalid rate for device: /dev/sda:1m" },
		{ "--device-write-iops", ":1", "bad format: :1" },
		{ "--gpus", "some", "invalid count (some): value must be either \"all\" or an integer" },
		{ "--gpus", "1,device=0", "cannot set both Count and DeviceIDs on device request" },
		{ "--gpus", "foo=1", "unexpected key 'foo' in 'foo=1'" },
		{ "--gpus", "\"device=0", "a quoted field does not end" },
		{ "--isolation", "hyperv", "only supports \"default\"" },
		{ "--security-opt", "label=what:x", "invalid --security-opt: \"label=what:x\"" },
		{ "--security-opt", "writable-cgroups=2", "invalid --security-opt: \"writable-cgroups=2\"" },
		{ "--security-opt", "no-new-privileges=maybe", "invalid --security-opt" },
		{ "--dns-search", "a b", "a b is not a valid domain" },
		{ "--dns-search", "-a.de", "-a.de is not a valid domain" },
		{ "--dns-search", "1.2", "1.2 is not a valid domain" },
		{ "--dns-search", "a..b", "a..b is not a valid domain" },
		{ "--shm-size", "-1", "invalid size: '-1'" },
	};
	struct options_result rest;
	struct run_flags flags;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *line[] = { cases[i].option, cases[i].value, "image" };
		int r = parse(&flags, ARRAY_SIZE(line), line, &rest);

		options_release(run_table, &flags);
		if (!cases[i].words) {
			assert_int_equal(r, 0);
			continue;
		}
		if (r >= 0)
			fail_msg("%s %s was accepted", cases[i].option, cases[i].value);
		if (!strstr(error_text(r), cases[i].words))
			fail_msg("%s %s: %s", cases[i].option, cases[i].value, error_text(r));
	}
}

/* Values that only together, or only beside this machine, are wrong. */
static void wrong_together(void **state)
{
	static const struct {
		const char *line[8];
		const char *words;
	} cases[] = {
		{ { "--memory-swap", "1g" }, "memory" },
		{ { "-m", "2g", "--memory-swap", "1g" }, "should be larger than memory limit" },
		{ { "-m", "1k" }, "minimum memory limit allowed is 6MB" },
		{ { "--memory-reservation", "5m" }, "minimum memory reservation allowed is 6MB" },
		{ { "-m", "10m", "--memory-reservation", "20m" }, "can not be less than memory reservation limit" },
		{ { "--memory-swappiness", "101" }, "invalid value: 101. Valid memory swappiness range is 0-100" },
		{ { "--memory-swappiness", "-2" }, "Valid memory swappiness range is 0-100" },
		{ { "--cpus", "1", "--cpu-period", "1000" }, "conflicting options: --cpus and --cpu-period cannot both be set" },
		{ { "--cpus", "1", "--cpu-quota", "1000" }, "conflicting options: --cpus and --cpu-quota cannot both be set" },
		{ { "--cpu-period", "999" },
		  "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)" },
		{ { "--cpu-period", "1000001" }, "CPU cfs period" },
		{ { "--cpu-quota", "999" }, "CPU cfs quota can not be less than 1ms (i.e. 1000)" },
		{ { "-c", "-1" }, "must be a positive integer" },
		{ { "--cpu-rt-period", "10", "--cpu-rt-runtime", "20" }, "cannot be higher than cpu real-time period" },
		{ { "--blkio-weight", "9" }, "range of blkio weight is from 10 to 1000" },
		{ { "--blkio-weight", "1001" }, "range of blkio weight is from 10 to 1000" },
		{ { "--device-read-bps", "/dev/null:1m" }, "it is not a block device" },
		{ { "--device-read-bps", "/dev/there-is-no-such:1m" }, "find the device /dev/there-is-no-such" },
		{ { "--oom-score-adj", "1001" }, "invalid value 1001, range for oom score adj is [-1000, 1000]" },
		{ { "--cpuset-cpus", "9999" }, "invalid value 9999 for cpuset cpus" },
		{ { "--cpuset-cpus", "8191" }, "requested CPUs are not available - requested 8191, available: " },
		{ { "--cpuset-mems", "1023" }, "requested memory nodes are not available - requested 1023, available: " },
		{ { "--cpuset-mems", "0-" }, "invalid value 0- for cpuset mems" },
		{ { "--pid", "shareable" }, "--pid: invalid PID mode" },
		{ { "--ipc", "container:" }, "--ipc: invalid IPC mode" },
		{ { "--uts", "container:a" }, "--uts: invalid UTS mode" },
		{ { "--cgroupns", "shareable" }, "--cgroupns: invalid CGROUP mode" },
		{ { "--userns", "keep-id" }, "--userns: invalid USER mode" },
		{ { "--uts", "host", "-h", "a" }, "conflicting options: hostname and the UTS mode" },
		{ { "--ipc", "host", "--sysctl", "kernel.msgmax=1" }, "not allowed in host ipc namespace" },
		{ { "--device-cgroup-rule", "x 1:3 rwm" }, "invalid device cgroup format 'x 1:3 rwm'" },
		{ { "--device-cgroup-rule", "c 1:3" }, "invalid device cgroup format 'c 1:3'" },
		{ { "--cpus", "99999" }, "range of CPUs is from 0.01 to " },
		{ { "--cpus", "0.001" }, "range of CPUs is from 0.01 to " },
		{ { "--cpus", "x" }, "--cpus" },
		{ { "--cpuset-cpus", "a-b" }, "invalid value a-b for cpuset cpus" },
		{ { "--sysctl", "kernel.core_pattern=x" }, "sysctl 'kernel.core_pattern=x' is not allowed" },
		{ { "--sysctl", "net.ipv4.ip_forward" }, "is not allowed" },
		{ { "--sysctl", "net.ipv4/../../kernel/core_pattern=x" }, "is not allowed" },
		{ { "--sysctl", "kernel.shm_rmid_forced=1\nkernel.core_pattern=x" }, "is not allowed" },
		{ { "--network", "host", "--sysctl", "net.ipv4.ip_forward=1" }, "host network" },
		{ { "--device", "/dev/null:/y:z" }, "invalid device mode: z" },
		{ { "--device", "/dev/null:y" }, "is not an absolute path" },
		{ { "--device", "/dev/there-is-no-such" },
		  "error gathering device information while adding custom device \"/dev/there-is-no-such\": No such file" },
		{ { "--device", "/etc/passwd" }, "custom device \"/etc/passwd\": not a device node" },
	};
	struct options_result rest;
	struct run_flags flags;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int argc = 0, r;

		while (cases[i].line[argc])
			argc++;
		assert_int_equal(parse(&flags, argc, cases[i].line, &rest), 0);
		r = run_flags_finish(&flags);
		options_release(run_table, &flags);
		if (r >= 0)
			fail_msg("%s %s was accepted", cases[i].line[0], cases[i].line[1]);
		if (!strstr(error_text(r), cases[i].words))
			fail_msg("%s %s: %s", cases[i].line[0], cases[i].line[1], error_text(r));
	}
}

static void right_together(void **state)
{
	static const char *const lines[][6] = {
		{ "-m", "6m" },
		{ "--memory-swappiness", "0" },
		{ "--disable-content-trust" },
		{ "--use-api-socket=false" },
		{ "--dns-search", "." },
		{ "--dns-search", "a1.example-x.org" },
		{ "--cpuset-mems", "0" },
		{ "--blkio-weight", "0" },
		{ "-m", "1g", "--memory-swap", "1g" },
		{ "-m", "1g", "--memory-swap", "-1" },
		{ "--memory-swap", "-1" },
		{ "--cpus", "0" },
		{ "--cpus", "0.01" },
		{ "--cpuset-cpus", "0" },
		{ "--sysctl", "net.ipv4.ip_unprivileged_port_start=0" },
		{ "--device", "/dev/null:r" },
		{ "--pids-limit", "-1" },
	};
	struct options_result rest;
	struct run_flags flags;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
		int argc = 0, r;

		while (argc < 6 && lines[i][argc])
			argc++;
		assert_int_equal(parse(&flags, argc, lines[i], &rest), 0);
		r = run_flags_finish(&flags);
		options_release(run_table, &flags);
		if (r < 0)
			fail_msg("%s %s: %s", lines[i][0], lines[i][1], error_text(r));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_flag_of_docker), cmocka_unit_test(table_in_order),     cmocka_unit_test(what_create_has_not),
		cmocka_unit_test(a_whole_line),         cmocka_unit_test(empty_is_not_given), cmocka_unit_test(wrong_values),
		cmocka_unit_test(wrong_together),       cmocka_unit_test(right_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
