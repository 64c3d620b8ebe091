/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/fault.h"

#ifdef HOY_FAULTS
#include "base/fd.h"
#include "kernel/names.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct {
	atomic_uint *count; /* shared with every process forked or cloned from here */
	unsigned int at;    /* 0: never */
	int error;          /* negative errno, or 0 for a kill */
	int log;
} fault = { .log = -1 };

/* "12:ENOSPC" or "12:KILL"; anything else is a mistake of the test and ends it. */
static void parse(const char *asked)
{
	char *end;

	fault.at = (unsigned int)strtoul(asked, &end, 10);
	if (*end != ':' || fault.at == 0) {
		fprintf(stderr, "hoy: HOY_FAULT=%s: want NUMBER:ERRNO or NUMBER:KILL\n", asked);
		_exit(125);
	}
	if (strcmp(end + 1, "KILL") == 0)
		return;
	fault.error = -names_errno(end + 1);
	if (fault.error == 0) {
		fprintf(stderr, "hoy: HOY_FAULT=%s: no such errno\n", asked);
		_exit(125);
	}
}

void fault_setup(void)
{
	const char *asked = getenv("HOY_FAULT"), *log = getenv("HOY_FAULT_LOG");
	int fd;

	if (!asked && !log)
		return;
	fault.count = mmap(NULL, sizeof *fault.count, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (fault.count == MAP_FAILED)
		_exit(125);
	if (asked)
		parse(asked);
	if (!log)
		return;
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	/* high, so that it is in nobody's way */
	fault.log = fcntl(fd, F_DUPFD_CLOEXEC, 900);
	close(fd);
}

int fault_check(const char *name)
{
	unsigned int n;
	char line[128];
	int len;

	if (!fault.count)
		return 0;
	n = atomic_fetch_add(fault.count, 1) + 1;
	len = snprintf(line, sizeof line, "%u %s %d%s\n", n, name, getpid(), n == fault.at ? " fault" : "");
	if (fault.log >= 0)
		(void)fd_write_full(fault.log, line, (size_t)len);
	if (n != fault.at)
		return 0;
	if (fault.error)
		return fault.error;
	raise(SIGKILL);
	_exit(137); /* pid 1 of a namespace ignores its own signals */
}
#endif
