/* SPDX-License-Identifier: Apache-2.0 */
#include "container/plan.h"

#include <string.h>

bool plan_attaches(const struct run_options *o, const char *stream)
{
	if (o->detach)
		return false;
	if (strcmp(stream, "stdin") == 0)
		return o->interactive; /* as Docker: -i attaches it, whatever -a says */
	return o->attach.count == 0 || strv_contains(&o->attach, stream);
}

void plan_from_options(const struct run_options *o, struct plan *ret)
{
	*ret = (struct plan){ .tty = o->tty,
			      .open_stdin = o->interactive,
			      .stdin_once = o->interactive && !o->detach,
			      .auto_remove = o->rm,
			      .log = !o->log_driver || strcmp(o->log_driver, "none") != 0 };
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
	json_put_bool(w, "AutoRemove", p->auto_remove);
}

int plan_read(struct json_object *config, struct json_object *host, struct plan *ret)
{
	static const char name[] = "record.json";
	struct json_object *log = json_get(host, "LogConfig");
	const char *driver = "json-file";
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
	if (r < 0)
		return r;
	p.log = strcmp(driver, "none") != 0;
	*ret = p;
	return 0;
}
