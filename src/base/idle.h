/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Waiting for months in little memory. After a second in which nothing happened the process gives back free heap, the stack
 * below it and its own text, which comes back from the page cache, sixteen pages at a time, when something happens. Who
 * ends at once pays nothing for it. For the processes that stay: monitors and name servers.
 */
struct epoll_event;

/* For loop_set_wait: epoll_wait(2) that does so. */
int idle_wait(int epoll, struct epoll_event *events, int max, int timeout);
