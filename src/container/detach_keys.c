/* SPDX-License-Identifier: Apache-2.0 */
#include "container/detach_keys.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/strv.h"

#include <errno.h>
#include <string.h>

/* One key; 0 for what is none. */
static unsigned char key_of(const char *word)
{
	size_t len = strlen(word);
	char c = word[len ? len - 1 : 0];

	if (len == 1)
		return (unsigned char)c;
	if (len != 6 || strncmp(word, "ctrl-", 5) != 0)
		return 0;
	if (c >= 'a' && c <= 'z')
		return (unsigned char)(c - 'a' + 1);
	if (c >= 'A' && c <= 'Z')
		return (unsigned char)(c - 'A' + 1);
	return strchr("[\\]^_", c) ? (unsigned char)(c - '@') : 0;
}

int detach_keys_parse(const char *text, struct detach_keys *ret)
{
	struct detach_keys k = { 0 };
	autostrv words = { 0 };

	if (*text)
		strv_split(&words, text, ',');
	for (size_t i = 0; i < words.count; i++) {
		/* ctrl-@ is the byte 0, which key_of has no room for */
		bool null = strcmp(words.items[i], "ctrl-@") == 0;
		unsigned char key = null ? 0 : key_of(words.items[i]);

		if ((!key && !null) || k.count == DETACH_KEYS_MAX)
			return fail(-EINVAL, "invalid detach keys (%s) provided", text);
		k.keys[k.count++] = key;
	}
	*ret = k;
	return 0;
}

int detach_keys_check(const char *text)
{
	struct detach_keys unused;

	return detach_keys_parse(text, &unused);
}

bool detach_keys_pass(struct detach_keys *k, const char *typed, size_t len, char *out, size_t *ret_len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (k->count && (unsigned char)typed[i] == k->keys[k->matched]) {
			if (++k->matched < k->count)
				continue;
			k->matched = 0;
			*ret_len = n;
			return true;
		}
		memcpy(out + n, k->keys, k->matched);
		n += k->matched;
		k->matched = k->count && (unsigned char)typed[i] == k->keys[0];
		if (!k->matched)
			out[n++] = typed[i];
	}
	*ret_len = n;
	return false;
}
