/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/memory.h"
#include "container/container.h"
#include "container/create.h"
#include "container/launch.h"
#include "container/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define EXIT_ENGINE_FAILED 125

/* Nothing is overwritten: a script that reads it must not be told of another container. */
static int write_cidfile(const char *path, const char *id)
{
	autofd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int r;

	if (fd < 0 && errno == EEXIST)
		return fail_hint(fail(-EEXIST, "container ID file found: %s", path),
				 "make sure the other container isn't running, or delete the file");
	if (fd < 0)
		return fail_errno("create the container ID file %s", path);
	r = fd_write_full(fd, id, strlen(id));
	return r < 0 ? fail_code(r, "write the container ID file %s", path) : 0;
}

static int make(const struct home *home, const struct run_options *o, const struct image *image, struct container *ret)
{
	int r = container_create(home, o, image, ret);

	if (r == 0 && o->cidfile) {
		r = write_cidfile(o->cidfile, ret->id);
		if (r < 0)
			container_destroy(ret, true);
	}
	return r;
}

int container_make(const struct home *home, const struct run_options *o, const struct image *image, char **ret_id)
{
	autocall(container_release) struct container c = CONTAINER_NONE;
	int r = make(home, o, image, &c);

	if (r == 0)
		r = container_keep(&c);
	if (r < 0)
		return r;
	container_recover(home);
	*ret_id = xstrdup(c.id);
	return 0;
}

int container_run(const struct home *home, const struct run_options *o, const struct image *image, int *ret_exit_code)
{
	autocall(container_release) struct container c = CONTAINER_NONE;
	struct detach_keys keys;
	struct launch l = { .container = &c,
			    .in = plan_attaches(o, "stdin"),
			    .out = plan_attaches(o, "stdout"),
			    .err = plan_attaches(o, "stderr"),
			    .sig_proxy = o->sig_proxy,
			    .keys = &keys };
	int r = o->tty && l.in ? terminal_check() : 0;

	if (r == 0)
		r = detach_keys_parse(o->detach_keys ? o->detach_keys : DETACH_KEYS_DEFAULT, &keys);
	*ret_exit_code = r < 0 ? 1 : EXIT_ENGINE_FAILED; /* Docker's command checks the terminal itself, and answers 1 */
	if (r == 0)
		r = make(home, o, image, &c);
	if (r < 0)
		return r;
	r = launch(&l, ret_exit_code);
	if (r < 0 && o->cidfile)
		(void)unlink(o->cidfile);
	if (r == 0 && !l.out && !l.err)
		printf("%s\n", c.id);
	return r;
}
