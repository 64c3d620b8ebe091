/* SPDX-License-Identifier: Apache-2.0 */
#include "container/log_journal.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

/* systemd's native protocol (systemd.io/JOURNAL_NATIVE_PROTOCOL) */
#define SOCKET         "/run/systemd/journal/socket"
#define SEND_TIMEOUT   1 /* seconds */
#define ID_SHORT       12
#define PRIORITY_INFO  '6'
#define PRIORITY_ERROR '3'

struct log_journal {
	int fd;
	struct buf fields; /* those of every record */
	struct buf record;
};

int log_journal_check(void)
{
	if (access(SOCKET, W_OK) == 0)
		return 0;
	return fail(-ENOENT, "failed to initialize logging driver: journald is not enabled on this host");
}

/* A value with newlines would need the other form; what is put here has none. */
static void add_field(struct buf *out, const char *name, const char *value)
{
	if (!strchr(value, '\n'))
		buf_add_format(out, "%s=%s\n", name, value);
}

int log_journal_open(const char *id, const char *name, const char *image, struct log_journal **ret)
{
	autofree char *short_id = xstrndup(id, ID_SHORT);
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	struct timeval timeout = { .tv_sec = SEND_TIMEOUT };
	autofd int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct log_journal *j;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		return fail_errno("reach the journal at " SOCKET);
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
	j = xnew(struct log_journal);
	j->fd = take_fd(&fd);
	j->fields = j->record = BUF_INIT;
	add_field(&j->fields, "CONTAINER_ID", short_id);
	add_field(&j->fields, "CONTAINER_ID_FULL", id);
	add_field(&j->fields, "CONTAINER_NAME", name);
	add_field(&j->fields, "CONTAINER_TAG", short_id);
	add_field(&j->fields, "IMAGE_NAME", image);
	add_field(&j->fields, "SYSLOG_IDENTIFIER", short_id);
	*ret = j;
	return 0;
}

int log_journal_send(struct log_journal *j, enum log_stream stream, const char *text, size_t len, bool partial)
{
	uint64_t size = htole64(len);
	ssize_t n;

	buf_clear(&j->record);
	buf_add(&j->record, j->fields.data, j->fields.len);
	buf_add_format(&j->record, "PRIORITY=%c\n", stream == LOG_STDERR ? PRIORITY_ERROR : PRIORITY_INFO);
	if (partial)
		buf_add_str(&j->record, "CONTAINER_PARTIAL_MESSAGE=true\n");
	/* the form for any bytes: the name, the length, the bytes */
	buf_add_str(&j->record, "MESSAGE\n");
	buf_add(&j->record, (const char *)&size, sizeof size);
	buf_add(&j->record, text, len);
	buf_add_char(&j->record, '\n');
	do
		n = send(j->fd, j->record.data, j->record.len, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

void log_journal_close(struct log_journal **journal)
{
	struct log_journal *j = *journal;

	if (!j)
		return;
	close(j->fd);
	buf_release(&j->fields);
	buf_release(&j->record);
	free(j);
	*journal = NULL;
}
