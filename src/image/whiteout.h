/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Names in a layer that remove what lower layers hold (OCI image spec, layer.md, "Whiteouts"; the names are AUFS's). Pure
 * text. Overlayfs says the same with a character device 0:0 and the attribute trusted.overlay.opaque.
 */
#include <stdbool.h>

#define WHITEOUT_OPAQUE_XATTR "trusted.overlay.opaque"

enum whiteout {
	WHITEOUT_NONE,     /* an ordinary name */
	WHITEOUT_REMOVES,  /* .wh.NAME: NAME of the lower layers is gone */
	WHITEOUT_OPAQUE,   /* .wh..wh..opq: all of the directory's lower content is gone */
	WHITEOUT_METADATA, /* .wh..wh.*: AUFS's own files, at any depth: to be ignored */
	WHITEOUT_BAD,      /* .wh., .wh.., .wh..., or a whiteout that is used as a directory */
};

/*
 * Judges a clean path (no "." or "..", no slash at either end). For WHITEOUT_REMOVES *@ret_name points at NAME in @path,
 * otherwise it is untouched.
 */
enum whiteout whiteout_of(const char *path, const char **ret_name);
