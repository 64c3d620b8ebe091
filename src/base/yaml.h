/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * YAML as tools write it for what could be JSON as well: block mappings and sequences, plain and quoted scalars (folded over lines,
 * too), comments, and JSON itself as a value. Anchors, tags, directives, block scalars and several documents are refused in words.
 * Limits are those of JSON.
 */
#include <json-c/json_object.h>
#include <stddef.h>

/* The value of @text; @name is for the words ("gpu.yaml: line 3: …"). Caller drops *@ret. -EINVAL with words. */
int yaml_parse(const char *text, size_t len, const char *name, struct json_object **ret);
