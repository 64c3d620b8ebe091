/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How a container lives: what its monitor must know beside the spec. Decided once, when the container is made; kept in its
 * record, so that it is started again in the same way. `struct plan p = { 0 };` owns nothing.
 */
#include "base/json.h"
#include "container/healthcheck.h"
#include "container/log_write.h"
#include "container/options.h"
#include "container/restart.h"

#include <stdbool.h>

enum log_driver { LOG_DRIVER_JSON, LOG_DRIVER_NONE, LOG_DRIVER_JOURNALD };

struct plan {
	bool tty;
	bool open_stdin;  /* -i: its stdin stays open when nobody is attached to it */
	bool stdin_once;  /* it ends when the first one who was attached to it leaves */
	bool auto_remove; /* --rm */
	enum log_driver log;
	struct log_options log_options;
	struct restart_policy restart;
	struct healthcheck health;
};

/* The command is attached to this stream (stdin, stdout, stderr): -a and -i say so; none with -d. */
bool plan_attaches(const struct run_options *o, const char *stream);
int plan_from_options(const struct run_options *o, const struct imageconfig *image, struct plan *ret);
/* What --log-driver and --log-opt say. -EINVAL with Docker's words. */
int plan_log(const char *driver, const struct strv *options, struct plan *ret);
void plan_release(struct plan *p);
void plan_copy(const struct plan *from, struct plan *ret);
/* Its members of the record's Config and HostConfig, written into the object that is open, and read again. */
void plan_write_config(const struct plan *p, struct json_writer *w);
void plan_write_host_config(const struct plan *p, struct json_writer *w);
int plan_read(struct json_object *config, struct json_object *host, struct plan *ret);
