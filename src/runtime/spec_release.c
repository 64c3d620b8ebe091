/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of a spec: growing its lists, and releasing all of it by the rows of spec_fields.c. */
#include "runtime/spec.h"

#include "base/memory.h"
#include "runtime/spec_fields.h"

#include <stdlib.h>
#include <string.h>

struct list {
	void *items;
	size_t count;
};

void *spec_grow_items(void **items, size_t *count, size_t size)
{
	char *item;

	/* room for a power of two: full when the count is one */
	if ((*count & (*count - 1)) == 0)
		*items = xrealloc(*items, size * (*count ? *count * 2 : 1));
	item = (char *)*items + size * (*count)++;
	memset(item, 0, size);
	return item;
}

static void release_object(const struct spec_shape *shape, char *base);

static void release_list(const struct spec_field *f, struct list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		char *item = (char *)list->items + i * f->shape->size;

		if (f->kind == SPEC_KEYED)
			free(*(char **)item);
		release_object(f->shape, item);
	}
	free(list->items);
}

static void release_pairs(struct spec_pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		free(pairs->items[i].key);
		free(pairs->items[i].value);
	}
	free(pairs->items);
}

static void release_field(const struct spec_field *f, char *at)
{
	switch (f->kind) {
	case SPEC_STRING:
		free(*(char **)at);
		break;
	case SPEC_STRINGS:
		strv_release((struct strv *)at);
		break;
	case SPEC_GIDS:
		free(*(uint32_t **)at);
		break;
	case SPEC_NAMESPACES:
		for (size_t i = 0; i < SPEC_NS_COUNT; i++)
			free(((struct spec_namespace *)at)[i].path);
		break;
	case SPEC_MAP:
		release_pairs((struct spec_pairs *)at);
		break;
	case SPEC_OBJECT:
		release_object(f->shape, at);
		break;
	case SPEC_OBJECTS:
	case SPEC_KEYED:
		release_list(f, (struct list *)at);
		break;
	default:
		break; /* numbers own nothing */
	}
}

static void release_object(const struct spec_shape *shape, char *base)
{
	for (const struct spec_field *f = shape->fields; f->name; f++)
		release_field(f, base + f->offset);
}

void spec_release(struct spec *spec)
{
	if (!spec)
		return;
	release_object(&spec_shape_config, (char *)spec);
	strv_release(&spec->root.overlay.lower);
	free(spec->root.overlay.upper);
	free(spec->root.overlay.work);
	free(spec->linux_.seccomp.text);
	*spec = (struct spec){ 0 };
}

void spec_process_release(struct spec_process *process)
{
	if (!process)
		return;
	release_object(&spec_shape_process, (char *)process);
	*process = (struct spec_process){ 0 };
}

void spec_resources_release(struct spec_resources *resources)
{
	if (!resources)
		return;
	release_object(&spec_shape_resources, (char *)resources);
	*resources = (struct spec_resources){ 0 };
}

void spec_seccomp_release(struct spec_seccomp *seccomp)
{
	release_object(&spec_shape_seccomp, (char *)seccomp);
	free(seccomp->text);
	*seccomp = (struct spec_seccomp){ 0 };
}
