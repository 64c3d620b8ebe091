/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Who the user is to a registry: Docker's config.json ($DOCKER_CONFIG or ~/.docker), its "auths", or the credential helper
 * that it names for the host (docker-credential-NAME get, found in $PATH). Command process; read when a pull begins, and
 * handed to hoy-transfer, which sends it only when the registry asks.
 */
#include "image/reference.h"

#include <stddef.h>

/* the name Docker has kept for its own registry since its first version */
#define AUTH_HUB_KEY    "https://index.docker.io/v1/"
#define AUTH_CONFIG_MAX (1 << 20) /* bytes of a config.json */

struct auth {
	char *user, *password; /* NULL: anonymous */
	char *identity;        /* a token to trade for tokens, or NULL */
};

/*
 * The credentials for the reference's registry; anonymous when there are none. A config file or helper that cannot be
 * read is warned of, and then counts as none.
 */
void auth_find(const struct reference *r, struct auth *ret);
void auth_release(struct auth *a);
/* Where Docker's config.json would be; NULL where there is no home. Caller frees. */
char *auth_config_path(void);
/* The same from the text of a config.json, without helpers; *@ret_helper: the helper it names for this registry, or NULL. */
int auth_parse(const char *text, size_t len, const char *registry, struct auth *ret, char **ret_helper);
