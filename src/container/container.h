/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A container as the commands see it. Everything here runs in the command's process; the monitor that a running container
 * keeps is forked inside.
 */
#include "container/home.h"
#include "container/options.h"
#include "image/image.h"

#include <stdbool.h>

/*
 * `hoy run`: makes a container of @image, starts it, and (without -d) passes streams and signals on until it ends.
 * *@ret_exit_code is set whatever happens: the container's own (0-255), or 125, 126, 127 with a negative errno and words,
 * without the name of what was to be run. With -d and for a failed start it returns at once; a container that could not
 * be started is not kept.
 */
int container_run(const struct home *home, const struct run_options *options, const struct image *image, int *ret_exit_code);
/* `hoy create`: makes it, to be started later. Its id in *@ret_id (caller frees). Words do not name the image. */
int container_make(const struct home *home, const struct run_options *options, const struct image *image, char **ret_id);
/*
 * --explain=script: builds the container without running its command and prints the shell script that does the same to
 * stdout. Nothing is kept. The caller must not have turned explaining on.
 */
int container_explain_script(const struct home *home, const struct run_options *options, const struct image *image);

/*
 * A container made from the image of this id (64 hex digits): its name in *@ret_name (caller frees) and 1, with
 * *@ret_running telling whether it runs; 0 when there is none. For rmi. Takes no lock.
 */
int container_uses_image(const struct home *home, const char *image_id, char **ret_name, bool *ret_running);
/*
 * Cleans up after monitors that were killed: their cgroup, their volatile directory, and with --rm all of it. Cheap when
 * there is nothing to do: one look at the lock of each running container. Errors are warnings.
 */
void container_recover(const struct home *home);
