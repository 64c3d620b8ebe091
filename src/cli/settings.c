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

/* The tree of the file when it says anything of @key; NULL when not. A file that cannot be read is warned of. */
static struct json_object *read_settings(const char *key, char **ret_path)
{
	autofree char *path = auth_config_path();
	struct json_object *settings = NULL;
	autobuf text = BUF_INIT;
	int r = path ? file_read(AT_FDCWD, path, AUTH_CONFIG_MAX, &text) : -ENOENT;

	if (r == -ENOENT)
		return NULL;
	/* most files have passwords, and no settings: they are not made a tree of */
	if (r == 0 && strstr(text.data, key))
		r = json_parse(text.data, text.len, "config.json", &settings);
	if (text.data)
		explicit_bzero(text.data, text.len);
	if (r < 0)
		log_warning("%s is not used: %s", path, error_text(r));
	*ret_path = take(&path);
	return settings;
}

char *settings_text(const char *key)
{
	autofree char *path = NULL;
	autojson struct json_object *settings = read_settings(key, &path);
	const char *value = NULL;
	int r = json_get_str(settings, "config.json", key, &value);

	if (r < 0)
		log_warning("%s is not used: %s", path, error_text(r));
	return value && *value ? xstrdup(value) : NULL;
}

/* @env says what @name is, or that it is passed on. */
static bool is_set(const struct strv *env, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < env->count; i++)
		if (strncmp(env->items[i], name, len) == 0 && (!env->items[i][len] || env->items[i][len] == '='))
			return true;
	return false;
}

void settings_proxies(struct strv *env)
{
	static const struct {
		const char *key, *names[2];
	} proxies[] = {
		{ "httpProxy", { "HTTP_PROXY", "http_proxy" } }, { "httpsProxy", { "HTTPS_PROXY", "https_proxy" } },
		{ "noProxy", { "NO_PROXY", "no_proxy" } },       { "ftpProxy", { "FTP_PROXY", "ftp_proxy" } },
		{ "allProxy", { "ALL_PROXY", "all_proxy" } },
	};
	autofree char *path = NULL;
	autojson struct json_object *settings = read_settings("proxies", &path);
	struct json_object *usual = json_get(json_get(settings, "proxies"), "default");
	const char *value = NULL;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(proxies); i++) {
		r = json_get_str(usual, "config.json", proxies[i].key, &value);
		for (size_t k = 0; r > 0 && *value && k < ARRAY_SIZE(proxies[i].names); k++)
			if (!is_set(env, proxies[i].names[k]))
				strv_add_format(env, "%s=%s", proxies[i].names[k], value);
	}
	if (r < 0)
		log_warning("%s is not used: %s", path, error_text(r));
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

const char *settings_platform(const char *typed)
{
	const char *usual = getenv("DOCKER_DEFAULT_PLATFORM");

	return typed ? typed : usual && *usual ? usual : NULL;
}
