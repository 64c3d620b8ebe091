/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A small event loop over epoll: descriptors with a callback each, and one-shot timers. No thread, no allocation while it
 * waits, so an idle monitor touches no new page.
 */
#include <stdbool.h>
#include <stdint.h>

struct loop;
/* @events as epoll_wait reports them. A negative return ends the loop with that code. */
typedef int (*loop_handler)(struct loop *loop, int fd, uint32_t events, void *data);
typedef int (*loop_timer)(struct loop *loop, void *data);

int loop_new(struct loop **ret);
void loop_free(struct loop **loop);
/* Watches @fd (level-triggered, @events as EPOLLIN); adding it again changes its events and handler. Not owned. */
int loop_watch(struct loop *loop, int fd, uint32_t events, loop_handler handler, void *data);
/* Must be called before @fd is closed. */
void loop_unwatch(struct loop *loop, int fd);
/* Calls once after @milliseconds. Returns a number for loop_cancel, never 0. */
uint64_t loop_after(struct loop *loop, int64_t milliseconds, loop_timer timer, void *data);
void loop_cancel(struct loop *loop, uint64_t timer);
/*
 * Waits with @wait in place of epoll_wait(2), as it takes and returns: for a process that does something of its own when
 * nothing happens for long.
 */
struct epoll_event;
void loop_set_wait(struct loop *loop, int (*wait)(int epoll, struct epoll_event *events, int max, int timeout));
/* Runs until loop_stop or a handler's error. Returns the code given. */
int loop_run(struct loop *loop);
void loop_stop(struct loop *loop, int code);
