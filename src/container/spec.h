/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * From an image and options to the spec that the runtime gets: Docker's default container (spec_default.h), changed by what
 * the image wants and what the user asked for. Command process; nothing on the system is changed here.
 */
#include "container/mount_point.h"
#include "container/namespaces.h"
#include "container/options.h"
#include "container/user.h"
#include "image/image.h"
#include "runtime/spec.h"

struct spec_request {
	const struct run_options *options;
	const struct image *image;
	const char *id;  /* 64 hex digits */
	const char *dir; /* ROOT/containers/ID, absolute */
	const char *hostname;
	const struct user *user;
	const struct mount_points *mounts; /* the user's and the image's */
	const struct shared_with *shared;
	const struct strv *link_environment; /* of --link */
	struct strv *recorded_environment;   /* filled: Config.Env of the record */
	bool host_network;
};

/*
 * Fills a zeroed @ret, which the caller releases even after a failure. Errors carry words that name the option's value;
 * "no command specified" when neither image nor user says what to run.
 */
int spec_make(const struct spec_request *q, struct spec *ret);
/*
 * The overlay of @layers and the container's own upper directory in @dir. It is no part of config.json: who reads that back
 * calls this again.
 */
void spec_fill_overlay(const char *dir, const struct strv *layers, struct spec_root *root);
/* What runs, before any --init: entrypoint and command as Docker combines them. */
int spec_command(const struct run_options *o, const struct imageconfig *c, struct strv *ret);
