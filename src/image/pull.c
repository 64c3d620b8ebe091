/* SPDX-License-Identifier: Apache-2.0 */
/* image_pull: from a name at a registry to an image in the store. The contract is in image/image.h. */
#include "base/error.h"
#include "base/memory.h"
#include "image/blobstore.h"
#include "image/catalog.h"
#include "image/fetch.h"
#include "image/image.h"
#include "image/layer.h"
#include "image/manifest.h"
#include "image/platform.h"
#include "image/reference.h"
#include "image/registry.h"
#include "image/settle.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct pull {
	const struct store *store;
	const struct pull_options *options;
	struct reference ref;
	struct platform platform;
	struct registry *registry;
	char *name;         /* canonical reference: the key in the catalog */
	char *title;        /* as people write it */
	const char *wanted; /* tag or digest to ask for; borrowed from ref */

	struct registry_manifest top;      /* what the name stands for */
	struct registry_manifest manifest; /* this platform's, where the first was an index; else empty */
	struct manifest parsed;            /* this platform's */
	struct buf config_text;
	struct imageconfig config;
	struct fetch_layer *layers;
};

static void pull_release(struct pull *p)
{
	registry_free(&p->registry);
	reference_release(&p->ref);
	free(p->name);
	free(p->title);
	registry_manifest_release(&p->top);
	registry_manifest_release(&p->manifest);
	manifest_release(&p->parsed);
	buf_release(&p->config_text);
	imageconfig_release(&p->config);
	free(p->layers);
}

