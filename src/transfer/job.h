/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One request from its first hop to its answer. A hop is one HTTP exchange: the request itself, a redirect of it, or a
 * fetch of a token and then the request again. Credentials and tokens go to the origin (scheme, host, port) they are
 * meant for and never along a redirect to another (CVE-2020-15157, CVE-2019-10214); from https no redirect leads to http.
 * Process: hoy-transfer.
 */
#include "base/buf.h"
#include "transfer/request.h"
#include "transfer/token.h"

#include <curl/curl.h>

#define JOB_REDIRECTS_MAX  5
#define JOB_HEADERS_MAX    (256 << 10) /* bytes of all headers of one hop */
#define JOB_ERROR_BODY_MAX (16 << 10)

struct session {
	CURLM *multi;
	struct token_cache tokens;
	int socket;         /* to the parent */
	struct buf ca;      /* certificates of $SSL_CERT_FILE; empty: libcurl's own */
	const char *ca_dir; /* $SSL_CERT_DIR, or NULL */
};

struct job;

/* Starts a request and takes it over; a failure to start is answered, too. */
void job_start(struct session *s, struct request *q);
/* An exchange of @easy ended: goes on with the next hop, or answers and frees the job. */
void job_hop_ended(CURL *easy, CURLcode result);
