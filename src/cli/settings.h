/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * What Docker's config.json ($DOCKER_CONFIG or ~/.docker, --config) says commands are to do where the command line says nothing:
 * detachKeys, the formats of lists, proxies. Read by the commands that need one of them, and by no other. A file that cannot be
 * read is warned of, and then counts as none.
 */
#include "base/strv.h"

#include <stdbool.h>

/* The text of the member @key, or NULL. Caller frees. */
char *settings_text(const char *key);
/* The detach keys: what was @typed, or detachKeys; NULL: the usual ones. Caller frees *@keep, which the answer may point to. */
const char *settings_detach_keys(const char *typed, char **keep);
/* The format of a list: what was @typed, or for who did not ask for ids alone (@quiet) the member @key; as above. */
const char *settings_format(const char *typed, bool quiet, const char *key, char **keep);
/* The platform of images: what was @typed, or $DOCKER_DEFAULT_PLATFORM; NULL: this machine's. */
const char *settings_platform(const char *typed);
/* Adds the proxies that containers are to have as environment variables (proxies.default), but for what @env sets itself. */
void settings_proxies(struct strv *env);
