/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes system calls by number and says what came of each: "syscall_probe NUMBER[,ARGUMENT…] …" prints a line a call,
 * "ok" or the error's name. A number with i386: in front goes the 32-bit way (int 0x80). Static, so that it runs in any
 * rootfs; each call is made by a child, because some filters kill.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static long call(const char *text)
{
	long n[7] = { 0 };
	char *end = NULL;
	int count = 0, narrow = strncmp(text, "i386:", 5) == 0;

	for (const char *p = text + (narrow ? 5 : 0); count < 7; p = end + 1) {
		n[count++] = (long)strtoul(p, &end, 0);
		if (*end != ',')
			break;
	}
#ifdef __x86_64__
	if (narrow) {
		long r;

		__asm__ volatile("int $0x80"
				 : "=a"(r)
				 : "a"(n[0]), "b"(n[1]), "c"(n[2]), "d"(n[3])
				 : "memory", "r8", "r9", "r10", "r11");
		r = (int)r;
		if (r < 0 && r > -4096) {
			errno = (int)-r;
			return -1;
		}
		return r;
	}
#endif
	return syscall(n[0], n[1], n[2], n[3], n[4], n[5], n[6]);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			const char *result = call(argv[i]) < 0 ? strerrorname_np(errno) : "ok";

			printf("%s\n", result ? result : "error");
			fflush(stdout);
			_exit(0);
		}
		if (waitpid(pid, &status, 0) == pid && WIFSIGNALED(status)) {
			printf("SIG%s\n", sigabbrev_np(WTERMSIG(status)));
			fflush(stdout);
		}
	}
	return 0;
}
