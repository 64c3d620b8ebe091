/* SPDX-License-Identifier: Apache-2.0 */
#include "systemd/property.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_MAX 1024 /* of a CPU mask: 8192 of them */

static int nibble(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int append_bytes(sd_bus_message *m, const char *name, const char *hex)
{
	uint8_t bytes[BYTES_MAX];
	size_t len = strlen(hex) / 2;
	int r;

	if (len > sizeof bytes || strlen(hex) % 2)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		int high = nibble(hex[2 * i]), low = nibble(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	r = sd_bus_message_open_container(m, 'r', "sv");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", name);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', bytes, len);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_number(sd_bus_message *m, const char *name, const char *value)
{
	char *end;
	uint64_t number = strtoull(value, &end, 10);

	return *end || !*value ? -EINVAL : sd_bus_message_append(m, "(sv)", name, "t", number);
}

static int append_limit(sd_bus_message *m, const char *name, char *value)
{
	char *space = strrchr(value, ' '), *end;
	uint64_t number;

	if (!space)
		return -EINVAL;
	*space = '\0';
	number = strtoull(space + 1, &end, 10);
	return *end ? -EINVAL : sd_bus_message_append(m, "(sv)", name, "a(st)", 1, value, number);
}

static int append(sd_bus_message *m, char *line)
{
	char *name = strchr(line, ' '), *value = name ? strchr(name + 1, ' ') : NULL;

	if (!value)
		return -EINVAL;
	*name++ = *value++ = '\0';
	if (strcmp(line, "s") == 0)
		return sd_bus_message_append(m, "(sv)", name, "s", value);
	if (strcmp(line, "b") == 0)
		return sd_bus_message_append(m, "(sv)", name, "b", strcmp(value, "0") != 0);
	if (strcmp(line, "t") == 0)
		return append_number(m, name, value);
	if (strcmp(line, "u") == 0)
		return sd_bus_message_append(m, "(sv)", name, "u", (uint32_t)strtoul(value, NULL, 10));
	if (strcmp(line, "i") == 0)
		return sd_bus_message_append(m, "(sv)", name, "i", (int32_t)strtol(value, NULL, 10));
	if (strcmp(line, "ay") == 0)
		return append_bytes(m, name, value);
	return strcmp(line, "a(st)") == 0 ? append_limit(m, name, value) : -EINVAL;
}

int property_append_all(sd_bus_message *message, char *text)
{
	int r = 0;

	for (char *rest = text, *line; r >= 0 && (line = strsep(&rest, "\n"));)
		if (*line)
			r = append(message, line);
	return r < 0 ? r : 0;
}
