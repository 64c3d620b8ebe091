/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Layers on their way to the disk. A layer is thousands of files: to fsync each takes minutes, and syncfs waits for
 * everything else that is being written on the machine. So nobody waits: a layer counts as done as soon as it is
 * unpacked, for as long as this boot lasts (image/layer.h), and a process of its own calls syncfs and then marks it as
 * settled, which makes it count for good. A power cut before that costs one more unpacking, from the blob.
 *
 * The process is forked by the command, gives up everything but the store's descriptor, collects on its way out what older
 * pulls left (image/collect.h), and ends by itself.
 */
#include "base/strv.h"
#include "image/store.h"

/*
 * Starts it for these layers (chain ids), and returns. Where no process can be started they stay unsettled, which is no
 * harm in this boot.
 */
void settle_start(const struct store *s, const struct strv *chains);
