/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* A classic BPF interpreter for seccomp filters, as the kernel runs them. For tests; anything it does not know aborts. */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static inline uint32_t bpf_run(const struct sock_filter *program, size_t count, const struct seccomp_data *data, size_t *ret_steps)
{
	uint32_t a = 0;
	size_t pc = 0, steps = 0;

	for (;;) {
		const struct sock_filter *i = &program[pc++];

		if (pc > count)
			abort();
		steps++;
		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			if (i->k > sizeof *data - 4 || i->k % 4)
				abort();
			memcpy(&a, (const char *)data + i->k, 4);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			break;
		case BPF_JMP | BPF_JA:
			pc += i->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGT | BPF_K:
			pc += a > i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += a >= i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			pc += a & i->k ? i->jt : i->jf;
			break;
		case BPF_RET | BPF_K:
			if (ret_steps)
				*ret_steps = steps;
			return i->k;
		default:
			abort();
		}
	}
}
