/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The data directory (--root): where blobs, layers, images and containers lie. Opened once per command and read-only after
 * that, so it may be shared by fork. All of it is 0700: a setuid file inside a layer is out of reach of other users
 * (CVE-2021-41091). Everything is made beside its place and renamed into it.
 *
 *	blobs/sha256/HEX     what was fetched, named by what it hashes to
 *	partial/HEX          what was fetched of a blob so far; a lock (flock) on it says that somebody is at it
 *	layers/HEX/          one unpacked layer, named by its chain id: diff/, size, done (written last)
 *	layers/.tmp-*        being unpacked, while it is locked; rubbish when it is not
 *	images/NAME          one small JSON file a name (image/catalog.h)
 *	containers/ names/   container/
 */
#include <stdbool.h>

struct store {
	char *root; /* absolute */
	int fd;     /* O_DIRECTORY */
};

/* Opens @root, made with its folders (0700) where they are missing. Caller frees *@ret with store_free. */
int store_open(const char *root, struct store **ret);
void store_free(struct store **s);
