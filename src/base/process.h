/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Helper programs of hoy's own (hoy-transfer, hoy-unpack, credential helpers): started without a shell, with exactly the
 * descriptors they need, waited for by pidfd. Containers are not started here: see runtime/.
 */
#include "base/strv.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process_spawn {
	const char *path;  /* absolute; never looked up in PATH */
	char *const *argv; /* argv[0] included */
	char *const *envp; /* NULL: empty */
	int stdio[3];      /* become 0, 1, 2; -1 is /dev/null */
	const int *fds;    /* become 3, 4, … in this order */
	size_t fd_count;   /* at most 13 */
	/* Runs in the child before exec, as for dropping privileges; nothing may be allocated. Returns 0 or -errno. */
	int (*prepare)(void *data);
	void *data;
};

struct process {
	pid_t pid;
	int pidfd; /* close-on-exec */
};
#define PROCESS_NONE ((struct process){ .pid = -1, .pidfd = -1 })

/*
 * Starts it. Returns 0 with *@ret owned by the caller, or -errno with words: a failure of prepare or exec is reported
 * here, too. The child dies when the calling thread dies (PR_SET_PDEATHSIG).
 */
int process_spawn(const struct process_spawn *spawn, struct process *ret);
/*
 * Waits for the end and closes the pidfd. *@ret_status is the exit code, or 128 + signal as a shell counts.
 * Returns 0 or -errno.
 */
int process_wait(struct process *p, int *ret_status);
/* Ends it with SIGKILL and reaps it; fine for PROCESS_NONE. For autocall. */
void process_end(struct process *p);
/* Exit code or 128 + signal from a wait(2) status. */
int process_exit_code(int wait_status);
/*
 * The start time of @pid in clock ticks since boot (/proc/PID/stat field 22), which with the pid names a process for
 * good; -ESRCH when there is none, or only a zombie of it.
 */
int process_start_time(pid_t pid, uint64_t *ret);
/* Whether this process is not the machine's root: it has another user, or is root in a user namespace only. */
bool process_is_rootless(void);
/*
 * $XDG_RUNTIME_DIR, where volatile state is kept there: whoever is rootless keeps it there, but for what the machine's root
 * (as $USER says, which is runc's rule) put into a user namespace. NULL: in /run.
 */
const char *process_runtime_dir(void);
/* Directory that holds hoy's helper programs: $HOY_LIBEXEC (when not setuid), beside the running binary, or libexecdir. */
const char *process_libexec(void);
