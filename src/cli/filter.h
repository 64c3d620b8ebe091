/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * --filter NAME=VALUE of the lists: several values of one name are alternatives, several names must all hold, and several
 * labels must all be there (Docker). An option row has `.check = filter_check` and collects into a struct strv.
 */
#include "base/strv.h"

#include <stdbool.h>

/* One value of --filter: -EINVAL with Docker's words unless it is NAME=VALUE. For option.check. */
int filter_check(const char *value);
/* All names are among @names (NULL-terminated): -EINVAL with words, "invalid filter 'foo'". */
int filter_names(const struct strv *filters, const char *const *names);
/* Every value of the filter @name is one of @words (NULL-terminated): -EINVAL with words, "invalid filter 'dangling=foo'". */
int filter_values(const struct strv *filters, const char *name, const char *const *words);
extern const char *const filter_truths[]; /* true, false, 1, 0 */
/*
 * The pattern is found somewhere in @text: a regular expression of characters, '.', '*', '\\', and '^' and '$' at its ends. Of
 * what else Docker's expressions can do, people use nothing for names.
 */
bool filter_pattern(const char *pattern, const char *text);
/* True when no filter has this name, or @match says yes to the value of one that has. */
bool filter_holds(const struct strv *filters, const char *name, bool (*match)(const char *value, void *data), void *data);
/* No label!=KEY and label!=KEY=VALUE is among @labels. */
bool filter_lacks_labels(const struct strv *filters, const struct strv *labels);
/* Every label=KEY and label=KEY=VALUE is among @labels (KEY=VALUE each). */
bool filter_holds_labels(const struct strv *filters, const struct strv *labels);
