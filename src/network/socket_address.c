/* SPDX-License-Identifier: Apache-2.0 */
#include "network/socket_address.h"

#include <netinet/in.h>
#include <string.h>

socklen_t socket_address_make(const struct address *a, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
	struct sockaddr_in *v4 = (struct sockaddr_in *)ret;

	*ret = (struct sockaddr_storage){ .ss_family = (sa_family_t)a->family };
	if (a->family == AF_INET6) {
		v6->sin6_port = htons(port);
		memcpy(&v6->sin6_addr, a->bytes, sizeof v6->sin6_addr);
		return sizeof *v6;
	}
	v4->sin_port = htons(port);
	memcpy(&v4->sin_addr, a->bytes, sizeof v4->sin_addr);
	return sizeof *v4;
}

struct address socket_address_of(const struct sockaddr_storage *s)
{
	struct address a = { .family = s->ss_family };

	if (a.family == AF_INET6)
		memcpy(a.bytes, &((const struct sockaddr_in6 *)s)->sin6_addr, 16);
	else
		memcpy(a.bytes, &((const struct sockaddr_in *)s)->sin_addr, 4);
	return a;
}
