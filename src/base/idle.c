/* SPDX-License-Identifier: Apache-2.0 */
#include "base/idle.h"

#include <errno.h>
#include <link.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BUSY_MS      1000
#define STACK_USED   (8 << 10)   /* left as it is: the frames of the callers, and what is called next */
#define STACK_DEEP   (512 << 10) /* deeper than starting a container ever went */
#define SEGMENTS_MAX 8

/*
 * A system call made here, not in the C library: what runs between giving the text back and going to sleep is then one
 * function, whose pages are all that is in memory while it sleeps.
 */
static inline __attribute__((always_inline)) long call(long number, long a, long b, long c, long d, long e, long f)
{
#if defined(__x86_64__)
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	long ret;

	__asm__ volatile("syscall"
			 : "=a"(ret)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return ret;
#else
	long ret = syscall(number, a, b, c, d, e, f);

	return ret < 0 ? -errno : ret;
#endif
}

struct segments {
	size_t count;
	struct {
		long start, len;
	} items[SEGMENTS_MAX];
};

/*
 * What is never written of the program itself. Those pages are clean copies of the file, shared with every other hoy; but
 * whoever measures one process alone sees them in its share (PSS).
 */
static int collect_segments(struct dl_phdr_info *info, size_t size, void *data)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	struct segments *s = data;

	(void)size;
	for (int i = 0; i < info->dlpi_phnum && s->count < SEGMENTS_MAX; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		uintptr_t start = (info->dlpi_addr + h->p_vaddr) & ~(page - 1);
		uintptr_t end = (info->dlpi_addr + h->p_vaddr + h->p_memsz + page - 1) & ~(page - 1);

		if (h->p_type != PT_LOAD || h->p_flags & PF_W)
			continue;
		s->items[s->count].start = (long)start;
		s->items[s->count++].len = (long)(end - start);
	}
	return 0;
}

#ifdef __GLIBC__
/*
 * What a thread of glibc's does as it ends: the free blocks that its cache of small ones keeps, up to seven of each size,
 * go back to the heap, and it keeps none from then on. Each of them holds a whole page that could not be given back, some
 * hundred KiB after JSON was parsed. There is no public call for it; where the C library has not got this one, or keeps it
 * to itself (a dynamic one does), the process just stays larger.
 */
void __malloc_arena_thread_freeres(void) __attribute__((weak));

static inline __attribute__((always_inline)) void give_heap_back(void)
{
	if (__malloc_arena_thread_freeres)
		__malloc_arena_thread_freeres();
	(void)malloc_trim(0);
}
#else
/* musl's malloc keeps no memory of blocks that were freed, but for a page here and there. */
static inline void give_heap_back(void)
{
}
#endif

static int sleep_small(int epoll, struct epoll_event *events, int max, int timeout)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t here = (uintptr_t)__builtin_frame_address(0) & ~(page - 1);
	struct segments segments = { 0 };
	long n;

	give_heap_back();
	(void)dl_iterate_phdr(collect_segments, &segments);
	/* ENOMEM where the stack never was that deep: the rest of the range is done all the same */
	(void)call(SYS_madvise, (long)(here - STACK_DEEP), STACK_DEEP - STACK_USED, MADV_DONTNEED, 0, 0, 0);
	for (size_t i = 0; i < segments.count; i++)
		(void)call(SYS_madvise, segments.items[i].start, segments.items[i].len, MADV_DONTNEED, 0, 0, 0);
	n = call(SYS_epoll_pwait, epoll, (long)events, max, timeout, 0, 0);
	if (n >= 0)
		return (int)n;
	errno = (int)-n;
	return -1;
}

int idle_wait(int epoll, struct epoll_event *events, int max, int timeout)
{
	int n, first = timeout >= 0 && timeout < BUSY_MS ? timeout : BUSY_MS;

	n = epoll_wait(epoll, events, max, first);
	if (n != 0 || first == timeout)
		return n;
	return sleep_small(epoll, events, max, timeout < 0 ? -1 : timeout - first);
}
