/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A step is one call that changes the system outside hoy's own files. It is described once, as the shell command that
 * would do the same, and four things use that: --explain prints it, the error is made of the same words, fault injection
 * counts it, and --debug logs it with the time it took. All of src/kernel/ is written in this pattern:
 *
 *	int sys_sethostname(const char *why, const char *name)
 *	{
 *		struct step step;
 *		int r = step_begin(&step, "sethostname", why);
 *
 *		if (step_heard())
 *			step_say(&step, "hostname %s", step_quote(name));
 *		if (r == 0 && sethostname(name, strlen(name)) < 0)
 *			r = -errno;
 *		return step_end(&step, r, "set hostname %s", name);
 *	}
 *
 * Runs in every process of hoy. The settings are made once at start-up and inherited by fork and clone; describing costs
 * nothing when nobody asked. Nothing here allocates, so it is fit for a child of vfork-like clones.
 */
#include <stdbool.h>
#include <stdint.h>

struct step {
	const char *name; /* the kind of step: a system call's or an action's name, key of the hint table */
	const char *why;
	bool said; /* words are in the line buffer, still to be printed */
	int64_t began;
};

enum explain {
	EXPLAIN_OFF,
	EXPLAIN_LINES,  /* to a reader: each command with its reason behind it */
	EXPLAIN_SCRIPT, /* to a shell: a script that builds the same container */
};

/* Who makes the step: the script puts each side's lines where they belong. */
enum step_side {
	STEP_HOST,      /* outside, before the namespaces exist: cgroup, network */
	STEP_NETWORK,   /* outside, when the container's namespaces are there and its command is not */
	STEP_CONTAINER, /* in the new namespaces, up to and including exec */
	STEP_CLEANUP,   /* outside, after the end */
};

/*
 * Turns explaining on: lines go to @fd, which must stay open and be close-on-exec; it is used, not owned. In script mode
 * every line is one record "H|N|C|X<TAB>text", which container/explain_script.c arranges.
 */
void step_explain(enum explain mode, int fd);
enum explain step_explain_mode(void);
/* The descriptor that lines go to, or -1: a process that closes what it does not need must keep it. */
int step_explain_fd(void);
/* Says which side this process is on; called once by the child after clone. */
void step_set_side(enum step_side side);
/* Somebody listens: describe. */
bool step_heard(void);

/* Starts a step. Returns 0, or the negative errno that fault injection wants it to fail with: then do not make the call. */
int step_begin(struct step *step, const char *name, const char *why);
/* Adds to the shell command of this step. Words that vary go through step_quote. */
void step_say(struct step *step, const char *format, ...) __attribute__((format(printf, 2, 3)));
/*
 * Ends it: prints and logs what was said; @result is 0 or positive (returned as it is) or a negative errno, for which the
 * chain is started with the given words and, where the cause is known, a hint. Returns @result.
 */
int step_end(struct step *step, int result, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A remark of explain's own: a heading, or the truth that a step has no shell equivalent. */
void step_remark(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * @s as one shell word, in one of eight rotating buffers. "$ROOT/x" keeps its variable: a leading "$NAME" of capital
 * letters is left unquoted.
 */
const char *step_quote(const char *s);

/*
 * Fault injection, in builds with -Dfaults=true: HOY_FAULT="N:ERRNO" fails the N-th step of the whole process tree with
 * that errno's name, "N:KILL" kills the process that makes it. HOY_FAULT_LOG names a file that gets one line per step, so
 * that a test can count them. step_fault_setup reads both at the start of main; in other builds it does nothing.
 */
void step_fault_setup(void);