static void say(const struct pull *p, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(const struct pull *p, const char *format, ...)
{
	autobuf line = BUF_INIT;
	va_list ap;

	if (!p->options->events.line)
		return;
	va_start(ap, format);
	buf_add_vformat(&line, format, ap);
	va_end(ap);
	p->options->events.line(p->options->events.data, line.data);
}

static void set_names(struct pull *p)
{
	free(p->name);
	free(p->title);
	p->name = reference_canonical(&p->ref);
	p->title = reference_familiar(&p->ref);
	p->wanted = p->ref.digest ? p->ref.digest : reference_tag(&p->ref);
}

/* What is in the catalog under this name, and fits the platform. -ENOENT without words. */
static int find_local(struct pull *p, struct image *ret)
{
	autocall(image_release) struct image i = { 0 };
	autoentry e = { 0 };
	struct platform has;
	int r = catalog_get(p->store, p->name, &e);

	if (r == 0)
		r = image_load(p->store, &e, &i);
	if (r < 0)
		return r;
	if (!i.digest || platform_set(&has, i.config.os, i.config.architecture, i.config.variant) < 0 ||
	    !platform_rank(&p->platform, &has))
		return -ENOENT;
	*ret = i;
	memset(&i, 0, sizeof i);
	return 0;
}

/* 1: the local image is what the registry has under this name. */
static int is_up_to_date(struct pull *p, struct image *ret)
{
	autocall(image_release) struct image local = { 0 };
	char digest[DIGEST_MAX];
	int r;

	if (find_local(p, &local) < 0)
		return 0;
	/* what a digest stands for cannot change */
	if (!p->ref.digest) {
		r = registry_manifest_digest(p->registry, p->wanted, digest);
		if (r < 0)
			return r == -EOPNOTSUPP || r == -ENOENT ? 0 : r;
		if (strcmp(digest, local.digest) != 0)
			return 0;
	}
	*ret = local;
	memset(&local, 0, sizeof local);
	return 1;
}

/* A tag that the registry lists is a stranger's text: "80/x" would make another registry of the name. */
static int check_tag(const struct reference *ref, const char *tag)
{
	autofree char *text = xasprintf("%s/%s:%s", ref->registry, ref->repository, tag);
	autoreference checked = { 0 };
	int r = reference_parse(text, &checked);

	return r < 0 || !checked.tag || strcmp(checked.tag, tag) != 0
		       ? fail(-EINVAL, "the registry lists a tag that is none: '%.100s'", tag)
		       : 0;
}

/* No tag was typed and there is no "latest": the last tag that the registry lists, said in one line. */
static int take_last_tag(struct pull *p)
{
	autofree char *name = reference_familiar_name(&p->ref);
	autostrv tags = { 0 };
	int r = registry_tags(p->registry, &tags);

	if (r == 0)
		r = check_tag(&p->ref, tags.items[tags.count - 1]);
	if (r < 0)
		return r;
	p->ref.tag = xstrdup(tags.items[tags.count - 1]);
	set_names(p);
	say(p, "%s has no tag latest: taking %s, the last tag that its registry lists", name, p->ref.tag);
	return 0;
}

static int fetch_top(struct pull *p)
{
	bool free_choice = !p->ref.tag && !p->ref.digest;
	int r = registry_manifest(p->registry, p->wanted, &p->top);

	if (r == -ENOENT && free_choice) {
		autofree char *first = xstrdup(error_text(r));

		r = take_last_tag(p);
		/* a repository that has no tags at all is just not there: the first answer says it better */
		if (r == -ENOENT)
			return fail(r, "%s", first);
		if (r == 0)
			r = registry_manifest(p->registry, p->wanted, &p->top);
	}
	return r;
}

static int no_platform(struct pull *p, const struct manifest *index)
{
	char wanted[PLATFORM_TEXT_MAX], text[PLATFORM_TEXT_MAX];
	autobuf has = BUF_INIT;

	for (size_t i = 0; i < index->count && has.len < 300; i++)
		if (index->items[i].platform_given && !index->items[i].attestation)
			buf_add_format(&has, "%s%s", has.len ? ", " : "", platform_format(&index->items[i].platform, text));
	for (char *s = has.data; *s; s++)
		if (*s < ' ' || *s > '~')
			*s = '?';
	return fail(-ENOEXEC, "there is no image for %s; there is %s", platform_format(&p->platform, wanted),
		    has.len ? has.data : "none at all");
}

/* From an index to this platform's manifest. */
static int choose_platform(struct pull *p, const struct manifest *index)
{
	const struct descriptor *chosen = manifest_choose(index, &p->platform);
	int r;

	if (!chosen)
		return no_platform(p, index);
	r = registry_manifest(p->registry, chosen->digest, &p->manifest);
	if (r < 0)
		return r;
	if ((int64_t)p->manifest.text.len != chosen->size)
		return fail(-EBADMSG, "the manifest has %zu bytes, its index promises %lld", p->manifest.text.len,
			    (long long)chosen->size);
	r = manifest_parse(p->manifest.text.data, p->manifest.text.len,
			   *chosen->media_type ? chosen->media_type : p->manifest.media_type, &p->parsed);
	if (r == 0 && p->parsed.kind != MANIFEST_IMAGE)
		return fail(-EINVAL, "manifest: an index in an index is not supported");
	return r;
}

static int fetch_manifest(struct pull *p)
{
	autocall(manifest_release) struct manifest top = { 0 };
	int r = fetch_top(p);

	if (r == 0)
		r = manifest_parse(p->top.text.data, p->top.text.len, p->top.media_type, &top);
	if (r < 0)
		return r;
	if (top.kind == MANIFEST_INDEX)
		return choose_platform(p, &top);
	p->parsed = top;
	top = (struct manifest){ 0 };
	return 0;
}

static int check_platform(struct pull *p)
{
	char wanted[PLATFORM_TEXT_MAX], is[PLATFORM_TEXT_MAX];
	struct platform has;
	int r;

	if (platform_set(&has, p->config.os, p->config.architecture, p->config.variant) < 0)
		return fail(-EINVAL, "image config: its platform has a name that is too long");
	/* an image that does not say what it is for is taken at its word */
	if (!*has.architecture || platform_rank(&p->platform, &has))
		return 0;
	platform_format(&has, is);
	for (char *s = is; *s; s++)
		if (*s < ' ' || *s > '~')
			*s = '?';
	r = fail(-ENOEXEC, "the image is for another processor: %s, not %s", is, platform_format(&p->platform, wanted));
	return p->options->platform ? r : fail_hint(r, "--platform %s fetches it all the same", is);
}

static int fetch_config(struct pull *p)
{
	const struct descriptor *d = &p->parsed.config;
	int r = 0;

	if (d->size > IMAGECONFIG_SIZE_MAX)
		return fail(-EFBIG, "image config: it is larger than %d MiB", IMAGECONFIG_SIZE_MAX >> 20);
	if (blobstore_read(p->store, d->digest, IMAGECONFIG_SIZE_MAX, &p->config_text) < 0) {
		buf_clear(&p->config_text);
		r = registry_blob(p->registry, d->digest, d->size, &p->config_text);
	}
	if (r == 0)
		r = imageconfig_parse(p->config_text.data, p->config_text.len, &p->config);
	if (r == 0 && p->config.diff_ids.count != p->parsed.count)
		r = fail(-EINVAL, "the manifest lists %zu layers, the image's config %zu", p->parsed.count,
			 p->config.diff_ids.count);
	return r < 0 ? r : check_platform(p);
}

static int fetch_all_layers(struct pull *p)
{
	size_t count = p->parsed.count;

	p->layers = xcalloc(count + 1, sizeof *p->layers);
	for (size_t i = 0; i < count; i++) {
		struct fetch_layer *l = &p->layers[i];

		l->blob = &p->parsed.items[i];
		l->diff_id = p->config.diff_ids.items[i];
		digest_chain(i ? p->layers[i - 1].chain : NULL, l->diff_id, l->chain);
	}
	return fetch_layers(p->store, p->registry, p->layers, count, &p->options->events);
}

/* Everything is here: documents first, the name last. */
static int keep(struct pull *p, struct image *ret)
{
	struct registry_manifest *own = p->manifest.text.len ? &p->manifest : &p->top;
	char top[DIGEST_MAX], manifest[DIGEST_MAX], config[DIGEST_MAX];
	struct catalog_entry e = { .reference = p->name, .id = config, .digest = top, .manifest_digest = manifest };
	int r = blobstore_put(p->store, p->config_text.data, p->config_text.len, config);

	if (r == 0)
		r = blobstore_put(p->store, own->text.data, own->text.len, manifest);
	if (r == 0)
		r = blobstore_put(p->store, p->top.text.data, p->top.text.len, top);
	if (r < 0)
		return r;
	for (size_t i = 0; i < p->parsed.count; i++)
		e.size += layer_size(p->store, p->layers[i].chain);
	r = catalog_put(p->store, &e);
	if (r == 0)
		r = image_load(p->store, &e, ret);
	return r == -ENOENT ? fail(r, "the image was removed while it was pulled") : r;
}

static int run(struct pull *p, struct image *ret)
{
	int r = is_up_to_date(p, ret);

	if (r < 0)
		return r;
	if (r == 1) {
		say(p, "%s: Pulling from %s", p->wanted, p->ref.repository);
		say(p, "Digest: %s", ret->digest);
		say(p, "Status: Image is up to date for %s", p->title);
		return 0;
	}
	layer_clean(p->store);
	r = fetch_manifest(p);
	if (r < 0)
		return r;
	say(p, "%s: Pulling from %s", p->wanted, p->ref.repository);
	r = fetch_config(p);
	if (r == 0)
		r = fetch_all_layers(p);
	if (r == 0)
		r = keep(p, ret);
	if (r < 0)
		return r;
	say(p, "Digest: %s", p->top.digest);
	say(p, "Status: Downloaded newer image for %s", p->title);
	return 0;
}

/* Those of this pull, and those whose pull was killed. */
static void settle(const struct store *s, const struct imageconfig *config)
{
	autostrv chains = { 0 };
	char chain[DIGEST_MAX];

	for (size_t i = 0; i < config->diff_ids.count; i++) {
		digest_chain(i ? chain : NULL, config->diff_ids.items[i], chain);
		if (!layer_settled(s, chain))
			strv_add(&chains, chain);
	}
	settle_start(s, &chains);
}

int image_pull(const struct store *s, const struct pull_options *options, struct image *ret)
{
	autocall(pull_release) struct pull p = {
		.store = s,
		.options = options,
		.top.text = BUF_INIT,
		.manifest.text = BUF_INIT,
		.config_text = BUF_INIT,
	};
	autofd int held = -1;
	int r = reference_parse(options->reference, &p.ref);

	if (r < 0)
		return r;
	if (options->platform)
		r = platform_parse(options->platform, &p.platform);
	else
		platform_host(&p.platform);
	if (r < 0)
		return r;
	set_names(&p);
	r = held = blobstore_hold(s, true);
	if (r >= 0)
		r = registry_open(&p.ref, options->tls_verify, &p.registry);
	if (r == 0)
		r = run(&p, ret);
	if (r == 0)
		settle(s, &ret->config);
	return r;
}

int image_pull_tags(const char *repository, bool tls_verify, struct strv *ret)
{
	autocall(registry_free) struct registry *registry = NULL;
	autoreference ref = { 0 };
	int r = reference_parse(repository, &ref);

	if (r == 0 && (ref.tag || ref.digest))
		return fail(-EINVAL, "tag can't be used with --all-tags/-a");
	if (r == 0)
		r = registry_open(&ref, tls_verify, &registry);
	if (r == 0)
		r = registry_tags(registry, ret);
	for (size_t i = 0; r == 0 && i < ret->count; i++)
		r = check_tag(&ref, ret->items[i]);
	return r;
}
