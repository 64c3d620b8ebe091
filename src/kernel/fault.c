/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/fault.h"

#ifdef HOY_FAULTS

#include "base/errno_name.h"

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
	char *log;          /* the log file in memory, in slots: shared, so that it outlives descriptors and pivot_root */
} fault;

#define SLOT  64
#define SLOTS 4096

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
	fault.error = -errno_number(end + 1);
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
	fd = open(log, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0 || ftruncate(fd, SLOT * SLOTS) < 0)
		_exit(125);
	fault.log = mmap(NULL, SLOT * SLOTS, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (fault.log == MAP_FAILED)
		_exit(125);
}

int fault_check(const char *name)
{
	unsigned int n;
	char line[SLOT];

	if (!fault.count)
		return 0;
	n = atomic_fetch_add(fault.count, 1) + 1;
	if (fault.log && n <= SLOTS) {
		(void)snprintf(line, sizeof line, "%u %s %d%s", n, name, getpid(), n == fault.at ? " fault" : "");
		/* one slot, one line, padded with blanks */
		memset(fault.log + (size_t)(n - 1) * SLOT, ' ', SLOT - 1);
		memcpy(fault.log + (size_t)(n - 1) * SLOT, line, strlen(line));
		fault.log[(size_t)n * SLOT - 1] = '\n';
	}
	if (n != fault.at)
		return 0;
	if (fault.error)
		return fault.error;
	(void)kill(getpid(), SIGKILL); /* raise(3) of musl's is for the thread that fork(2) knew, here perhaps the parent's */
	_exit(137);                    /* pid 1 of a namespace ignores its own signals */
}
#endif
