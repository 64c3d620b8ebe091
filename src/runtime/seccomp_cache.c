/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/seccomp_cache.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC     "hoyscmp1" /* one more with each change of what the compiler makes of a spec */
#define COUNT_MAX 4096

struct header {
	char magic[sizeof MAGIC - 1]; /* no NUL: it is compared and copied by its length */
	uint32_t count, flags;
	char checksum[SHA256_HEX_MAX - 1]; /* of the instructions */
};

static void add_str(struct sha256 *s, const char *text)
{
	/* the NUL, and a byte for absence, keep neighbours apart */
	if (text)
		sha256_add(s, text, strlen(text) + 1);
	else
		sha256_add(s, "\377", 1);
}

static void add_number(struct sha256 *s, uint64_t n)
{
	sha256_add(s, &n, sizeof n);
}

static void add_strv(struct sha256 *s, const struct strv *list)
{
	add_number(s, list->count);
	for (size_t i = 0; i < list->count; i++)
		add_str(s, list->items[i]);
}

void seccomp_cache_key(const struct spec_seccomp *seccomp, char key[SECCOMP_KEY_MAX])
{
	const struct scmp_version *version = seccomp_version();
	struct sha256 s;

	sha256_begin(&s);
	add_str(&s, MAGIC HOY_VERSION);
	add_number(&s, seccomp_arch_native());
	add_number(&s, (uint64_t)version->major << 32 | version->minor << 16 | version->micro);
	if (seccomp->text) {
		add_str(&s, seccomp->text);
		sha256_hex(&s, key);
		return;
	}
	add_str(&s, seccomp->default_action);
	add_number(&s, seccomp->default_errno_ret.set ? seccomp->default_errno_ret.value : UINT64_MAX);
	add_strv(&s, &seccomp->architectures);
	add_strv(&s, &seccomp->flags);
	add_number(&s, seccomp->rules.count);
	for (size_t i = 0; i < seccomp->rules.count; i++) {
		const struct spec_seccomp_rule *rule = &seccomp->rules.items[i];

		add_strv(&s, &rule->names);
		add_str(&s, rule->action);
		add_number(&s, rule->errno_ret.set ? rule->errno_ret.value : UINT64_MAX);
		add_number(&s, rule->args.count);
		for (size_t n = 0; n < rule->args.count; n++) {
			add_number(&s, rule->args.items[n].index);
			add_number(&s, rule->args.items[n].value);
			add_number(&s, rule->args.items[n].value_two);
			add_str(&s, rule->args.items[n].op);
		}
	}
	sha256_hex(&s, key);
}

static void checksum(const struct sock_filter *filter, size_t count, char hex[SHA256_HEX_MAX])
{
	struct sha256 s;

	sha256_begin(&s);
	sha256_add(&s, filter, count * sizeof *filter);
	sha256_hex(&s, hex);
}

int seccomp_cache_read(const char *directory, const char *key, struct seccomp_program *ret)
{
	autofree char *path = xasprintf("%s/%s", directory, key);
	autofd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	autofree struct sock_filter *filter = NULL;
	char hex[SHA256_HEX_MAX];
	struct header header;
	struct stat st;
	size_t size;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() || st.st_mode & 022)
		return -ENOENT;
	if (fd_read_full(fd, &header, sizeof header) != sizeof header || memcmp(header.magic, MAGIC, sizeof header.magic) != 0 ||
	    header.count == 0 || header.count > COUNT_MAX)
		return -ENOENT;
	size = header.count * sizeof *filter;
	if ((size_t)st.st_size != sizeof header + size)
		return -ENOENT;
	filter = xmalloc(size);
	if (fd_read_full(fd, filter, size) != (ssize_t)size)
		return -ENOENT;
	checksum(filter, header.count, hex);
	if (memcmp(hex, header.checksum, sizeof header.checksum) != 0)
		return -ENOENT;
	*ret = (struct seccomp_program){ .filter = take(&filter), .count = header.count, .flags = header.flags };
	return 0;
}

void seccomp_cache_write(const char *directory, const char *key, const struct seccomp_program *program)
{
	autofree char *path = xasprintf("%s/%s", directory, key);
	struct header header = { .count = (uint32_t)program->count, .flags = program->flags };
	autobuf data = BUF_INIT;
	char hex[SHA256_HEX_MAX];

	_Static_assert(sizeof MAGIC == sizeof header.magic + 1, "the magic fills its field");
	memcpy(header.magic, MAGIC, sizeof header.magic);
	checksum(program->filter, program->count, hex);
	memcpy(header.checksum, hex, sizeof header.checksum);
	buf_add(&data, &header, sizeof header);
	buf_add(&data, program->filter, program->count * sizeof *program->filter);
	if (dir_make_all(AT_FDCWD, directory, 0700) < 0 || file_write(AT_FDCWD, path, data.data, data.len, 0600, FILE_VOLATILE) < 0)
		error_clear();
}
