/* SPDX-License-Identifier: Apache-2.0 */
#include "container/cdi_files.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/yaml.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define FILE_MAX  (4 << 20)
#define FILES_MAX 256

const char *const cdi_directories[CDI_DIRECTORIES] = { "/etc/cdi", "/var/run/cdi" };

void cdi_files_release(struct cdi_files *f)
{
	for (size_t i = 0; i < f->count; i++) {
		free(f->items[i].name);
		json_drop(&f->items[i].root);
	}
	free(f->items);
	*f = (struct cdi_files){ 0 };
}

/* Letters, digits and, inside, a few signs: what the specification lets vendors and classes be called. */
static bool is_word(const char *text, size_t len, const char *signs)
{
	bool good = len > 0 && len <= 128 && isalnum((unsigned char)text[0]) && isalnum((unsigned char)text[len - 1]);

	for (size_t i = 0; i < len; i++)
		good &= isalnum((unsigned char)text[i]) || strchr(signs, text[i]);
	return good;
}

static bool is_kind(const char *kind)
{
	size_t vendor = strcspn(kind, "/");

	return kind[vendor] && is_word(kind, vendor, "_-.") && is_word(kind + vendor + 1, strlen(kind + vendor + 1), "_-");
}

static int check(struct json_object *root, const char *name, const char **ret_kind)
{
	const char *version = NULL;
	int r = json_get_str(root, name, "cdiVersion", &version);

	if (r > 0)
		r = json_get_str(root, name, "kind", ret_kind);
	if (r < 0)
		return r;
	if (r == 0)
		return fail(-EINVAL, "%s: cdiVersion or kind is missing", name);
	if (strncmp(version, "0.", 2) != 0 && strncmp(version, "1.", 2) != 0)
		return fail(-EINVAL, "%s: cdiVersion %s is not known", name, version);
	return is_kind(*ret_kind) ? 0 : fail(-EINVAL, "%s: \"%s\" is no kind as vendor.com/class", name, *ret_kind);
}

struct reading {
	struct cdi_files *files;
	unsigned int place;
};

static bool ends_with(const char *text, const char *end)
{
	size_t a = strlen(text), b = strlen(end);

	return a > b && strcmp(text + a - b, end) == 0;
}

static int read_one(int dirfd, const char *name, void *data)
{
	struct reading *to = data;
	struct cdi_files *f = to->files;
	autofree char *path = xasprintf("%s/%s", cdi_directories[to->place], name);
	autojson struct json_object *root = NULL;
	const char *kind = NULL;
	bool yaml = ends_with(name, ".yaml") || ends_with(name, ".yml");
	autobuf text = BUF_INIT;
	int r;

	if ((!yaml && !ends_with(name, ".json")) || f->count >= FILES_MAX)
		return 0;
	r = file_read(dirfd, name, FILE_MAX, &text);
	if (r == 0)
		r = yaml ? yaml_parse(text.data, text.len, name, &root) : json_parse(text.data, text.len, name, &root);
	if (r == 0)
		r = check(root, path, &kind);
	if (r < 0) {
		log_warning("%s is left out: %s", path, error_text(r));
		return 0;
	}
	f->items = xrealloc(f->items, (f->count + 1) * sizeof *f->items);
	f->items[f->count++] = (struct cdi_file){ .name = take(&path), .root = take(&root), .kind = kind, .place = to->place };
	return 0;
}

int cdi_files_read(struct cdi_files *ret)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(cdi_directories); i++) {
		struct reading to = { ret, i };
		int r = dir_each(AT_FDCWD, cdi_directories[i], read_one, &to);

		if (r < 0 && r != -ENOENT)
			return r;
	}
	return 0;
}

static struct json_object *device_of(const struct cdi_file *f, const char *name)
{
	struct json_object *list = NULL;

	if (json_get_array(f->root, f->name, "devices", &list) <= 0)
		return NULL;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *device = json_object_array_get_idx(list, i);
		const char *own = NULL;

		if (json_get_str(device, f->name, "name", &own) > 0 && strcmp(own, name) == 0)
			return device;
	}
	return NULL;
}

int cdi_files_find(const struct cdi_files *f, const char *device, struct cdi_file **ret_file, struct json_object **ret)
{
	size_t kind = strcspn(device, "=");
	struct cdi_file *file = NULL;

	for (size_t i = 0; i < f->count; i++) {
		struct cdi_file *one = &f->items[i];
		struct json_object *found = NULL;

		if (strlen(one->kind) == kind && strncmp(one->kind, device, kind) == 0)
			found = device_of(one, device + kind + 1);
		if (!found)
			continue;
		if (file && file->place == one->place)
			return fail(-ENOTUNIQ, "conflicting device %s: %s and %s describe it", device, file->name, one->name);
		file = one;
		*ret = found;
	}
	*ret_file = file;
	return file ? 0 : -ENODEV;
}
