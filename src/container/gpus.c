/* SPDX-License-Identifier: Apache-2.0 */
#include "container/gpus.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "container/cdi.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define COUNT_MAX 64

/* What one --gpus asks for. */
struct request {
	int64_t count;       /* -1: all; 0: @devices */
	struct strv devices; /* "0", "GPU-…" */
	char *driver;        /* or NULL */
};

static void request_release(struct request *q)
{
	strv_release(&q->devices);
	free(q->driver);
}

static int read_count(const char *text, struct request *q)
{
	if (strcmp(text, "all") == 0)
		q->count = -1;
	else if (number_i64(text, &q->count) < 0 || q->count < -1 || q->count > COUNT_MAX)
		return fail(-EINVAL, "invalid count (%s): value must be either \"all\" or an integer", text);
	return 0;
}

static int read_field(char *field, bool *counted, struct request *q)
{
	char *value = strchr(field, '=');

	if (!value) {
		*counted = true;
		return read_count(field, q);
	}
	*value++ = '\0';
	if (strcmp(field, "count") == 0) {
		*counted = true;
		return read_count(value, q);
	}
	if (strcmp(field, "device") == 0)
		strv_split(&q->devices, value, ',');
	else if (strcmp(field, "driver") == 0)
		xreplace(&q->driver, value);
	else if (strcmp(field, "capabilities") != 0 && strcmp(field, "options") != 0)
		return fail(-EINVAL, "unexpected key '%s' in '%s=%s'", field, field, value);
	return 0;
}

static int read_request(const char *text, struct request *q)
{
	autostrv fields = { 0 };
	bool counted = false;
	int r = strv_split_fields(&fields, text);

	for (size_t i = 0; r == 0 && i < fields.count; i++)
		r = read_field(fields.items[i], &counted, q);
	if (r == 0 && counted && q->devices.count)
		return fail(-EINVAL, "cannot set both Count and DeviceIDs on device request");
	if (r == 0 && !counted && !q->devices.count)
		q->count = 1; /* Docker: one, when only the driver is named */
	return r;
}

int gpus_check(const char *value)
{
	autocall(request_release) struct request q = { 0 };

	return read_request(value, &q);
}

static int no_driver(const struct request *q)
{
	return fail_hint(
		fail(-ENODEV, "could not select device driver \"%s\" with capabilities: [[gpu]]", q->driver ? q->driver : ""),
		"the vendor's tool has to describe the GPUs in /etc/cdi: nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml");
}

int gpus_to_cdi(const char *value, struct strv *ret)
{
	static const char *const kinds[] = { "nvidia.com/gpu", "amd.com/gpu", NULL };
	autocall(request_release) struct request q = { 0 };
	const char *wanted[] = { NULL, NULL, NULL }, *kind;
	size_t count = 0;
	int r = read_request(value, &q);

	if (r < 0)
		return r;
	for (size_t i = 0; kinds[i]; i++)
		if (!q.driver || !*q.driver || strncmp(kinds[i], q.driver, strlen(q.driver)) == 0)
			wanted[count++] = kinds[i];
	kind = cdi_find_kind(wanted);
	if (!kind)
		return no_driver(&q);
	if (q.count < 0)
		strv_add_format(ret, "%s=all", kind);
	for (int64_t i = 0; i < q.count; i++)
		strv_add_format(ret, "%s=%d", kind, (int)i);
	for (size_t i = 0; i < q.devices.count; i++)
		strv_add_format(ret, "%s=%s", kind, q.devices.items[i]);
	return 0;
}
