/* SPDX-License-Identifier: Apache-2.0 */
#include "container/log_read.h"

#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_MAX (256 << 10)
#define FILES_MAX 1000
#define WAIT_MS   1000 /* without inotify, or for the end of the container */

struct reader {
	const struct log_read *how;
	int dirfd;
	const char *name;
	struct buf block; /* bytes read and not yet taken as lines */
	struct buf text;
	bool done;
};

/* NAME.I, or NAME for 0. */
static char *file_name(const char *name, unsigned int i)
{
	return i ? xasprintf("%s.%u", name, i) : xstrdup(name);
}

static int open_log(const struct reader *r, unsigned int i)
{
	autofree char *name = file_name(r->name, i);
	int fd = openat(r->dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd >= 0 || errno == ENOENT)
		return fd < 0 ? -ENOENT : fd;
	return fail_errno("open log %s", name);
}

static int take_line(struct reader *r, const char *line, size_t len)
{
	struct log_record record;
	int result;

	/* a torn line, after a power cut, is nobody's */
	if (log_record_read(line, len, &r->text, &record) < 0)
		return 0;
	if (record.time < r->how->since)
		return 0;
	if (r->how->until && record.time > r->how->until) {
		r->done = true;
		return 0;
	}
	result = r->how->emit(r->how->data, &record);
	r->done = r->done || result == 1;
	return result < 0 ? result : 0;
}

/* Takes the whole lines out of the block; the beginning of a line stays. */
static int take_lines(struct reader *r)
{
	char *p = r->block.data, *end = p + r->block.len;

	while (!r->done) {
		char *newline = memchr(p, '\n', (size_t)(end - p));
		int result = newline ? take_line(r, p, (size_t)(newline - p)) : 0;

		if (result < 0)
			return result;
		if (!newline)
			break;
		p = newline + 1;
	}
	memmove(r->block.data, p, (size_t)(end - p));
	buf_truncate(&r->block, (size_t)(end - p));
	return 0;
}

/* Reads on to the end of @fd as it is now. */
static int read_on(struct reader *r, int fd)
{
	while (!r->done) {
		ssize_t n;
		int result;

		buf_reserve(&r->block, BLOCK_MAX);
		n = read(fd, r->block.data + r->block.len, BLOCK_MAX);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_errno("read log %s", r->name);
		if (n == 0)
			return 0;
		r->block.len += (size_t)n;
		r->block.data[r->block.len] = '\0';
		result = take_lines(r);
		if (result < 0)
			return result;
	}
	return 0;
}

/*
 * Sets @fd's position so that at most *@left records follow, and takes those off *@left: newlines are counted backwards,
 * a block at a time.
 */
static int seek_tail(int fd, int64_t *left)
{
	char block[65536];
	off_t at = lseek(fd, 0, SEEK_END);

	while (at > 0 && *left >= 0) {
		size_t len = at < (off_t)sizeof block ? (size_t)at : sizeof block;
		ssize_t n = pread(fd, block, len, at - (off_t)len);

		if (n < (ssize_t)len)
			return -EIO;
		for (const char *p = block + len; (p = memrchr(block, '\n', (size_t)(p - block)));)
			/* the newline before the record after which nothing is wanted */
			if ((*left)-- == 0)
				return lseek(fd, at - (off_t)len + (p - block) + 1, SEEK_SET) < 0 ? -errno : 0;
		at -= (off_t)len;
	}
	/* the first record of a file has no newline before it */
	return lseek(fd, 0, SEEK_SET) < 0 ? -errno : 0;
}

