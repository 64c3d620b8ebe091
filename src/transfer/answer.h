/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* What goes back to the parent, and the words for what went wrong on the wire. Process: hoy-transfer. */
#include "base/buf.h"
#include "transfer/headers.h"

#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>

struct answer {
	uint32_t id;
	int64_t have;
	long status; /* with headers and message; or */
	const struct headers *headers;
	const char *message;
	int code; /* a negative errno, with words */
	const char *error, *hint;
	bool retry;
};

/* Ends the program when the parent is gone. */
void answer_send(int socket, const struct answer *a);
/* A progress message is dropped when the parent is busy: the next one says more. */
void answer_progress(int socket, uint32_t id, int64_t have);
/* The first message in a registry's error body (distribution-spec, "Error Codes"), or NULL. Caller frees. */
char *answer_registry_words(const struct buf *body);
/* Starts the error chain for what libcurl reports; returns the negative errno. */
int answer_explain(CURLcode result, int os_errno, const char *origin, const char *reason);
