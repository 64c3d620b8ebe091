/* SPDX-License-Identifier: Apache-2.0 */
#include "oci/bundle.h"

#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>

#define CONFIG_MAX (16 << 20)

int bundle_read(const char *path, const char *config_name, struct bundle *ret)
{
	int r;

	if (!path || !*path)
		path = ".";
	if (!config_name || !*config_name)
		config_name = "config.json";
	ret->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ret->dir < 0)
		return fail_errno("open bundle %s", path);
	ret->path = realpath(path, NULL);
	if (!ret->path)
		return fail_errno("resolve bundle %s", path);
	r = file_read(ret->dir, config_name, CONFIG_MAX, &ret->config);
	if (r == -ENOENT)
		return fail_hint(fail(r, "JSON specification file %s not found in %s", config_name, ret->path),
				 "`hoy-runtime spec` writes one to start from");
	if (r == 0)
		r = spec_read(ret->config.data, ret->config.len, config_name, &ret->spec);
	return r < 0 ? r : spec_check(&ret->spec);
}

void bundle_release(struct bundle *b)
{
	cleanup_fd(&b->dir);
	free(b->path);
	buf_release(&b->config);
	spec_release(&b->spec);
	*b = BUNDLE_NONE;
}

char *bundle_rootfs(const struct bundle *b)
{
	autofree char *joined = b->spec.root.path[0] == '/' ? xstrdup(b->spec.root.path) : path_join(b->path, b->spec.root.path);

	return path_clean(joined);
}
