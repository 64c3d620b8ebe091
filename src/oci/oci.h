/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* hoy-runtime: runc's command line over the runtime library. One binary has it and the engine: see src/main.c. */

/* The whole program; returns its exit code. */
int oci_main(int argc, char **argv);