/* The oldest file that is wanted, positioned; its number in *@ret_first. */
static int find_start(const struct reader *r, unsigned int *ret_first, int *ret_fd)
{
	int64_t left = r->how->tail;
	autofd int found = -1;
	unsigned int i;

	for (i = 0; i < FILES_MAX; i++) {
		autofd int fd = open_log(r, i);
		int result;

		if (fd == -ENOENT && i == 0)
			continue; /* between the two renames of a rotation */
		if (fd == -ENOENT)
			break;
		if (fd < 0)
			return fd;
		if (r->how->tail >= 0) {
			result = seek_tail(fd, &left);
			if (result < 0)
				return fail_code(result, "read log %s", r->name);
		}
		cleanup_fd(&found);
		found = take_fd(&fd);
		*ret_first = i;
		if (r->how->tail >= 0 && left < 0)
			break;
	}
	*ret_fd = take_fd(&found);
	return 0;
}

/* @fd is the file that has number @i now. */
static bool is_file(const struct reader *r, int fd, unsigned int i)
{
	autofree char *name = file_name(r->name, i);
	struct stat mine, there;

	return fstat(fd, &mine) == 0 && fstatat(r->dirfd, name, &there, AT_SYMLINK_NOFOLLOW) == 0 && mine.st_ino == there.st_ino &&
	       mine.st_dev == there.st_dev;
}

/* Opens the file that follows @fd, which had number *@i; a rotation since then has moved both on. */
static int open_after(const struct reader *r, int fd, unsigned int *i)
{
	for (unsigned int k = *i; k < *i + 8; k++)
		if (is_file(r, fd, k)) {
			*i = k - (k > 0);
			return k > 0 ? open_log(r, k - 1) : -ENOENT;
		}
	/* dropped as the oldest: what follows it is the oldest now, or gone, too */
	*i -= 1;
	return open_log(r, *i);
}

static void wait_for_more(int notify)
{
	struct pollfd wait = { .fd = notify, .events = POLLIN };
	char events[4096];

	if (poll(&wait, 1, WAIT_MS) > 0)
		(void)!read(notify, events, sizeof events);
}

/* Reads the current file as it grows, and its successors. Takes over @current (-1: there is none yet). */
static int follow(struct reader *r, int current, int notify)
{
	autofd int fd = current;

	while (!r->done) {
		bool ended = r->how->ended && r->how->ended(r->how->data);
		bool rotated = fd < 0 || !is_file(r, fd, 0);
		int result = fd < 0 ? 0 : read_on(r, fd);
		int next;

		if (result < 0)
			return result;
		if (rotated) {
			/* what came between the last read and the rename was read just now */
			next = open_log(r, 0);
			if (next >= 0) {
				cleanup_fd(&fd);
				fd = next;
				continue;
			}
			if (next != -ENOENT)
				return next;
		}
		if (ended)
			return 0;
		wait_for_more(notify);
	}
	return 0;
}

/* Watches before the first read, so that nothing falls between. -1 where the kernel says no: then it is a poll a second. */
static int watch_directory(const struct reader *r)
{
	char path[64];
	autofd int notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);

	snprintf(path, sizeof path, "/proc/self/fd/%d", r->dirfd);
	if (notify < 0 || inotify_add_watch(notify, path, IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE) < 0)
		return -1;
	return take_fd(&notify);
}

static int read_files(struct reader *r)
{
	autofd int notify = r->how->follow ? watch_directory(r) : -1;
	autofd int fd = -1;
	unsigned int i = 0;
	int result = find_start(r, &i, &fd);

	while (result == 0 && fd >= 0 && !r->done) {
		autofd int next = -1;

		result = read_on(r, fd);
		if (result < 0 || i == 0)
			break;
		next = open_after(r, fd, &i);
		cleanup_fd(&fd);
		fd = take_fd(&next);
	}
	if (result == 0 && r->how->follow && !r->done)
		result = follow(r, take_fd(&fd), notify);
	return result;
}

int log_read(int dirfd, const char *name, const struct log_read *how)
{
	struct reader r = { .how = how, .dirfd = dirfd, .name = name, .block = BUF_INIT, .text = BUF_INIT };
	int result = how->tail == 0 && !how->follow ? 0 : read_files(&r);

	buf_release(&r.block);
	buf_release(&r.text);
	return result;
}
