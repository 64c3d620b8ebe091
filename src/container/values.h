/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The meaning of the values of run's options, as Docker defines it: text in, a piece of spec out. Pure: nothing is looked
 * up on the system, unless said. The command line calls these to refuse a bad value at once (`invalid argument "x=y" for
 * "--ulimit" flag: invalid ulimit type: x`), container/ calls them again to make the spec, when they cannot fail any more.
 * All return 0, or -EINVAL with Docker's words for what is wrong with the value, or -ENOSYS for what is not supported yet.
 * Outputs are zeroed structs of runtime/spec.h, released with the spec; any may be NULL to check only.
 */
#include "runtime/spec.h"

#include <stdbool.h>
#include <stdint.h>

/* What a mount option asks beside the spec's mount. */
struct value_mount {
	/*
	 * type "bind" or "tmpfs"; source and destination absolute and clean, destination never "/". Options as the standard's:
	 * for a bind "rbind" or "bind", "ro" and "rro" or nothing, and a propagation ("rprivate" when none was asked for);
	 * for a tmpfs what mount(8) takes ("nosuid", "size=67108864", "mode=1777").
	 */
	struct spec_mount mount;
	bool create_source; /* -v makes a missing source directory, --mount fails */
};
void value_mount_release(struct value_mount *v);

/* values_mount.c */
int value_volume(const char *text, struct value_mount *ret); /* -v SOURCE:TARGET[:OPTIONS] */
int value_mount(const char *text, struct value_mount *ret);  /* --mount type=bind|tmpfs,… */
int value_tmpfs(const char *text, struct value_mount *ret);  /* --tmpfs TARGET[:OPTIONS] */

/* values_env.c: each adds to @ret as lists of environment entries are: one entry a name, the last wins */
/* -e NAME=value; NAME alone takes hoy's own value, and where there is none stays "NAME": take it out of the image's. */
int value_env(const char *text, struct strv *ret);
int value_env_file(const char *path, struct strv *ret); /* reads the file */
/* KEY=value; KEY alone is KEY=. */
int value_label(const char *text, struct strv *ret);

/* values.c */
int value_name(const char *text);                            /* [a-zA-Z0-9][a-zA-Z0-9_.-]+ */
int value_hostname(const char *text);                        /* at most 64 characters (HOST_NAME_MAX), of a host name */
int value_workdir(const char *text);                         /* absolute */
int value_user(const char *text);                            /* numbers in 32 bits; not empty */
int value_cpus(const char *text, int64_t *ret_nano);         /* at least 0.01, at most the processors that are online */
int value_cpuset(const char *text);                          /* a list as 0-3,7 */
int value_ulimit(const char *text, struct spec_rlimit *ret); /* NAME=SOFT[:HARD] */
int value_sysctl(const char *text, struct spec_pair *ret);   /* KEY=VALUE of a namespaced key */
int value_capability(const char *text);

struct value_device {
	char *source, *target; /* absolute and clean */
	char access[4];        /* of "rwm" */
};
void value_device_release(struct value_device *v);
int value_device(const char *text, struct value_device *ret); /* SOURCE[:TARGET[:ACCESS]] */

struct value_host {
	char *name, *address;
};
void value_host_release(struct value_host *v);
int value_add_host(const char *text, struct value_host *ret); /* NAME:ADDRESS or NAME=ADDRESS */
int value_dns(const char *text);                              /* an IPv4 or IPv6 address */

enum value_network { VALUE_NETWORK_NONE, VALUE_NETWORK_HOST };
int value_network(const char *text, enum value_network *ret);

/* All --security-opt together. Starts from zeroes: the default profile. */
struct value_security {
	bool no_new_privileges;
	bool seccomp_unconfined;
	char *seccomp_profile; /* a path, or NULL: the default profile */
};
void value_security_release(struct value_security *v);
int value_security(const char *text, struct value_security *ret); /* one of them, added to @ret */
