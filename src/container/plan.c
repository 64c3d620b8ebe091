/* SPDX-License-Identifier: Apache-2.0 */
#include "container/plan.h"

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

int plan_from_options(const struct run_options *o, struct plan *ret)
{
	*ret = (struct plan){ .tty = o->tty,
			      .open_stdin = o->interactive,
			      .stdin_once = o->interactive && !o->detach,
			      .auto_remove = o->rm,
			      .log = !o->log_driver || strcmp(o->log_driver, "none") != 0 };
	return restart_parse(o->restart ? o->restart : "", &ret->restart);
}

void plan_write_config(const struct plan *p, struct json_writer *w)
{
	json_put_bool(w, "Tty", p->tty);
	json_put_bool(w, "OpenStdin", p->open_stdin);
	json_put_bool(w, "StdinOnce", p->stdin_once);
}

void plan_write_host_config(const struct plan *p, struct json_writer *w)
{
	json_begin_object(w, "LogConfig");
	json_put_str(w, "Type", p->log ? "json-file" : "none");
	json_begin_object(w, "Config");
	json_end_object(w);
	json_end_object(w);
	json_begin_object(w, "RestartPolicy");
	json_put_str(w, "Name", restart_name(p->restart.when));
	json_put_i64(w, "MaximumRetryCount", p->restart.max);
	json_end_object(w);
	json_put_bool(w, "AutoRemove", p->auto_remove);
}

int plan_read(struct json_object *config, struct json_object *host, struct plan *ret)
{
	static const char name[] = "record.json";
	struct json_object *log = json_get(host, "LogConfig"), *restart = json_get(host, "RestartPolicy");
	const char *driver = "json-file", *policy = "";
	int64_t tries = 0;
	struct plan p = { 0 };
	int r = json_get_bool(config, name, "Tty", &p.tty);

	if (r >= 0)
		r = json_get_bool(config, name, "OpenStdin", &p.open_stdin);
	if (r >= 0)
		r = json_get_bool(config, name, "StdinOnce", &p.stdin_once);
	if (r >= 0)
		r = json_get_bool(host, name, "AutoRemove", &p.auto_remove);
	if (r >= 0)
		r = json_get_str(log, name, "Type", &driver);
	if (r >= 0)
		r = json_get_str(restart, name, "Name", &policy);
	if (r >= 0)
		r = json_get_i64(restart, name, "MaximumRetryCount", &tries);
	if (r >= 0)
		r = restart_parse(policy, &p.restart);
	if (r < 0)
		return r;
	p.restart.max = tries;
	p.log = strcmp(driver, "none") != 0;
	*ret = p;
	return 0;
}
