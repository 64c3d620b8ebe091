/* SPDX-License-Identifier: Apache-2.0 */
#include "image/manifest.h"

#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>

#define OCI    "application/vnd.oci.image."
#define DOCKER "application/vnd.docker.distribution."

const char manifest_accept[] = OCI "index.v1+json, " OCI "manifest.v1+json, " DOCKER "manifest.list.v2+json, " DOCKER
				   "manifest.v2+json";

static const struct {
	const char *media_type;
	enum manifest_kind kind;
} kinds[] = {
	{ OCI "manifest.v1+json", MANIFEST_IMAGE },
	{ OCI "index.v1+json", MANIFEST_INDEX },
	{ DOCKER "manifest.v2+json", MANIFEST_IMAGE },
	{ DOCKER "manifest.list.v2+json", MANIFEST_INDEX },
};

/* Types of layers that hoy-unpack reads; it looks at the bytes to see how they are compressed. */
static const char *const layer_types[] = {
	OCI "layer.v1.tar",
	OCI "layer.v1.tar+gzip",
	OCI "layer.v1.tar+zstd",
	"application/vnd.docker.image.rootfs.diff.tar.gzip",
	"application/vnd.docker.image.rootfs.diff.tar",
	"application/vnd.docker.image.rootfs.diff.tar.zstd",
	/* "not to be pushed elsewhere": fine as long as the registry itself has them */
	OCI "layer.nondistributable.v1.tar",
	OCI "layer.nondistributable.v1.tar+gzip",
	OCI "layer.nondistributable.v1.tar+zstd",
	"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
};

static const char *const config_types[] = { OCI "config.v1+json", "application/vnd.docker.container.image.v1+json" };

static bool is_among(const char *s, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(s, list[i]) == 0)
			return true;
	return false;
}

static void descriptor_release(struct descriptor *d)
{
	free(d->media_type);
	*d = (struct descriptor){ 0 };
}

void manifest_release(struct manifest *m)
{
	free(m->media_type);
	descriptor_release(&m->config);
	for (size_t i = 0; i < m->count; i++)
		descriptor_release(&m->items[i]);
	free(m->items);
	*m = (struct manifest){ 0 };
}

static int read_platform(struct json_object *o, const char *where, struct descriptor *d)
{
	struct json_object *platform = NULL;
	const char *os = NULL, *architecture = NULL, *variant = NULL;
	int r = json_get_object(o, where, "platform", &platform);

	if (r <= 0)
		return r;
	r = json_get_str(platform, where, "os", &os);
	if (r >= 0)
		r = json_get_str(platform, where, "architecture", &architecture);
	if (r >= 0)
		r = json_get_str(platform, where, "variant", &variant);
	if (r < 0)
		return r;
	if (platform_set(&d->platform, os, architecture, variant) < 0)
		return fail(-EINVAL, "%s: its platform has a name that is too long", where);
	d->platform_given = true;
	d->attestation = architecture && strcmp(architecture, "unknown") == 0;
	return 0;
}

static int read_descriptor(struct json_object *o, const char *where, struct descriptor *d)
{
	struct json_object *urls = NULL;
	const char *digest = NULL, *media_type = NULL;
	int r;

	if (!json_object_is_type(o, json_type_object))
		return fail(-EINVAL, "%s: it is not an object", where);
	d->size = -1;
	r = json_get_str(o, where, "digest", &digest);
	if (r >= 0)
		r = json_get_str(o, where, "mediaType", &media_type);
	if (r >= 0)
		r = json_get_i64(o, where, "size", &d->size);
	if (r >= 0)
		r = json_get_array(o, where, "urls", &urls);
	if (r < 0)
		return r;
	if (!digest || d->size < 0)
		return fail(-EINVAL, "%s: it has no digest or no size", where);
	r = digest_check(digest, where);
	if (r < 0)
		return r;
	if (urls && json_object_array_length(urls) > 0)
		return fail(-ENOTSUP, "%s: it is to be fetched from another place than its registry, which hoy refuses", where);
	strcpy(d->digest, digest);
	d->media_type = xstrdup(media_type ? media_type : "");
	return read_platform(o, where, d);
}

static int read_items(struct json_object *list, const char *what, size_t max, struct manifest *m)
{
	size_t count = json_object_array_length(list);
	int r = 0;

	if (count > max)
		return fail(-E2BIG, "manifest: %zu %ss are too many (at most %zu)", count, what, max);
	m->items = xcalloc(count + 1, sizeof *m->items);
	m->count = count;
	for (size_t i = 0; r >= 0 && i < count; i++) {
		autofree char *where = xasprintf("manifest: %s %zu", what, i + 1);

		r = read_descriptor(json_object_array_get_idx(list, i), where, &m->items[i]);
	}
	return r < 0 ? r : 0;
}

static int check_layers(const struct manifest *m)
{
	if (*m->config.media_type && !is_among(m->config.media_type, config_types, ARRAY_SIZE(config_types)))
		return fail(-ENOTSUP, "it is no container image but something else kept in a registry (%.100s)",
			    m->config.media_type);
	for (size_t i = 0; i < m->count; i++)
		if (*m->items[i].media_type && !is_among(m->items[i].media_type, layer_types, ARRAY_SIZE(layer_types)))
			return fail(-ENOTSUP, "manifest: layer %zu has a type that hoy cannot read: %.100s", i + 1,
				    m->items[i].media_type);
	return 0;
}

