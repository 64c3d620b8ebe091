/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Names of images, by Docker's grammar (github.com/distribution/reference):
 *
 *	[HOST[:PORT]/]NAME[/NAME…][:TAG][@DIGEST]
 *
 * A first part without a dot, a colon or a capital letter that is not "localhost" is no host: then the registry is
 * docker.io, and a name of one part lies in its "library/". Pure text; used in the command process.
 */
#include <stdbool.h>

#define REFERENCE_NAME_MAX 255
#define REFERENCE_TAG_MAX  128

struct reference {
	char *registry;   /* "docker.io", "localhost:5000" */
	char *repository; /* "library/nginx" */
	char *tag;        /* NULL when none was given */
	char *digest;     /* "sha256:…", NULL when none was given */
};

/* Parses what the user typed. -EINVAL with words, as Docker's. */
int reference_parse(const char *text, struct reference *ret);
void reference_release(struct reference *r);
#define autoreference __attribute__((cleanup(reference_release))) struct reference

/* "docker.io/library/nginx:latest"; by digest where there is one (then the tag is left out). Caller frees. */
char *reference_canonical(const struct reference *r);
/* "docker.io/library/nginx". Caller frees. */
char *reference_name(const struct reference *r);
/* The same as people write it: "nginx:latest", "nginx". Caller frees. */
char *reference_familiar(const struct reference *r);
char *reference_familiar_name(const struct reference *r);
/* The tag, or "latest" where neither tag nor digest was given; NULL for a digest. Borrowed. */
const char *reference_tag(const struct reference *r);
/* The host that serves it: docker.io is served by registry-1.docker.io. Borrowed. */
const char *reference_endpoint(const struct reference *r);
/* The registry is on this machine (localhost, 127.0.0.0/8, ::1): plain HTTP is fine there, as for Docker. */
bool reference_is_loopback(const struct reference *r);
