/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The meaning of -v, --mount and --tmpfs as Docker defines it: text in, a mount of a spec out. Pure but for the working
 * directory, from which a source that begins with "." counts: the command line checks values with these as it reads them,
 * mounts.c makes the spec's mounts with them. Command process.
 */
#include "runtime/spec.h"

#include <stdbool.h>

struct mount_option {
	/*
	 * type "bind" or "tmpfs"; source and destination absolute and clean, destination never "/". Options as the standard's:
	 * for a bind "rbind" or "bind", "ro" (the top) or "rro" (with all below it) or nothing, and a propagation ("rprivate"
	 * when none was asked for); for a tmpfs what mount(8) takes ("nosuid", "size=67108864", "mode=1777").
	 */
	struct spec_mount mount;
	bool create_source; /* -v makes a missing source directory, --mount fails */
};
void mount_option_release(struct mount_option *o);

/*
 * All three: 0, -EINVAL with Docker's words for what is wrong with the value, -ENOSYS with words for what is not supported
 * yet (volumes). @ret is zeroed and owned by the caller; NULL to check only.
 */
int mount_option_volume(const char *text, struct mount_option *ret); /* SOURCE:TARGET[:OPTIONS] */
int mount_option_mount(const char *text, struct mount_option *ret);  /* type=bind|tmpfs,… */
int mount_option_tmpfs(const char *text, struct mount_option *ret);  /* TARGET[:OPTIONS] */
