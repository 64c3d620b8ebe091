/* SPDX-License-Identifier: Apache-2.0 */
#include "container/files.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/memory.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX (1 << 20)

static const char hosts_default[] = "127.0.0.1\tlocalhost\n"
				    "::1\tlocalhost ip6-localhost ip6-loopback\n"
				    "fe00::\tip6-localnet\n"
				    "ff00::\tip6-mcastprefix\n"
				    "ff02::1\tip6-allnodes\n"
				    "ff02::2\tip6-allrouters\n";

/* The directory is new and seen by nobody yet: no need to write beside and rename. 0644: any user of the container reads. */
static int write_new(int dirfd, const char *name, const struct buf *text)
{
	autofd int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	int r;

	if (fd < 0)
		return fail_errno("create %s", name);
	r = fd_write_full(fd, text->data, text->len);
	if (r == 0 && fchmod(fd, 0644) < 0)
		r = -errno;
	return r < 0 ? fail_code(r, "write %s", name) : 0;
}

static bool is_address(const char *s)
{
	unsigned char address[16];

	return inet_pton(AF_INET, s, address) == 1 || inet_pton(AF_INET6, s, address) == 1;
}

/* NAME:ADDRESS or NAME=ADDRESS; the address may be an IPv6 one, in brackets or not. */
static int add_host_line(const char *option, const struct address *gateway, struct buf *text)
{
	size_t name = strcspn(option, ":=");
	autofree char *address = NULL;
	char own[ADDRESS_TEXT_MAX];
	size_t len;

	if (name == 0 || !option[name] || strcspn(option, " \t\n") < strlen(option))
		return fail(-EINVAL, "bad format for add-host: \"%s\"", option);
	address = xstrdup(option + name + 1);
	len = strlen(address);
	if (len > 2 && address[0] == '[' && address[len - 1] == ']') {
		address[len - 1] = '\0';
		memmove(address, address + 1, len - 1);
	}
	if (strcmp(address, "host-gateway") == 0) {
		if (gateway->family == 0)
			return fail(-EINVAL, "--add-host %s: without a network there is no way to the host", option);
		xreplace(&address, address_text(gateway, own));
	}
	if (!is_address(address))
		return fail(-EINVAL, "invalid IP address in add-host: \"%s\"", address);
	buf_add_format(text, "%s\t%.*s\n", address, (int)name, option);
	return 0;
}

int files_check_host(const char *option)
{
	static const struct address any = { .family = AF_INET };
	autobuf unused = BUF_INIT;

	return add_host_line(option, &any, &unused);
}

/* In place: the file is mounted in the container, perhaps. */
static int change(int dirfd, const char *name, int flags, const struct buf *text)
{
	autofd int fd = openat(dirfd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | flags);
	int r = fd < 0 ? -errno : fd_write_full(fd, text->data, text->len);

	return r < 0 ? fail_code(r, "write %s", name) : 0;
}

int files_add_own(int dirfd, const char *hostname, const struct address *addresses, size_t count)
{
	char address[ADDRESS_TEXT_MAX];
	autobuf text = BUF_INIT;

	for (size_t i = 0; i < count; i++)
		if (addresses[i].family)
			buf_add_format(&text, "%s\t%s\n", address_text(&addresses[i], address), hostname);
	return text.len ? change(dirfd, "hosts", O_APPEND, &text) : 0;
}

/* Drops the lines of a file that @drop says yes to; @line ends at a newline or at the end. */
static int drop_lines(int dirfd, const char *name, const struct buf *before, bool (*drop)(const char *line, const void *data),
		      const void *data)
{
	autobuf text = BUF_INIT, kept = BUF_INIT;
	int r = file_read(dirfd, name, FILE_MAX, &text);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (before)
		buf_add(&kept, before->data, before->len);
	for (char *line = text.data, *next; *line; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (!drop(line, data))
			buf_add(&kept, line, (size_t)(next - line));
	}
	return !before && kept.len == text.len ? 0 : change(dirfd, name, O_TRUNC, &kept);
}

static bool names_it(const char *line, const void *hostname)
{
	const char *name = line + strcspn(line, "\t\n");
	size_t len = strlen(hostname);

	return *name == '\t' && strncmp(name + 1, hostname, len) == 0 && name[1 + len] == '\n';
}

int files_drop_own(int dirfd, const char *hostname)
{
	return drop_lines(dirfd, "hosts", NULL, names_it, hostname);
}

static bool begins_with(const char *line, const void *address)
{
	size_t len = strlen(address);

	return strncmp(line, address, len) == 0 && line[len] == '\t';
}

int files_drop_addresses(int dirfd, const struct address *addresses, size_t count)
{
	char text[ADDRESS_TEXT_MAX];
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		if (addresses[i].family)
			r = drop_lines(dirfd, "hosts", NULL, begins_with, address_text(&addresses[i], text));
	return r;
}

static bool is_server(const char *line, const void *unused)
{
	(void)unused;
	return strncmp(line, "nameserver", 10) == 0 && line[10] && strchr(" \t", line[10]);
}

int files_set_servers(int dirfd, const struct strv *servers)
{
	autobuf text = BUF_INIT;

	for (size_t i = 0; i < servers->count; i++)
		buf_add_format(&text, "nameserver %s\n", servers->items[i]);
	return drop_lines(dirfd, "resolv.conf", &text, is_server, NULL);
}

static int make_hosts(int dirfd, const struct files *f)
{
	autobuf text = BUF_INIT;
	int r = f->host_network ? file_read(AT_FDCWD, "/etc/hosts", FILE_MAX, &text) : -ENOENT;

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == -ENOENT)
		buf_add_str(&text, hosts_default);
	for (size_t i = 0; i < f->add_host->count; i++) {
		r = add_host_line(f->add_host->items[i], f->gateway, &text);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < f->links->count; i++)
		buf_add_format(&text, "%s\n", f->links->items[i]);
	return write_new(dirfd, "hosts", &text);
}

