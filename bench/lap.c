/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times commands side by side, so that a busy moment of the machine hits all of them:
 *
 *	lap ROUNDS COMMAND… [::: COMMAND…]…		each some times in a row, in turns, beginning with another one each time
 *	lap -l LANES ROUNDS COMMAND… [::: COMMAND…]…	ROUNDS of each in LANES at once; the time is the wall's, divided
 *
 * An argument "lap-N" is another name each time, "lap-1", "lap-2" and so on: for containers that need one of their own.
 *
 * Prints a line per command: median, mean and least time in microseconds, and the most memory one of its processes had
 * (KiB; rusage of all that was waited for). A command that fails ends it with exit 1. Output of commands is thrown away.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_COMMANDS  16
#define MAX_ARGUMENTS 64
#define ROW           8
#define UNCOUNTED     2

extern char **environ;

struct command {
	char **argv;
	double *times;
	size_t count;
	long rss;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static pid_t launch(const struct command *c)
{
	static unsigned int serial;
	posix_spawn_file_actions_t actions;
	char name[24], *argv[MAX_ARGUMENTS] = { 0 };
	pid_t pid;
	int r;

	snprintf(name, sizeof name, "lap-%u", ++serial);
	for (size_t i = 0; c->argv[i] && i + 1 < MAX_ARGUMENTS; i++)
		argv[i] = strcmp(c->argv[i], "lap-N") == 0 ? name : c->argv[i];
	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	r = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (r) {
		fprintf(stderr, "lap: %s: %s\n", c->argv[0], strerror(r));
		exit(1);
	}
	return pid;
}

static void await(struct command *c)
{
	struct rusage usage;
	int status;

	if (wait4(-1, &status, 0, &usage) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "lap: %s failed (wait status 0x%x)\n", c->argv[0], status);
		exit(1);
	}
	if (usage.ru_maxrss > c->rss)
		c->rss = usage.ru_maxrss;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/*
 * What a command leaves to the kernel to clean up (a network namespace, cgroups) is paid by whoever comes next: that has to be
 * itself, so the first ones of a row are not counted.
 */
static void in_a_row(struct command *c, size_t rounds)
{
	for (size_t i = 0; i < UNCOUNTED + ROW && c->count < rounds; i++) {
		double began = now();

		launch(c);
		await(c);
		if (i >= UNCOUNTED)
			c->times[c->count++] = now() - began;
	}
}

static void one_by_one(struct command *commands, size_t count, size_t rounds)
{
	for (size_t turn = 0; turn * ROW < rounds; turn++)
		for (size_t i = 0; i < count; i++)
			in_a_row(&commands[(turn + i) % count], rounds);
}

static void in_lanes(struct command *c, size_t lanes, size_t rounds)
{
	double began = now();
	size_t started = 0, ended = 0;

	while (ended < rounds) {
		while (started < rounds && started - ended < lanes) {
			launch(c);
			started++;
		}
		await(c);
		ended++;
	}
	c->times[c->count++] = (now() - began) / (double)rounds;
}

int main(int argc, char **argv)
{
	struct command commands[MAX_COMMANDS] = { 0 };
	size_t count = 1, lanes = 0, rounds;
	int i = 1;

	if (argc > 3 && !strcmp(argv[1], "-l")) {
		lanes = strtoul(argv[2], NULL, 10);
		i = 3;
	}
	rounds = i < argc ? strtoul(argv[i++], NULL, 10) : 0;
	if (rounds == 0 || i >= argc) {
		fprintf(stderr, "usage: lap [-l LANES] ROUNDS COMMAND… [::: COMMAND…]…\n");
		return 2;
	}
	commands[0].argv = argv + i;
	for (; i < argc; i++) {
		if (strcmp(argv[i], ":::") != 0)
			continue;
		argv[i] = NULL;
		if (count == MAX_COMMANDS || i + 1 >= argc)
			return 2;
		commands[count++].argv = argv + i + 1;
	}
	for (size_t k = 0; k < count; k++) {
		commands[k].times = calloc(rounds + 3, sizeof(double));
		if (!commands[k].times)
			return 1;
		launch(&commands[k]); /* warm, and not counted */
		await(&commands[k]);
	}
	if (lanes) {
		for (size_t turn = 0; turn < 3; turn++)
			for (size_t k = 0; k < count; k++)
				in_lanes(&commands[(turn + k) % count], lanes, rounds);
	} else {
		one_by_one(commands, count, rounds);
	}
	for (size_t k = 0; k < count; k++) {
		struct command *c = &commands[k];
		double sum = 0;

		qsort(c->times, c->count, sizeof *c->times, compare);
		for (size_t t = 0; t < c->count; t++)
			sum += c->times[t];
		printf("%.0f %.0f %.0f %ld\n", c->times[c->count / 2], sum / (double)c->count, c->times[0], c->rss);
		free(c->times);
	}
	return 0;
}
