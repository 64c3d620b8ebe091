/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The words of an image layout: OCI's (image-spec 1.1 image-layout.md, annotations.md), containerd's and Docker's. */

#define LAYOUT_VERSION  "oci-layout"
#define LAYOUT_INDEX    "index.json"
#define LAYOUT_DOCKER   "manifest.json"
#define LAYOUT_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define LAYOUT_NAME     "io.containerd.image.name"          /* the whole name */
#define LAYOUT_REF_NAME "org.opencontainers.image.ref.name" /* the tag, or the whole name */