/* The first word of a resolv.conf line is @keyword; *@ret is what follows. */
static bool line_is(const char *line, const char *keyword, const char **ret)
{
	size_t len = strlen(keyword);

	if (strncmp(line, keyword, len) != 0 || !strchr(" \t", line[len]) || !line[len])
		return false;
	*ret = line + len + strspn(line + len, " \t");
	return true;
}

static bool is_loopback(const char *server)
{
	return strncmp(server, "127.", 4) == 0 || (strncmp(server, "::1", 3) == 0 && strchr(" \t%", server[3]));
}

/*
 * The host's resolv.conf line by line, without what the options replace, and without name servers on loopback, which
 * inside the container would be the container itself.
 */
static void filter_resolv(const struct files *f, char *host, struct buf *text)
{
	char *rest, *line;
	const char *value;

	for (line = strtok_r(host, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		line[strcspn(line, "\r")] = '\0';
		if (line_is(line, "nameserver", &value) &&
		    (f->servers->count > 0 || f->dns->count > 0 || (!f->host_network && is_loopback(value))))
			continue;
		if ((line_is(line, "search", &value) || line_is(line, "domain", &value)) && f->dns_search->count > 0)
			continue;
		if (line_is(line, "options", &value) && f->dns_option->count > 0)
			continue;
		buf_add_format(text, "%s\n", line);
	}
}

static void add_joined(struct buf *text, const char *keyword, const struct strv *words)
{
	autofree char *joined = NULL;

	if (words->count == 0)
		return;
	joined = strv_join(words, " ");
	if (words->count > 1 || strcmp(joined, ".") != 0) /* --dns-search . means none */
		buf_add_format(text, "%s %s\n", keyword, joined);
}

/* Docker's rule: labels of letters, digits and inner hyphens, with a letter somewhere; or a dot for "none". */
int files_check_search(const char *domain)
{
	size_t len = strlen(domain), label = 0;
	bool good = len > 0 && len <= 255, letter = false;

	for (size_t i = 0; i < len; i++) {
		unsigned char ch = (unsigned char)domain[i];

		letter |= isalpha(ch) != 0;
		if (ch == '.') {
			good &= label > 0 && domain[i - 1] != '-';
			label = 0;
			continue;
		}
		good &= isalnum(ch) || (ch == '-' && label > 0);
		label++;
	}
	if (strcmp(domain, ".") != 0 && !(good && letter && domain[len - 1] != '-'))
		return fail(-EINVAL, "%s is not a valid domain", domain);
	return 0;
}

static int check_options(const struct strv *words)
{
	for (size_t i = 0; i < words->count; i++)
		if (!words->items[i][0] || strcspn(words->items[i], " \t\r\n") < strlen(words->items[i]))
			return fail(-EINVAL, "invalid value for --dns-option: \"%s\"", words->items[i]);
	return 0;
}

/* The only server of this resolv.conf is one on loopback: systemd's, which has a file with those that it asks itself. */
static bool is_stub(const struct buf *host)
{
	static const char keyword[] = "nameserver";
	bool any = false;
	const char *value;

	for (const char *line = host->data; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		if (!line_is(line, keyword, &value))
			continue;
		if (strncmp(value, "127.0.0.53", 10) != 0)
			return false;
		any = true;
	}
	return any;
}

static int read_host(const struct files *f, struct buf *ret)
{
	int r = file_read(AT_FDCWD, "/etc/resolv.conf", FILE_MAX, ret);

	if (r == 0 && !f->host_network && is_stub(ret)) {
		autobuf real = BUF_INIT;

		if (file_read(AT_FDCWD, "/run/systemd/resolve/resolv.conf", FILE_MAX, &real) == 0) {
			buf_clear(ret);
			buf_add(ret, real.data, real.len);
		}
	}
	return r == -ENOENT ? 0 : r;
}

static int make_resolv(int dirfd, const struct files *f)
{
	autobuf host = BUF_INIT, text = BUF_INIT;
	int r = read_host(f, &host);

	if (r < 0)
		return r;
	r = check_options(f->dns_option);
	/* the networks' own, which pass questions on to those of --dns */
	for (size_t i = 0; i < f->servers->count; i++)
		buf_add_format(&text, "nameserver %s\n", f->servers->items[i]);
	for (size_t i = 0; r == 0 && i < f->dns_search->count; i++)
		r = files_check_search(f->dns_search->items[i]);
	for (size_t i = 0; r == 0 && i < f->dns->count; i++) {
		if (!is_address(f->dns->items[i]))
			return fail(-EINVAL, "%s is not an ip address", f->dns->items[i]);
		if (f->servers->count == 0)
			buf_add_format(&text, "nameserver %s\n", f->dns->items[i]);
	}
	if (r < 0)
		return r;
	add_joined(&text, "search", f->dns_search);
	filter_resolv(f, host.data, &text);
	add_joined(&text, "options", f->dns_option);
	return write_new(dirfd, "resolv.conf", &text);
}

static int make_hostname(int dirfd, const struct files *f)
{
	autobuf text = BUF_INIT;

	buf_add_format(&text, "%s\n", f->hostname);
	return write_new(dirfd, "hostname", &text);
}

int files_make(int dirfd, const struct files *f)
{
	int r = make_hosts(dirfd, f);

	if (r == 0)
		r = make_hostname(dirfd, f);
	return r == 0 ? make_resolv(dirfd, f) : r;
}
