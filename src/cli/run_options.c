/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/run_options.h"

#include "base/error.h"
#include "base/memory.h"
#include "cli/check.h"
#include "container/block_io.h"
#include "container/detach_keys.h"
#include "container/device.h"
#include "container/files.h"
#include "container/gpus.h"
#include "container/link.h"
#include "container/namespaces.h"
#include "container/networks.h"
#include "container/plan.h"
#include "container/resources.h"
#include "container/restart.h"
#include "container/security.h"
#include "container/volume.h"
#include "network/network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

const struct run_flags run_defaults = {
	.run = { .sig_proxy = true, .tls_verify = true, .stop_timeout = -1, .memory_swappiness = -1 }
};

static int set_entrypoint(void *options, const char *value)
{
	struct run_flags *flags = options;

	flags->run.entrypoint_set = true;
	flags->run.entrypoint = value;
	return 0;
}

static int check_address(const char *value)
{
	struct in6_addr address;

	if (inet_pton(AF_INET, value, &address) != 1 && inet_pton(AF_INET6, value, &address) != 1)
		return fail(-EINVAL, "IP address is not correctly formatted: %s", value);
	return 0;
}

static int check_publish(const char *value)
{
	struct publishes unused = { 0 };
	int r = publish_parse(value, &unused);

	publishes_release(&unused);
	return r;
}

static int check_expose(const char *value)
{
	struct publishes unused = { 0 };
	int r = publish_parse_exposed(value, &unused);

	publishes_release(&unused);
	return r;
}

static int check_ipv4(const char *value)
{
	struct address a;

	return address_parse(value, &a) < 0 || a.family != AF_INET ? fail(-EINVAL, "invalid IPv4 address: %s", value) : 0;
}

static int check_ipv6(const char *value)
{
	struct address a;

	return address_parse(value, &a) < 0 || a.family != AF_INET6 ? fail(-EINVAL, "invalid IPv6 address: %s", value) : 0;
}

static int check_mac(const char *value)
{
	uint8_t mac[MAC_SIZE];

	return mac_parse(value, mac) < 0 ? fail(-EINVAL, "%s is not a valid mac address", value) : 0;
}

static int check_security(const char *value)
{
	struct security unused = { 0 };
	char *items[] = { (char *)value, NULL };

	return security_read(&(struct strv){ .items = items, .count = 1 }, &unused);
}

static int check_explain(const char *value)
{
	if (strcmp(value, "lines") && strcmp(value, "script"))
		return fail(-EINVAL, "it must be \"lines\" or \"script\"");
	return 0;
}

#define RUN(member) offsetof(struct run_flags, run.member)
/* Docker has it and hoy never will: .never says why. */
#define NEVER(name, type, metavar, help, ...)                  \
	{                                                      \
		0, name, type, 0, metavar, help, ##__VA_ARGS__ \
	}
#define WINDOWS(name, metavar, help) \
	NEVER(name, OPTION_STRING, metavar, help, .hidden = true, .never = "is only supported on Windows")

