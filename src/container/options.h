/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What the user asked for with `hoy run` (and create): one struct, filled by the option table of cli/run.c. Values are as
 * they were typed, but for sizes, numbers and durations, which the parser of options has read already; what they mean is
 * decided in container/ (mounts.c, resources.c, user.c, …), whose errors name the value. Strings are borrowed from the
 * command line, lists are owned (options_release). Start from RUN_OPTIONS_DEFAULT.
 */
#include "base/strv.h"

#include <stdbool.h>
#include <stdint.h>

struct run_options {
	/* what runs */
	const char *image;   /* as typed */
	bool rootfs;         /* it is a directory (rootfs_dir.h) */
	struct strv command; /* what follows the image; empty: the image's Cmd */
	const char *entrypoint;
	bool entrypoint_set; /* --entrypoint "" takes the image's away */
	struct strv env;     /* -e NAME=value, or NAME alone: the value hoy has itself */
	struct strv env_files;
	const char *workdir, *user;
	struct strv group_add;
	bool init;

	/* its terminal and life */
	bool interactive, tty, detach, sig_proxy, rm;
	struct strv attach; /* stdin, stdout, stderr; empty: what -i and -d say */
	const char *detach_keys;
	const char *stop_signal;
	int64_t stop_timeout; /* seconds; -1: the image's or 10 */
	const char *restart;  /* no, on-failure[:n], always, unless-stopped; NULL: no */
	const char *health_cmd;
	int64_t health_interval, health_timeout, health_start_period, health_start_interval; /* nanoseconds; 0: not given */
	int64_t health_retries;                                                              /* 0: not given */
	bool no_healthcheck;
	const char *log_driver;
	struct strv log_opt;

	/* what it is called */
	const char *name, *hostname, *domainname, *cidfile;
	struct strv labels, label_files, annotations;

	/* files */
	struct strv volumes;      /* -v SOURCE:TARGET[:OPTIONS] */
	struct strv mounts;       /* --mount type=…,… */
	struct strv tmpfs;        /* --tmpfs TARGET[:OPTIONS] */
	struct strv volumes_from; /* CONTAINER[:ro|rw] */
	const char *volume_driver;
	bool read_only;
	int64_t shm_size; /* bytes; 0: 64 MiB */

	/* limits: 0 and NULL are "not given" */
	int64_t memory, memory_swap, memory_reservation; /* bytes; memory_swap -1: unlimited */
	int64_t memory_swappiness;                       /* 0 to 100; -1: not given */
	int64_t kernel_memory;                           /* bytes; no kernel limits that any more: a warning */
	const char *cpus;                                /* "0.5" */
	int64_t cpu_shares, cpu_period, cpu_quota, cpu_rt_period, cpu_rt_runtime;
	const char *cpuset_cpus, *cpuset_mems;
	int64_t pids_limit; /* -1: unlimited */
	struct strv ulimits;
	bool oom_kill_disable;
	int64_t oom_score_adj;
	const char *cgroup_parent;
	int64_t blkio_weight;                                                               /* 10 to 1000 */
	struct strv blkio_weight_devices;                                                   /* DEVICE:WEIGHT */
	struct strv device_read_bps, device_write_bps, device_read_iops, device_write_iops; /* DEVICE:RATE */

	/* rights */
	const char *gpus; /* all, a number, device=…; NULL: none */
	const char *isolation;
	struct strv cap_add, cap_drop, security_opt, devices, device_cgroup_rules, sysctls;
	bool privileged;
	const char *pid, *ipc, *uts, *cgroupns; /* host, private, …; NULL: private */
	const char *runtime;                    /* another OCI runtime (other_runtime.h); NULL: hoy's own */
	const char *userns;                     /* host, which is what there is */

	/* network */
	struct strv networks; /* NAME, none, host, container:NAME, or name=NAME,alias=…,ip=…; none given: "bridge" */
	struct strv network_aliases, link_local_ips, links, expose;
	struct strv publish; /* [[ADDRESS:][PORT]:]PORT[/PROTOCOL] */
	const char *ip, *ip6, *mac_address;
	bool publish_all;
	struct strv add_host, dns, dns_search, dns_option;

	/* the image's coming; for cli/run.c alone */
	const char *pull, *platform;
	bool quiet, tls_verify;
};

#define RUN_OPTIONS_DEFAULT \
	((struct run_options){ .sig_proxy = true, .tls_verify = true, .stop_timeout = -1, .memory_swappiness = -1 })
