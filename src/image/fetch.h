/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * All layers of an image at once: they are fetched side by side, and each is unpacked while it arrives. hoy-transfer
 * writes a layer into its partial blob and tells how far it got; from there the bytes go on to hoy-unpack through a pipe
 * (splice: they are not copied and not read by this process), which hashes them once on the way. A layer that was begun
 * by an earlier pull goes through the unpacker from its start, so it is checked whole. Only when size, digest and diff id
 * are right does the draft become a layer and the partial blob a blob. Command process.
 */
#include "image/fetch_job.h"

/* Brings all of them into the store; those that are there already are only told. */
int fetch_layers(const struct store *s, struct registry *registry, const struct fetch_layer *layers, size_t count,
		 const struct pull_events *events);