/* In two parts, each in the order of the alphabet. */
const struct option run_table[] = {
	{ 'd', "detach", OPTION_BOOL, RUN(detach), NULL, "Run in the background and print the container's id" },
	{ 0, "detach-keys", OPTION_STRING, RUN(detach_keys), "string", "Keys that detach from the container",
	  .preset = "\"ctrl-p,ctrl-q\"", .check = detach_keys_check },
	{ 0, "explain", OPTION_STRING, offsetof(struct run_flags, explain), "string",
	  "Print each step that changes the system as the shell command that does the same; \"script\" prints a script that builds the container without hoy",
	  .implied = "lines", .check = check_explain, .complete = "lines script" },
	{ 0, "sig-proxy", OPTION_BOOL, RUN(sig_proxy), NULL, "Pass signals on to the process", .preset = "true" },
	/* from here on create's, too: RUN_ONLY_ROWS */
	{ 0, "add-host", OPTION_LIST, RUN(add_host), "list", "Add a line NAME:ADDRESS to /etc/hosts", .check = files_check_host },
	{ 0, "annotation", OPTION_LIST, RUN(annotations), "map", "Add an annotation to the spec that the runtime gets" },
	{ 'a', "attach", OPTION_LIST, RUN(attach), "list", "Attach to stdin, stdout or stderr", .check = check_attach,
	  .complete = "stdin stdout stderr" },
	{ 0, "blkio-weight", OPTION_INT, RUN(blkio_weight), "uint16", "Share of block I/O, from 10 to 1000; 0 turns it off" },
	{ 0, "blkio-weight-device", OPTION_LIST, RUN(blkio_weight_devices), "list",
	  "Share of block I/O on one device, as DEVICE:WEIGHT", .check = block_io_check_weight },
	{ 0, "cap-add", OPTION_LIST, RUN(cap_add), "list", "Add a Linux capability", .check = check_capability },
	{ 0, "cap-drop", OPTION_LIST, RUN(cap_drop), "list", "Drop a Linux capability", .check = check_capability },
	{ 0, "cgroup-parent", OPTION_STRING, RUN(cgroup_parent), "string", "Cgroup below which the container's own is made" },
	{ 0, "cgroupns", OPTION_STRING, RUN(cgroupns), "string", "Cgroup namespace to use: host or private",
	  .complete = "host private" },
	{ 0, "cidfile", OPTION_STRING, RUN(cidfile), "string", "Write the id of the container to this file", .complete = "file" },
	WINDOWS("cpu-count", "int", "Number of CPUs (Windows only)"),
	WINDOWS("cpu-percent", "int", "Percentage of CPUs (Windows only)"),
	{ 0, "cpu-period", OPTION_INT, RUN(cpu_period), "int", "Period of the CPU quota, in microseconds" },
	{ 0, "cpu-quota", OPTION_INT, RUN(cpu_quota), "int", "CPU time in each period, in microseconds" },
	{ 0, "cpu-rt-period", OPTION_INT, RUN(cpu_rt_period), "int", "Period of real-time scheduling, in microseconds" },
	{ 0, "cpu-rt-runtime", OPTION_INT, RUN(cpu_rt_runtime), "int", "Real-time CPU time in each period, in microseconds" },
	{ 'c', "cpu-shares", OPTION_INT, RUN(cpu_shares), "int", "Share of CPU time relative to other containers" },
	{ 0, "cpus", OPTION_STRING, RUN(cpus), "decimal", "How many CPUs it may use, such as 0.5" },
	{
		0,
		"cpuset-cpus",
		OPTION_STRING,
		RUN(cpuset_cpus),
		"string",
		"CPUs it may run on, such as 0-3 or 0,1",
	},
	{ 0, "cpuset-mems", OPTION_STRING, RUN(cpuset_mems), "string", "Memory nodes it may use, such as 0-3 or 0,1" },
	{ 0, "device", OPTION_LIST, RUN(devices), "list", "Add a device of the host, as SOURCE[:TARGET[:ACCESS]]",
	  .complete = "file" },
	{ 0, "device-cgroup-rule", OPTION_LIST, RUN(device_cgroup_rules), "list",
	  "Add a rule to the list of allowed devices, such as \"c 1:3 rwm\"" },
	{ 0, "device-read-bps", OPTION_LIST, RUN(device_read_bps), "list",
	  "Limit reading from a device, in bytes per second: DEVICE:RATE", .check = block_io_check_bps },
	{ 0, "device-read-iops", OPTION_LIST, RUN(device_read_iops), "list",
	  "Limit reading from a device, in operations per second", .check = block_io_check_iops },
	{ 0, "device-write-bps", OPTION_LIST, RUN(device_write_bps), "list",
	  "Limit writing to a device, in bytes per second: DEVICE:RATE", .check = block_io_check_bps },
	{ 0, "device-write-iops", OPTION_LIST, RUN(device_write_iops), "list",
	  "Limit writing to a device, in operations per second", .check = block_io_check_iops },
	NEVER("disable-content-trust", OPTION_BOOL, NULL, "Skip the verification of image signatures", .preset = "true",
	      .never = "hoy verifies no Docker Content Trust signatures"),
	{ 0, "dns", OPTION_LIST, RUN(dns), "list", "Address of a DNS server for /etc/resolv.conf", .check = check_address },
	{ 0, "dns-opt", OPTION_LIST, RUN(dns_option), "list", "Option for /etc/resolv.conf", .hidden = true },
	{ 0, "dns-option", OPTION_LIST, RUN(dns_option), "list", "Option for /etc/resolv.conf" },
	{ 0, "dns-search", OPTION_LIST, RUN(dns_search), "list", "Search domain for /etc/resolv.conf",
	  .check = files_check_search },
	{ 0, "domainname", OPTION_STRING, RUN(domainname), "string", "NIS domain name of the container" },
	{ 0, "entrypoint", OPTION_CALL, 0, "string", "Program to run in place of the image's entrypoint; \"\" for none",
	  .call = set_entrypoint },
	{ 'e', "env", OPTION_LIST, RUN(env), "list", "Set an environment variable, NAME=VALUE; NAME alone passes hoy's own on",
	  .check = check_env },
	{ 0, "env-file", OPTION_LIST, RUN(env_files), "list", "Set the environment variables of this file, one a line",
	  .complete = "file" },
	{ 0, "expose", OPTION_LIST, RUN(expose), "list", "Say that the container listens on this port or range",
	  .check = check_expose },
	{ 0, "gpus", OPTION_STRING, RUN(gpus), "gpu-request", "Add GPUs, \"all\" for all of them", .check = gpus_check },
	{ 0, "group-add", OPTION_LIST, RUN(group_add), "list", "Add a supplementary group" },
	{ 0, "health-cmd", OPTION_STRING, RUN(health_cmd), "string", "Command that checks the health of the container" },
	{ 0, "health-interval", OPTION_DURATION, RUN(health_interval), "duration", "Time between two health checks",
	  .preset = "30s" },
	{ 0, "health-retries", OPTION_INT, RUN(health_retries), "int", "Failed checks in a row after which it counts as unhealthy",
	  .preset = "3" },
	{ 0, "health-start-interval", OPTION_DURATION, RUN(health_start_interval), "duration",
	  "Time between two checks during the start period", .preset = "5s" },
	{ 0, "health-start-period", OPTION_DURATION, RUN(health_start_period), "duration",
	  "Time the container has to start before failed checks count" },
	{ 0, "health-timeout", OPTION_DURATION, RUN(health_timeout), "duration", "Longest time one check may take",
	  .preset = "30s" },
	{ 'h', "hostname", OPTION_STRING, RUN(hostname), "string", "Host name of the container", .check = check_hostname },
	{ 0, "init", OPTION_BOOL, RUN(init), NULL, "Run a small init as process 1 that passes signals on and reaps processes" },
	{ 'i', "interactive", OPTION_BOOL, RUN(interactive), NULL, "Keep stdin open" },
	WINDOWS("io-maxbandwidth", "bytes", "Limit of I/O bandwidth (Windows only)"),
	WINDOWS("io-maxiops", "uint", "Limit of I/O operations per second (Windows only)"),
	{ 0, "ip", OPTION_STRING, RUN(ip), "string", "IPv4 address, such as 172.30.100.104", .check = check_ipv4 },
	{ 0, "ip6", OPTION_STRING, RUN(ip6), "string", "IPv6 address, such as 2001:db8::33", .check = check_ipv6 },
	{ 0, "ipc", OPTION_STRING, RUN(ipc), "string", "IPC namespace to use: private, shareable, host, none or container:NAME",
	  .complete = "private shareable host none" },
	{ 0, "isolation", OPTION_STRING, RUN(isolation), "string", "Kind of isolation (Windows only)", .check = check_isolation,
	  .hidden = true },
	{ 0, "kernel-memory", OPTION_SIZE, RUN(kernel_memory), "bytes", "Limit of kernel memory; no kernel has it any more" },
	{ 'l', "label", OPTION_LIST, RUN(labels), "list", "Add a label, KEY=VALUE", .check = check_label },
	{ 0, "label-file", OPTION_LIST, RUN(label_files), "list", "Add the labels of this file, one a line", .complete = "file" },
	{ 0, "link", OPTION_LIST, RUN(links), "list", "Make another container known by name, as NAME[:ALIAS]", .check = links_check,
	  .complete = "container" },
	{ 0, "link-local-ip", OPTION_LIST, RUN(link_local_ips), "list", "One more address, a link-local one",
	  .check = check_address },
	{ 0, "log-driver", OPTION_STRING, RUN(log_driver), "string",
	  "Where the output of the container goes: json-file, journald or none", .preset = "\"json-file\"",
	  .complete = "json-file journald none" },
	{ 0, "log-opt", OPTION_LIST, RUN(log_opt), "list", "Option of the log driver: max-size=SIZE, max-file=N" },
	{ 0, "mac-address", OPTION_STRING, RUN(mac_address), "string", "MAC address, such as 92:d0:c6:0a:29:33",
	  .check = check_mac },
	{ 'm', "memory", OPTION_SIZE, RUN(memory), "bytes", "Limit of memory, such as 100m" },
	{ 0, "memory-reservation", OPTION_SIZE, RUN(memory_reservation), "bytes",
	  "Memory that is left to it when the host runs short" },
	{ 0, "memory-swap", OPTION_SIZE_MAX, RUN(memory_swap), "bytes",
	  "Limit of memory and swap together; -1 for unlimited swap" },
	{ 0, "memory-swappiness", OPTION_INT, RUN(memory_swappiness), "int",
	  "How readily its memory is swapped out, from 0 to 100" },
	{ 0, "mount", OPTION_LIST, RUN(mounts), "mount",
	  "Mount something, as type=TYPE,src=SOURCE,dst=TARGET and options; types are bind, volume, tmpfs and image",
	  .check = check_mount },
	{ 0, "name", OPTION_STRING, RUN(name), "string", "Name of the container", .check = check_name },
	{ 0, "net", OPTION_LIST, RUN(networks), "network", "Connect it to a network", .check = networks_check, .hidden = true },
	{ 0, "net-alias", OPTION_LIST, RUN(network_aliases), "list", "Further name of the container on its network",
	  .check = network_check_alias, .hidden = true },
	{ 0, "network", OPTION_LIST, RUN(networks), "network",
	  "Connect it to a network: NAME, none, host, container:NAME, or name=NAME,alias=NAME,ip=ADDRESS and so on",
	  .preset = "bridge", .check = networks_check, .complete = "network" },
	{ 0, "network-alias", OPTION_LIST, RUN(network_aliases), "list", "Further name of the container on its network",
	  .check = network_check_alias },
	{ 0, "no-healthcheck", OPTION_BOOL, RUN(no_healthcheck), NULL, "Ignore the image's health check" },
	{ 0, "oom-kill-disable", OPTION_BOOL, RUN(oom_kill_disable), NULL, "Do not kill processes when memory runs out" },
	{ 0, "oom-score-adj", OPTION_INT, RUN(oom_score_adj), "int",
	  "Prefer or spare it when the host runs out of memory, from -1000 to 1000" },
	{ 0, "pid", OPTION_STRING, RUN(pid), "string", "PID namespace to use: host or container:NAME", .complete = "host" },
	{ 0, "pids-limit", OPTION_INT, RUN(pids_limit), "int", "Limit of processes and threads; -1 for unlimited" },
	{ 0, "platform", OPTION_STRING, RUN(platform), "string", "Platform of the image, such as linux/arm64",
	  .check = check_platform },
	{ 0, "privileged", OPTION_BOOL, RUN(privileged), NULL,
	  "Give it all capabilities and devices: it can do what root on the host can" },
	{ 'p', "publish", OPTION_LIST, RUN(publish), "list",
	  "Publish a port of the container on the host, as [[ADDRESS:][PORT]:]PORT[/tcp|udp|sctp]", .check = check_publish },
	{ 'P', "publish-all", OPTION_BOOL, RUN(publish_all), NULL, "Publish all exposed ports on free ports of the host" },
	{ 0, "pull", OPTION_STRING, RUN(pull), "string", "When to pull the image: always, missing or never",
	  .preset = "\"missing\"", .check = check_pull, .complete = "always missing never" },
	{ 'q', "quiet", OPTION_BOOL, RUN(quiet), NULL, "Do not show the progress of the pull" },
	{ 0, "read-only", OPTION_BOOL, RUN(read_only), NULL, "Mount the root file system read-only" },
	{ 0, "restart", OPTION_STRING, RUN(restart), "string",
	  "When to start it again after it ended: no, always, unless-stopped, on-failure[:N]", .preset = "\"no\"",
	  .check = check_restart, .complete = "no always unless-stopped on-failure" },
	{ 0, "rm", OPTION_BOOL, RUN(rm), NULL, "Remove the container when it ends" },
	{ 0, "rootfs", OPTION_BOOL, RUN(rootfs), NULL,
	  "IMAGE is a directory, the container's root file system; DIR:O leaves it as it is, DIR:idmap=uids=A-B-N;gids=A-B-N shows "
	  "its owners as others" },
	{ 0, "runtime", OPTION_STRING, RUN(runtime), "string", "OCI runtime to use for this container, by name or path",
	  .complete = "file" },
	{ 0, "security-opt", OPTION_LIST, RUN(security_opt), "list", "no-new-privileges, seccomp=FILE or seccomp=unconfined",
	  .check = check_security },
	{ 0, "shm-size", OPTION_SIZE, RUN(shm_size), "bytes", "Size of /dev/shm", .preset = "\"64m\"" },
	{ 0, "stop-signal", OPTION_STRING, RUN(stop_signal), "string", "Signal that stops the container", .check = check_signal },
	{ 0, "stop-timeout", OPTION_INT, RUN(stop_timeout), "int", "Seconds to wait for it to stop before it is killed" },
	NEVER("storage-opt", OPTION_LIST, "list", "Option of the storage driver",
	      .never = "a container's files lie on one file system with all others, which hoy sets no quota on"),
	{
		0,
		"sysctl",
		OPTION_LIST,
		RUN(sysctls),
		"map",
		"Set a kernel parameter of its namespaces, KEY=VALUE",
	},
	{ 0, "tls-verify", OPTION_BOOL, RUN(tls_verify), NULL, "Insist on HTTPS with a valid certificate when pulling",
	  .preset = "true" },
	{ 0, "tmpfs", OPTION_LIST, RUN(tmpfs), "list", "Mount a tmpfs, as TARGET[:OPTIONS]", .check = check_tmpfs },
	{ 't', "tty", OPTION_BOOL, RUN(tty), NULL, "Give it a terminal" },
	{ 0, "ulimit", OPTION_LIST, RUN(ulimits), "ulimit", "Set a resource limit, NAME=SOFT[:HARD]", .check = check_ulimit },
	NEVER("use-api-socket", OPTION_BOOL, NULL, "Give it access to the API of the engine",
	      .never = "hoy has no daemon and so no API socket to give"),
	{ 'u', "user", OPTION_STRING, RUN(user), "string", "User and group of the process, by name or number: USER[:GROUP]" },
	{ 0, "userns", OPTION_STRING, RUN(userns), "string", "User namespace to use: host", .complete = "host" },
	{ 0, "uts", OPTION_STRING, RUN(uts), "string", "UTS namespace to use: host", .complete = "host" },
	{ 'v', "volume", OPTION_LIST, RUN(volumes), "list",
	  "Mount a directory of the host or a volume, as [SOURCE:]TARGET[:OPTIONS]", .check = check_volume, .complete = "file" },
	{ 0, "volume-driver", OPTION_STRING, RUN(volume_driver), "string", "Driver for named volumes: local",
	  .check = volume_check_driver },
	{ 0, "volumes-from", OPTION_LIST, RUN(volumes_from), "list", "Mount the volumes of another container, CONTAINER[:ro|rw]",
	  .check = check_volumes_from, .complete = "container" },
	{ 'w', "workdir", OPTION_STRING, RUN(workdir), "string", "Working directory of the process", .check = check_workdir },
	OPTIONS_END,
};

