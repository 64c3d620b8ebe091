/* SPDX-License-Identifier: Apache-2.0 */
#include "container/explain_volume.h"

#include "base/memory.h"
#include "base/path.h"
#include "container/volume.h"
#include "container/volume_use.h"
#include "kernel/step.h"

#include <string.h>

void explain_volumes(const struct container *c, struct strv *ret)
{
	for (size_t i = 0; i < c->spec.mounts.count; i++) {
		const char *source = c->spec.mounts.items[i].source;
		autofree char *dir = source ? path_parent(source) : NULL;
		autofree char *mountpoint = dir ? volume_mountpoint(c->home->store, path_base(dir)) : NULL;

		if (mountpoint && strcmp(mountpoint, source) == 0 && volume_use_is_anonymous(c->dir, path_base(dir)))
			strv_add(ret, source);
	}
}

size_t explain_volume_at(const struct strv *volumes, const char *text, size_t *ret)
{
	for (size_t i = 0; i < volumes->count; i++) {
		size_t len = strlen(volumes->items[i]);

		if (strncmp(text, volumes->items[i], len) == 0) {
			*ret = i;
			return len;
		}
	}
	return 0;
}

void explain_volume_fill(const struct container *c, const struct strv *volumes, const char *command, struct buf *out)
{
	for (size_t i = 0; i < c->spec.mounts.count; i++) {
		const struct spec_mount *m = &c->spec.mounts.items[i];
		autofree char *inside = xasprintf("$ROOT%s", m->destination);
		size_t n;

		if (!m->source || !explain_volume_at(volumes, m->source, &n) || !strstr(command, m->source))
			continue;
		buf_add_format(out, "if [ -d %s ]; then cp -a %s/. ${DIR}/volumes/%zu/; fi\n", step_quote(inside),
			       step_quote(inside), n);
	}
}

void explain_volumes_make(const struct strv *volumes, struct buf *out)
{
	for (size_t i = 0; i < volumes->count; i++)
		buf_add_format(out, "mkdir -p ${DIR}/volumes/%zu  # an anonymous volume\n", i);
}
