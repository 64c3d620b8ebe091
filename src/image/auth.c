/* SPDX-License-Identifier: Apache-2.0 */
#include "image/auth.h"

#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/linkhash.h>
#include <nettle/base64.h>
#include <string.h>
#include <strings.h>

#define SECRET_MAX (64 << 10)

static void wipe(char **secret)
{
	if (*secret)
		explicit_bzero(*secret, strlen(*secret));
	free(*secret);
	*secret = NULL;
}

void auth_release(struct auth *a)
{
	free(a->user);
	wipe(&a->password);
	wipe(&a->identity);
	*a = (struct auth){ 0 };
}

static const char *key_of(const char *registry)
{
	return strcmp(registry, "docker.io") == 0 ? AUTH_HUB_KEY : registry;
}

/* Keys in the wild are "host", "https://host" and "https://host/v1/": only the host counts (docker's ConvertToHostname). */
static bool names_host(const char *key, const char *registry)
{
	const char *host = strstr(key, "://") ? strstr(key, "://") + 3 : key;
	size_t len = strcspn(host, "/");

	return len == strlen(registry) && strncasecmp(host, registry, len) == 0;
}

static struct json_object *find_host(struct json_object *map, const char *registry)
{
	struct json_object *exact = json_get(map, key_of(registry));

	if (exact || !map || !json_object_is_type(map, json_type_object))
		return exact;
	json_object_object_foreach (map, key, value)
		if (names_host(key, registry))
			return value;
	return NULL;
}

/* base64 of USER:PASSWORD */
static int decode_pair(const char *text, struct auth *a)
{
	struct base64_decode_ctx state;
	size_t len = strlen(text), got = BASE64_DECODE_LENGTH(len);
	autofree char *pair = xcalloc(got + 1, 1);
	char *colon;
	bool good;

	base64_decode_init(&state);
	good = base64_decode_update(&state, &got, (uint8_t *)pair, len, text) && base64_decode_final(&state);
	colon = good && strlen(pair) == got ? strchr(pair, ':') : NULL;
	if (colon) {
		a->user = xstrndup(pair, (size_t)(colon - pair));
		a->password = xstrdup(colon + 1);
	}
	explicit_bzero(pair, got);
	return colon ? 0 : fail(-EINVAL, "auths: an \"auth\" is not base64 of USER:PASSWORD");
}

static int read_entry(struct json_object *entry, struct auth *a)
{
	const char *pair = NULL, *user = NULL, *password = NULL, *identity = NULL;
	int r = json_get_str(entry, "auths", "auth", &pair);

	if (r >= 0)
		r = json_get_str(entry, "auths", "username", &user);
	if (r >= 0)
		r = json_get_str(entry, "auths", "password", &password);
	if (r >= 0)
		r = json_get_str(entry, "auths", "identitytoken", &identity);
	if (r < 0)
		return r;
	if (identity && *identity)
		a->identity = xstrdup(identity);
	if (pair && *pair)
		return decode_pair(pair, a);
	if (user && *user && password) {
		a->user = xstrdup(user);
		a->password = xstrdup(password);
	}
	return 0;
}

static bool helper_valid(const char *name)
{
	return *name && *name != '.' && !name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")];
}

int auth_parse(const char *text, size_t len, const char *registry, struct auth *ret, char **ret_helper)
{
	autojson struct json_object *o = NULL;
	autocall(auth_release) struct auth a = { 0 };
	struct json_object *auths = NULL, *helpers = NULL, *entry;
	const char *helper = NULL;
	int r = json_parse(text, len, "config.json", &o);

	if (r == 0)
		r = json_get_object(o, "config.json", "auths", &auths);
	if (r >= 0)
		r = json_get_object(o, "config.json", "credHelpers", &helpers);
	if (r >= 0)
		r = json_get_str(o, "config.json", "credsStore", &helper);
	if (r < 0)
		return r;
	entry = find_host(helpers, registry);
	if (entry && json_object_is_type(entry, json_type_string))
		helper = json_object_get_string(entry);
	entry = find_host(auths, registry);
	if (entry)
		r = read_entry(entry, &a);
	if (r < 0)
		return r;
	if (helper && *helper && !helper_valid(helper))
		return fail(-EINVAL, "config.json: '%.50s' is not a name of a credential helper", helper);
	*ret_helper = helper && *helper ? xstrdup(helper) : NULL;
	*ret = a;
	a = (struct auth){ 0 };
	return 0;
}

