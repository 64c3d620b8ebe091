/* SPDX-License-Identifier: Apache-2.0 */
#include "container/healthcheck.h"

#include "base/error.h"

#include <errno.h>
#include <string.h>

#define LEAST_NS 1000000 /* Docker's: 1 ms */

void healthcheck_release(struct healthcheck *h)
{
	strv_release(&h->test);
	strv_release(&h->shell);
	*h = (struct healthcheck){ 0 };
}

void healthcheck_copy(const struct healthcheck *from, struct healthcheck *ret)
{
	*ret = *from;
	ret->test = ret->shell = (struct strv){ 0 };
	strv_add_all(&ret->test, &from->test);
	strv_add_all(&ret->shell, &from->shell);
}

int healthcheck_check_options(const struct run_options *o)
{
	const struct {
		const char *name;
		int64_t value;
	} times[] = { { "interval", o->health_interval },
		      { "timeout", o->health_timeout },
		      { "start-period", o->health_start_period },
		      { "start-interval", o->health_start_interval } };
	bool any = o->health_cmd || o->health_retries;

	for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
		any |= times[i].value != 0;
		if (times[i].value < 0)
			return fail(-EINVAL, "--health-%s cannot be negative", times[i].name);
		if (times[i].value > 0 && times[i].value < LEAST_NS)
			return fail(-EINVAL, "--health-%s cannot be less than 1ms", times[i].name);
	}
	if (o->health_retries < 0)
		return fail(-EINVAL, "--health-retries cannot be negative");
	if (o->no_healthcheck && any)
		return fail(-EINVAL, "--no-healthcheck conflicts with --health-* options");
	return 0;
}

static int64_t choose(int64_t option, int64_t image)
{
	return option ? option : image;
}

void healthcheck_from_options(const struct run_options *o, const struct imageconfig *image, struct healthcheck *ret)
{
	const struct imageconfig_healthcheck *i = &image->healthcheck;

	*ret = (struct healthcheck){ 0 };
	if (o->no_healthcheck) {
		strv_add(&ret->test, "NONE");
		return;
	}
	if (o->health_cmd && *o->health_cmd) {
		strv_add(&ret->test, "CMD-SHELL");
		strv_add(&ret->test, o->health_cmd);
	} else {
		strv_add_all(&ret->test, &i->test);
	}
	strv_add_all(&ret->shell, &image->shell);
	ret->interval = choose(o->health_interval, i->interval);
	ret->timeout = choose(o->health_timeout, i->timeout);
	ret->start_period = choose(o->health_start_period, i->start_period);
	ret->start_interval = choose(o->health_start_interval, i->start_interval);
	ret->retries = choose(o->health_retries, i->retries);
}

bool healthcheck_is_set(const struct healthcheck *h)
{
	return h->test.count > 1 && (strcmp(h->test.items[0], "CMD") == 0 || strcmp(h->test.items[0], "CMD-SHELL") == 0);
}

void healthcheck_command(const struct healthcheck *h, struct strv *ret)
{
	if (strcmp(h->test.items[0], "CMD-SHELL") == 0 && h->shell.count > 0) {
		strv_add_all(ret, &h->shell);
	} else if (strcmp(h->test.items[0], "CMD-SHELL") == 0) {
		strv_add(ret, "/bin/sh");
		strv_add(ret, "-c");
	}
	for (size_t i = 1; i < h->test.count; i++)
		strv_add(ret, h->test.items[i]);
}

static const struct {
	const char *name;
	size_t offset;
} members[] = {
	{ "Interval", offsetof(struct healthcheck, interval) },
	{ "Timeout", offsetof(struct healthcheck, timeout) },
	{ "StartPeriod", offsetof(struct healthcheck, start_period) },
	{ "StartInterval", offsetof(struct healthcheck, start_interval) },
	{ "Retries", offsetof(struct healthcheck, retries) },
};

void healthcheck_write(const struct healthcheck *h, struct json_writer *w)
{
	if (h->test.count == 0)
		return;
	json_begin_object(w, "Healthcheck");
	json_put_strv(w, "Test", &h->test);
	for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
		int64_t value = *(const int64_t *)((const char *)h + members[i].offset);

		if (value)
			json_put_i64(w, members[i].name, value);
	}
	json_end_object(w);
	if (h->shell.count > 0)
		json_put_strv(w, "Shell", &h->shell);
}

int healthcheck_read(struct json_object *config, struct healthcheck *ret)
{
	static const char where[] = "record.json";
	struct json_object *o = json_get(config, "Healthcheck");
	struct healthcheck h = { 0 };
	int r = json_get_strv(o, where, "Test", &h.test);

	for (size_t i = 0; r >= 0 && i < sizeof members / sizeof *members; i++)
		r = json_get_i64(o, where, members[i].name, (int64_t *)((char *)&h + members[i].offset));
	if (r >= 0)
		r = json_get_strv(config, where, "Shell", &h.shell);
	if (r < 0) {
		healthcheck_release(&h);
		return r;
	}
	*ret = h;
	return 0;
}
