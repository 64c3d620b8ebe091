/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The binary: the engine as `hoy`, the OCI runtime under any other name. Both are mostly the same code, linked statically,
 * so one file under two names is half the size of two, on disk and in memory.
 */
#include "base/error.h"
#include "base/log.h"
#include "cli/dispatch.h"
#include "kernel/self.h"
#include "kernel/step.h"
#include "oci/oci.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A closed 0, 1 or 2 would be the next file opened: a layer or a record would then receive what is meant for the user. */
static int keep_standard_descriptors(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_WRONLY : O_RDONLY) < 0)
			return fail_errno("open /dev/null");
	return 0;
}

/* Callers install the runtime as runc or crun, too: only what is called hoy, and is not hoy-runtime, is the engine. */
static bool is_engine(const char *name)
{
	return strncmp(name, "hoy", 3) == 0 && strcmp(name, "hoy-runtime") != 0;
}

/*
 * A full disk behind `hoy images > list` must not look like success, whoever flushed first; a reader that left is no error of
 * hoy's (and ends it by SIGPIPE).
 */
static int check_output(void)
{
	if (fflush(stdout) == EOF) {
		if (errno == EPIPE)
			return 0;
		log_failure(fail_errno("write the output"));
		return 1;
	}
	if (!ferror(stdout))
		return 0;
	/* the reason went by when a full buffer was written */
	log_failure(fail(-EIO, "write the output: not all of it could be written"));
	return 1;
}

int main(int argc, char **argv)
{
	int r = keep_standard_descriptors();

	if (r < 0)
		return 125;
	/* a reader that went away ends it quietly, also where its caller ignores that: Go's programs do so, and people's scripts */
	(void)signal(SIGPIPE, SIG_DFL);
	step_fault_setup();
	self_init(argc, argv);
	r = is_engine(program_invocation_short_name) ? dispatch(argc, argv) : oci_main(argc, argv);
	return r == 0 ? check_output() : r;
}