static char *find_program(const char *name)
{
	const char *path = getenv("PATH");
	autostrv dirs = { 0 };

	strv_split(&dirs, path ? path : "/usr/local/bin:/usr/bin:/bin", ':');
	for (size_t i = 0; i < dirs.count; i++) {
		autofree char *full = *dirs.items[i] == '/' ? path_join(dirs.items[i], name) : NULL;

		if (full && access(full, X_OK) == 0)
			return take(&full);
	}
	return NULL;
}

/* Runs "docker-credential-NAME get" with the registry's name on its input; its answer is JSON. */
static int run_helper(const char *program, const char *registry, struct buf *ret)
{
	autofree char *full = find_program(program);
	char *argv[] = { (char *)program, (char *)"get", NULL };
	struct process_spawn spawn = { .path = full, .argv = argv, .envp = environ, .stdio = { -1, -1, 2 } };
	autocall(process_end) struct process child = PROCESS_NONE;
	autofd int in_read = -1, in_write = -1, out_read = -1, out_write = -1;
	int in[2], out[2], status, r;

	if (!full)
		return fail(-ENOENT, "find %s: it is not in $PATH", program);
	if (pipe2(in, O_CLOEXEC) < 0)
		return fail_errno("start %s: pipe", program);
	in_read = in[0];
	in_write = in[1];
	if (pipe2(out, O_CLOEXEC) < 0)
		return fail_errno("start %s: pipe", program);
	out_read = out[0];
	out_write = out[1];
	spawn.stdio[0] = in_read;
	spawn.stdio[1] = out_write;
	/* it fits a pipe: written before anyone reads, so a helper that does not read raises no SIGPIPE */
	(void)fd_write_full(in_write, key_of(registry), strlen(key_of(registry)));
	close(take_fd(&in_write));
	r = process_spawn(&spawn, &child);
	close(take_fd(&out_write));
	if (r == 0)
		r = file_read_fd(out_read, program, SECRET_MAX, ret);
	if (r == 0)
		r = process_wait(&child, &status);
	if (r < 0)
		return r;
	return status ? -ENOKEY : 0;
}

static int ask_helper(const char *helper, const char *registry, struct auth *a)
{
	autofree char *program = xasprintf("docker-credential-%s", helper);
	autojson struct json_object *o = NULL;
	autobuf text = BUF_INIT;
	const char *user = NULL, *secret = NULL;
	int r = run_helper(program, registry, &text);

	if (r == 0)
		r = json_parse(text.data, text.len, program, &o);
	explicit_bzero(text.data, text.len);
	if (r == 0)
		r = json_get_str(o, program, "Username", &user);
	if (r >= 0)
		r = json_get_str(o, program, "Secret", &secret);
	if (r < 0 || !user || !secret)
		return r;
	auth_release(a);
	if (strcmp(user, "<token>") == 0) {
		a->identity = xstrdup(secret);
	} else {
		a->user = xstrdup(user);
		a->password = xstrdup(secret);
	}
	return 0;
}

char *auth_config_path(void)
{
	const char *dir = getenv("DOCKER_CONFIG"), *home = getenv("HOME");

	if (dir && *dir)
		return path_join(dir, "config.json");
	return home && *home ? path_join(home, ".docker/config.json") : NULL;
}

void auth_find(const struct reference *ref, struct auth *ret)
{
	autofree char *path = auth_config_path(), *helper = NULL;
	autobuf text = BUF_INIT;
	int r;

	*ret = (struct auth){ 0 };
	if (!path)
		return;
	r = file_read(AT_FDCWD, path, AUTH_CONFIG_MAX, &text);
	if (r == -ENOENT)
		return;
	if (r == 0)
		r = auth_parse(text.data, text.len, ref->registry, ret, &helper);
	explicit_bzero(text.data, text.len);
	if (r == 0 && helper) {
		r = ask_helper(helper, ref->registry, ret);
		/* it knows nothing about this registry: Docker's helpers say so with an exit code */
		if (r == -ENOKEY)
			r = 0;
	}
	if (r < 0)
		log_warning("credentials of %s are not used: %s", path, error_text(r));
}
