/* SPDX-License-Identifier: Apache-2.0 */
/* The program hoy: see cli/command.h for what a command is. */
#include "base/error.h"
#include "base/log.h"
#include "cli/dispatch.h"
#include "kernel/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* A closed 0, 1 or 2 would be the next file opened: a layer or a record would then receive what is meant for the user. */
static int keep_standard_descriptors(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_WRONLY : O_RDONLY) < 0)
			return fail_errno("open /dev/null");
	return 0;
}

int main(int argc, char **argv)
{
	int r = keep_standard_descriptors();

	if (r < 0)
		return 125;
	step_fault_setup();
	r = dispatch(argc, argv);
	/* a full disk behind `hoy images > list` must not look like success; a reader that left is no error of hoy's */
	if (fflush(stdout) == EOF && errno != EPIPE && r == 0) {
		log_failure(fail_errno("write the output"));
		r = 1;
	}
	return r;
}
