/* SPDX-License-Identifier: Apache-2.0 */
/* hoy-transfer: fetches what the parent asks for (the wire: image/transfer.h), from inside a cage (kernel/sandbox.h). */
#include "base/buf.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "image/transfer.h"
#include "kernel/sandbox.h"
#include "transfer/answer.h"
#include "transfer/job.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define PARENT           0
#define CERTIFICATES_MAX (16 << 20)
#define IDLE_MS          60000
#define NEVER_ASK        "localhost,127.0.0.0/8,127.0.0.1,::1"

/*
 * Proxies as Go's programs, and so people's Docker settings, have them: capitals count, and this machine itself is never
 * behind a proxy. libcurl reads http_proxy in small letters only (for CGI's sake, which this is not).
 */
static void settle_proxies(void)
{
	const char *plain = getenv("HTTP_PROXY"), *none = getenv("no_proxy") ? getenv("no_proxy") : getenv("NO_PROXY");
	autofree char *all = none && *none ? xasprintf("%s," NEVER_ASK, none) : xstrdup(NEVER_ASK);

	if (plain)
		setenv("http_proxy", plain, 0);
	if (!none || strcmp(none, "*") != 0)
		setenv("no_proxy", all, 1);
}

/* One message of the parent. 0 when it hung up. */
static int take_request(struct session *s)
{
	autofree char *text = xmalloc(TRANSFER_MESSAGE_MAX);
	struct request q;
	int fd = -1, r;
	ssize_t n = fd_receive(PARENT, text, TRANSFER_MESSAGE_MAX, &fd, 1);

	if (n <= 0)
		return (int)n;
	r = request_parse(text, (size_t)n, fd, &q);
	explicit_bzero(text, (size_t)n);
	if (r < 0)
		return r;
	job_start(s, &q);
	return 1;
}

static void end_hops(struct session *s)
{
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(s->multi, &left)))
		if (message->msg == CURLMSG_DONE)
			job_hop_ended(message->easy_handle, message->data.result);
}

static int serve(struct session *s)
{
	for (;;) {
		struct curl_waitfd parent = { .fd = PARENT, .events = CURL_WAIT_POLLIN };
		int running;

		if (curl_multi_perform(s->multi, &running) != CURLM_OK)
			return fail(-EIO, "libcurl failed");
		end_hops(s);
		if (curl_multi_poll(s->multi, &parent, 1, IDLE_MS, NULL) != CURLM_OK)
			return fail(-EIO, "libcurl failed");
		if (parent.revents) {
			int r = take_request(s);

			if (r <= 0)
				return r;
		}
	}
}

/* Read while it may still be read: the file may be the user's alone, and the cage is entered as nobody. */
static int read_certificates(struct session *s)
{
	const char *path = getenv("SSL_CERT_FILE");
	int r = path && *path ? file_read(AT_FDCWD, path, CERTIFICATES_MAX, &s->ca) : 0;

	return r == -ENOENT ? fail_code(r, "read %s ($SSL_CERT_FILE)", path) : r;
}

int main(void)
{
	struct session s = { .socket = PARENT, .ca = BUF_INIT, .ca_dir = getenv("SSL_CERT_DIR") };
	int r;

	log_setup("hoy-transfer", LOG_WARNING, LOG_PLAIN, -1);
	settle_proxies();
	r = read_certificates(&s);
	if (r == 0)
		r = sandbox_transfer((const char *const[]){ s.ca_dir, NULL });
	if (r == 0 && (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(s.multi = curl_multi_init())))
		r = fail(-ENOMEM, "start libcurl");
	if (r == 0)
		r = serve(&s);
	if (r < 0)
		log_failure(r);
	return r < 0;
}
