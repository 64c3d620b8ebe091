/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * System calls without a C library: hoy-init has none, so that it is a few kilobytes, needs nothing of the image it runs in,
 * and starts at once. The kernel's own calling conventions, which do not change. Results are as the kernel gives them:
 * a negative errno on failure.
 */
#include <asm/unistd.h>

static inline long sys(long number, long a, long b, long c, long d)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10) : "rcx", "r11", "memory");
	return ret;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = 0;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
	return x0;
#else
#error "hoy-init is written for x86_64 and aarch64"
#endif
}

/* Where the kernel starts the program: the stack holds argc, argv and the environment. */
#if defined(__x86_64__)
#define START(function)                            \
	__asm__(".globl _start\n_start:\n"         \
		"xor %ebp, %ebp\nmov %rsp, %rdi\n" \
		"and $-16, %rsp\ncall " #function "\nhlt\n")
#elif defined(__aarch64__)
#define START(function)                      \
	__asm__(".globl _start\n_start:\n"   \
		"mov x29, #0\nmov x30, #0\n" \
		"mov x0, sp\nbl " #function "\nbrk #1\n")
#endif