/* All that container/ will refuse without having looked at the image, before the image is pulled. */
static int check_life(const struct run_options *run)
{
	struct restart_policy restart;
	struct plan unused = { 0 };
	int r = restart_parse(run->restart ? run->restart : "", &restart);

	if (r == 0)
		r = healthcheck_check_options(run);
	if (r == 0)
		r = plan_log(run->log_driver, &run->log_opt, &unused);

	if (r == 0 && run->rm && restart.when != RESTART_NO)
		return fail(-EINVAL, "conflicting options: cannot specify both --restart and --rm");
	if (r == 0 && run->detach && run->attach.count)
		return fail(-EINVAL, "conflicting options: cannot specify both --attach and --detach");
	return r;
}

static int check_values(const struct run_options *run)
{
	autonetworks networks = { 0 };
	struct spec unused = { 0 };
	int r = resources_fill(run, &unused.linux_.resources);

	if (r == 0)
		r = networks_from_options(run, &(struct strv){ 0 }, &networks);
	if (r == 0)
		r = namespaces_check(run);
	if (r == 0)
		r = security_sysctls(run, networks.mode == NETWORKS_HOST, &unused.sysctl);
	if (r == 0)
		r = device_from_options(&run->devices, &unused.linux_.devices, &unused.linux_.resources.devices);
	if (r == 0)
		r = device_rules_from_options(&run->device_cgroup_rules, &unused.linux_.resources.devices);
	spec_release(&unused);
	return r;
}

int run_flags_finish(struct run_flags *flags)
{
	struct run_options *run = &flags->run;
	const char **texts[] = { &run->name,     &run->hostname, &run->workdir,     &run->user,          &run->cpuset_cpus,
				 &run->platform, &run->cidfile,  &run->cpuset_mems, &run->cgroup_parent, &run->domainname };
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (*texts[i] && !**texts[i])
			*texts[i] = NULL;
	r = check_values(run);
	if (r == 0)
		r = check_life(run);
	if (r == 0)
		resources_warn(run);
	return r;
}
