/* SPDX-License-Identifier: Apache-2.0 */
#include "network/network.h"

#include "base/error.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const drivers[NETWORK_DRIVER_COUNT] = {
	[NETWORK_BRIDGE] = "bridge",
	[NETWORK_MACVLAN] = "macvlan",
	[NETWORK_NULL] = "null",
	[NETWORK_HOST] = "host",
};

void network_release(struct network *n)
{
	free(n->name);
	free(n->config_from);
	strv_release(&n->auxiliary);
	strv_release(&n->options);
	strv_release(&n->labels);
	*n = (struct network){ 0 };
}

const char *network_driver_name(enum network_driver driver)
{
	return drivers[driver];
}

int network_driver_parse(const char *name, enum network_driver *ret)
{
	if (strcmp(name, "none") == 0)
		name = "null";
	for (size_t i = 0; i < NETWORK_DRIVER_COUNT; i++)
		if (strcmp(drivers[i], name) == 0) {
			*ret = (enum network_driver)i;
			return 0;
		}
	return fail_hint(fail(-EINVAL, "network driver \"%s\" not found", name), "there are bridge, macvlan and none");
}

bool network_has(const struct network *n, int family)
{
	return n->pools[family].subnet.address.family != 0;
}

bool network_is_predefined(const char *name)
{
	return strcmp(name, NETWORK_DEFAULT) == 0 || strcmp(name, "host") == 0 || strcmp(name, "none") == 0;
}

int network_check_name(const char *name)
{
	size_t len = strlen(name);
	bool good = len >= 1 && len <= 255 && isalnum((unsigned char)name[0]);

	for (size_t i = 1; good && i < len; i++)
		good = isalnum((unsigned char)name[i]) || strchr("_.-", name[i]);
	if (!good)
		return fail(-EINVAL, "invalid network name (%s): only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", name);
	return 0;
}

int network_check_alias(const char *name)
{
	size_t len = strlen(name);
	bool good = len >= 1 && len <= 253;

	for (size_t i = 0; good && i < len; i++)
		good = isalnum((unsigned char)name[i]) || strchr("_.-", name[i]);
	return good ? 0 : fail(-EINVAL, "invalid network alias \"%s\": letters, digits, '-', '_' and '.' make one", name);
}

bool network_is_interface(const char *value)
{
	size_t len = strlen(value);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)value[i]) && !strchr("_.-@", value[i]))
			return false;
	return len > 0 && len < NETWORK_INTERFACE_MAX && value[0] != '-' && value[0] != '.';
}
