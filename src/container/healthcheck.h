/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * How the health of a container is checked: what the image says, changed by the --health options; in the members of Docker's
 * Config.Healthcheck. `struct healthcheck h = { 0 };` is no check at all and owns nothing.
 */
#include "base/json.h"
#include "container/options.h"
#include "image/imageconfig.h"

struct healthcheck {
	struct strv test;                                        /* CMD args…, CMD-SHELL line, NONE; empty: none is known */
	struct strv shell;                                       /* for CMD-SHELL; empty: /bin/sh -c */
	int64_t interval, timeout, start_period, start_interval; /* nanoseconds; 0: Docker's default */
	int64_t retries;                                         /* 0: Docker's default */
};

void healthcheck_release(struct healthcheck *h);
void healthcheck_copy(const struct healthcheck *from, struct healthcheck *ret);
/* -EINVAL with Docker's words when the options contradict each other. For the command line, before the image is there. */
int healthcheck_check_options(const struct run_options *o);
void healthcheck_from_options(const struct run_options *o, const struct imageconfig *image, struct healthcheck *ret);
/* There is something to run. */
bool healthcheck_is_set(const struct healthcheck *h);
/* What is run. */
void healthcheck_command(const struct healthcheck *h, struct strv *ret);
/* The members Healthcheck and Shell of the object that is open. */
void healthcheck_write(const struct healthcheck *h, struct json_writer *w);
int healthcheck_read(struct json_object *config, struct healthcheck *ret);
