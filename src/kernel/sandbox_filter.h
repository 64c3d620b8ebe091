/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The system call filters of hoy's caged processes; a part of sandbox.c. Needs no_new_privs. */
#include <stdbool.h>

/* hoy-unpack: only what is listed, on all threads of the process. Returns 0 or -errno with words. */
int sandbox_filter_unpacker(void);
/* hoy-transfer: all but what is listed. */
int sandbox_filter_transfer(void);
/* The name server of a network: only what is listed; anything else ends it. */
int sandbox_filter_name_server(void);
/* What carries bytes to published ports: the same without files; with SCTP where @sctp. */
int sandbox_filter_relay(bool sctp);
