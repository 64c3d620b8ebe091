/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A list of strings, as execve takes it: items is NULL-terminated whenever something was added. `struct strv v = {0};`
 * owns copies of what is added.
 */
#include "base/cleanup.h"

#include <stdbool.h>
#include <stddef.h>

struct strv {
	char **items; /* NULL while empty; otherwise items[count] == NULL */
	size_t count;
	size_t size;
};

#define autostrv __attribute__((cleanup(strv_release))) struct strv

void strv_release(struct strv *v);
void strv_add(struct strv *v, const char *s);
/* Takes ownership of @s. */
void strv_add_owned(struct strv *v, char *s);
void strv_add_format(struct strv *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
void strv_add_all(struct strv *v, const struct strv *more);
void strv_remove(struct strv *v, size_t index);
bool strv_contains(const struct strv *v, const char *s);
/* Splits at each @separator; empty pieces are kept. "" gives one empty piece. */
void strv_split(struct strv *v, const char *s, char separator);
/* Splits one record of comma separated values: "a,b" in quotes is one field, "" in quotes is a quote. -EINVAL with words. */
int strv_split_fields(struct strv *v, const char *s);
/* Joined by @separator; caller frees. */
char *strv_join(const struct strv *v, const char *separator);
/* A NULL-terminated array for execve, never NULL. */
char *const *strv_array(const struct strv *v);

/* Environment lists: entries are NAME=value. */
/* Replaces the entry of the same name, or adds. @entry is NAME=value. */
void strv_env_set(struct strv *v, const char *entry);
/* The value of @name, or NULL. */
const char *strv_env_get(const struct strv *v, const char *name);
void strv_env_unset(struct strv *v, const char *name);
