/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/* The likely cause of @number (an errno) in a step of this name (see step_begin), or NULL where none is known. */
const char *hint_for(const char *step, int number);
