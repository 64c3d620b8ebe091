/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/settings.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "image/auth.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

char *settings_text(const char *key)
{
	autofree char *path = auth_config_path();
	autojson struct json_object *settings = NULL;
	const char *value = NULL;
	autobuf text = BUF_INIT;
	int r = path ? file_read(AT_FDCWD, path, AUTH_CONFIG_MAX, &text) : -ENOENT;

	if (r == -ENOENT)
		return NULL;
	/* most files have passwords, and no settings: they are not made a tree of */
	if (r == 0 && strstr(text.data, key))
		r = json_parse(text.data, text.len, "config.json", &settings);
	if (text.data)
		explicit_bzero(text.data, text.len);
	if (r == 0)
		r = json_get_str(settings, "config.json", key, &value);
	if (r < 0)
		log_warning("%s is not used: %s", path, error_text(r));
	return value && *value ? xstrdup(value) : NULL;
}

const char *settings_detach_keys(const char *typed, char **keep)
{
	if (!typed)
		*keep = settings_text("detachKeys");
	return typed ? typed : *keep;
}

const char *settings_format(const char *typed, bool quiet, const char *key, char **keep)
{
	if (!typed && !quiet)
		*keep = settings_text(key);
	return typed ? typed : *keep;
}
