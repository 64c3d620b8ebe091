/* SPDX-License-Identifier: Apache-2.0 */
#include "container/plan.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool plan_attaches(const struct run_options *o, const char *stream)
{
	if (o->detach)
		return false;
	if (strcmp(stream, "stdin") == 0)
		return o->interactive; /* as Docker: -i attaches it, whatever -a says */
	for (size_t i = 0; i < o->attach.count; i++)
		if (strcasecmp(o->attach.items[i], stream) == 0)
			return true;
	return o->attach.count == 0;
}

static const char *const drivers[] = {
	[LOG_DRIVER_JSON] = "json-file", [LOG_DRIVER_NONE] = "none", [LOG_DRIVER_JOURNALD] = "journald"
};

static int read_driver(const char *name, enum log_driver *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++)
		if (strcmp(drivers[i], name) == 0) {
			*ret = (enum log_driver)i;
			return 0;
		}
	return fail_hint(fail(-EINVAL, "logging driver \"%s\" is not supported", name), "there are json-file, journald and none");
}

/* One NAME=VALUE of --log-opt. */
static int read_log_option(const char *text, const struct plan *p, struct log_options *ret)
{
	size_t len = strcspn(text, "=");
	const char *value = text[len] ? text + len + 1 : "";
	int64_t n;

	if (p->log == LOG_DRIVER_JSON && len == 8 && strncmp(text, "max-size", len) == 0) {
		if (number_size(value, true, &n) < 0 || n == 0)
			return fail(-EINVAL, "max-size must be a positive number");
		ret->max_size = n;
		return 0;
	}
	if (p->log == LOG_DRIVER_JSON && len == 8 && strncmp(text, "max-file", len) == 0) {
		if (number_i64(value, &n) < 0 || n < 1 || n > LOG_FILES_MAX)
			return fail(-EINVAL, "max-file must be a number from 1 to %d", LOG_FILES_MAX);
		ret->max_file = (unsigned int)n;
		return 0;
	}
	return fail(-EINVAL, "unknown log opt '%.*s' for %s log driver", (int)len, text, drivers[p->log]);
}

int plan_log(const char *driver, const struct strv *options, struct plan *ret)
{
	int r = driver && *driver ? read_driver(driver, &ret->log) : 0;

	ret->log_options = LOG_OPTIONS_DEFAULT;
	for (size_t i = 0; r == 0 && i < options->count; i++)
		r = read_log_option(options->items[i], ret, &ret->log_options);
	return r;
}

int plan_from_options(const struct run_options *o, const struct imageconfig *image, struct plan *ret)
{
	int r;

	*ret = (struct plan){
		.tty = o->tty, .open_stdin = o->interactive, .stdin_once = o->interactive && !o->detach, .auto_remove = o->rm
	};
	healthcheck_from_options(o, image, &ret->health);
	r = plan_log(o->log_driver, &o->log_opt, ret);
	return r < 0 ? r : restart_parse(o->restart ? o->restart : "", &ret->restart);
}

void plan_release(struct plan *p)
{
	healthcheck_release(&p->health);
}

void plan_copy(const struct plan *from, struct plan *ret)
{
	*ret = *from;
	healthcheck_copy(&from->health, &ret->health);
}

void plan_write_config(const struct plan *p, struct json_writer *w)
{
	json_put_bool(w, "Tty", p->tty);
	json_put_bool(w, "OpenStdin", p->open_stdin);
	json_put_bool(w, "StdinOnce", p->stdin_once);
	healthcheck_write(&p->health, w);
}

void plan_write_host_config(const struct plan *p, struct json_writer *w)
{
	json_begin_object(w, "LogConfig");
	json_put_str(w, "Type", drivers[p->log]);
	json_begin_object(w, "Config");
	if (p->log == LOG_DRIVER_JSON) {
		char size[24], files[16];

		snprintf(size, sizeof size, "%" PRId64, p->log_options.max_size);
		snprintf(files, sizeof files, "%u", p->log_options.max_file);
		json_put_str(w, "max-file", files);
		json_put_str(w, "max-size", size);
	}
	json_end_object(w);
	json_end_object(w);
	json_begin_object(w, "RestartPolicy");
	json_put_str(w, "Name", restart_name(p->restart.when));
	json_put_i64(w, "MaximumRetryCount", p->restart.max);
	json_end_object(w);
	json_put_bool(w, "AutoRemove", p->auto_remove);
}

static int read_log(struct json_object *log, struct plan *p)
{
	static const char name[] = "record.json";
	struct json_object *config = json_get(log, "Config");
	autostrv options = { 0 };
	const char *driver = NULL;
	int r = json_get_str(log, name, "Type", &driver);

	if (config && json_object_is_type(config, json_type_object)) {
		json_object_object_foreach (config, key, value)
			strv_add_format(&options, "%s=%s", key, json_object_get_string(value));
	}
	return r < 0 ? r : plan_log(driver, &options, p);
}

static int read_restart(struct json_object *restart, struct restart_policy *ret)
{
	static const char name[] = "record.json";
	const char *policy = "";
	int64_t tries = 0;
	int r = json_get_str(restart, name, "Name", &policy);

	if (r >= 0)
		r = json_get_i64(restart, name, "MaximumRetryCount", &tries);
	if (r >= 0)
		r = restart_parse(policy, ret);
	ret->max = tries;
	return r;
}

int plan_read(struct json_object *config, struct json_object *host, struct plan *ret)
{
	static const char name[] = "record.json";
	struct plan p = { 0 };
	int r = json_get_bool(config, name, "Tty", &p.tty);

	if (r >= 0)
		r = json_get_bool(config, name, "OpenStdin", &p.open_stdin);
	if (r >= 0)
		r = json_get_bool(config, name, "StdinOnce", &p.stdin_once);
	if (r >= 0)
		r = json_get_bool(host, name, "AutoRemove", &p.auto_remove);
	if (r >= 0)
		r = read_log(json_get(host, "LogConfig"), &p);
	if (r >= 0)
		r = read_restart(json_get(host, "RestartPolicy"), &p.restart);
	if (r >= 0)
		r = healthcheck_read(config, &p.health);
	if (r < 0)
		return r;
	*ret = p;
	return 0;
}