static int find_kind(const char *media_type)
{
	for (size_t i = 0; media_type && i < ARRAY_SIZE(kinds); i++)
		if (strcmp(media_type, kinds[i].media_type) == 0)
			return (int)kinds[i].kind;
	return -1;
}

/* What the text is: by its own word, by the registry's, and by what is in it; all that speak must agree. */
static int agree_on_kind(struct json_object *o, const char *told, struct manifest *m)
{
	bool has_manifests = json_get(o, "manifests") != NULL;
	bool has_layers = json_get(o, "layers") || json_get(o, "config") || json_get(o, "fsLayers");
	int shape = has_manifests ? MANIFEST_INDEX : MANIFEST_IMAGE, outer = find_kind(told), inner;
	const char *own = NULL;
	int r = json_get_str(o, "manifest", "mediaType", &own);

	if (r < 0)
		return r;
	if (has_manifests && has_layers)
		return fail(-EINVAL, "manifest: it is both an image and an index of images, so what it means is not certain");
	if (own && find_kind(own) < 0)
		return fail(-ENOTSUP, "manifest: its type is not supported: %.100s", own);
	inner = find_kind(own);
	if (own && outer >= 0 && strcmp(own, told) != 0)
		return fail(-EINVAL, "manifest: it says it is %.100s, the registry says it is %.100s", own, told);
	if ((inner >= 0 && inner != shape) || (outer >= 0 && outer != shape))
		return fail(-EINVAL, "manifest: its content is not what its type says (%.100s)", own ? own : told);
	m->kind = (enum manifest_kind)shape;
	m->media_type = xstrdup(own ? own : outer >= 0 ? told : kinds[shape].media_type);
	return 0;
}

static int check_schema(struct json_object *o, const char *told)
{
	int64_t version = 0;
	int r = json_get_i64(o, "manifest", "schemaVersion", &version);

	if (r < 0)
		return r;
	if (version == 1 || (told && strstr(told, "manifest.v1+prettyjws")) ||
	    (told && strcmp(told, DOCKER "manifest.v1+json") == 0)) {
		r = fail(-ENOTSUP, "the registry has it only in Docker's old format (manifest schema 1), which is not supported");
		return fail_hint(r, "push it again with a Docker of this decade");
	}
	if (version != 2)
		return fail(-EINVAL, "manifest: schemaVersion is not 2: this is no image manifest");
	return 0;
}

static int read_image(struct json_object *o, struct manifest *m)
{
	struct json_object *config = NULL, *layers = NULL;
	int r = json_get_object(o, "manifest", "config", &config);

	if (r >= 0)
		r = json_get_array(o, "manifest", "layers", &layers);
	if (r < 0)
		return r;
	if (!config || !layers)
		return fail(-EINVAL, "manifest: it has no config or no layers");
	r = read_descriptor(config, "manifest: config", &m->config);
	if (r >= 0)
		r = read_items(layers, "layer", MANIFEST_LAYERS_MAX, m);
	return r < 0 ? r : check_layers(m);
}

static int read_index(struct json_object *o, struct manifest *m)
{
	struct json_object *list = NULL;
	int r = json_get_array(o, "manifest", "manifests", &list);

	return r < 0 ? r : read_items(list, "entry", MANIFEST_ENTRIES_MAX, m);
}

int manifest_parse(const char *text, size_t len, const char *media_type, struct manifest *ret)
{
	autojson struct json_object *o = NULL;
	autocall(manifest_release) struct manifest m = { 0 };
	int r;

	if (len > MANIFEST_SIZE_MAX)
		return fail(-EFBIG, "manifest: it is larger than %d MiB", MANIFEST_SIZE_MAX >> 20);
	r = json_parse(text, len, "manifest", &o);
	if (r < 0)
		return r;
	if (!json_object_is_type(o, json_type_object))
		return fail(-EINVAL, "manifest: it is not an object");
	r = check_schema(o, media_type);
	if (r == 0)
		r = agree_on_kind(o, media_type, &m);
	if (r == 0)
		r = m.kind == MANIFEST_INDEX ? read_index(o, &m) : read_image(o, &m);
	if (r < 0)
		return r;
	*ret = m;
	m = (struct manifest){ 0 };
	return 0;
}

const struct descriptor *manifest_choose(const struct manifest *index, const struct platform *wanted)
{
	const struct descriptor *best = NULL;
	int best_rank = 0;

	for (size_t i = 0; i < index->count; i++) {
		const struct descriptor *d = &index->items[i];
		int rank = d->attestation || !d->platform_given ? 0 : platform_rank(wanted, &d->platform);

		if (rank > best_rank) {
			best_rank = rank;
			best = d;
		}
	}
	/* an index of one image that does not say what it is for: its config will */
	return best || index->count != 1 || index->items[0].platform_given ? best : &index->items[0];
}
