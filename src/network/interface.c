/* SPDX-License-Identifier: Apache-2.0 */
#include "network/interface.h"

#include "base/cleanup.h"
#include "kernel/step.h"

#include <errno.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static int ask(int fd, unsigned long what, const char *name, struct ifreq *request)
{
	memset(request, 0, sizeof *request);
	snprintf(request->ifr_name, sizeof request->ifr_name, "%s", name);
	return ioctl(fd, what, request) < 0 ? -errno : 0;
}

int interface_index(const struct netlink *n, const char *name)
{
	struct ifreq request;
	/* any socket will do; it stands for its network namespace */
	int r = ask(n->fd, SIOCGIFINDEX, name, &request);

	return r < 0 ? r : request.ifr_ifindex;
}

bool interface_is_ready(const char *name, const struct address *a)
{
	autofd int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request;
	struct sockaddr_in in;

	if (fd < 0 || ask(fd, SIOCGIFFLAGS, name, &request) < 0 || !(request.ifr_flags & IFF_UP))
		return false;
	if (a->family != AF_INET)
		return true;
	if (ask(fd, SIOCGIFADDR, name, &request) < 0)
		return false;
	memcpy(&in, &request.ifr_addr, sizeof in);
	return memcmp(&in.sin_addr, a->bytes, sizeof in.sin_addr) == 0;
}

void interface_add_address(struct netlink *n, const char *where, const char *name, int index, const struct address *a,
			   unsigned int prefix, const char *why)
{
	struct ifaddrmsg header = { .ifa_family = (uint8_t)a->family,
				    .ifa_prefixlen = (uint8_t)prefix,
				    .ifa_scope = RT_SCOPE_UNIVERSE,
				    .ifa_index = (uint32_t)index };
	char text[ADDRESS_TEXT_MAX];

	netlink_begin(n, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, &header, sizeof header);
	netlink_put(n, IFA_LOCAL, a->bytes, address_size(a));
	netlink_put(n, IFA_ADDRESS, a->bytes, address_size(a));
	if (a->family == AF_INET6) /* the lease says that it is nobody else's: no need to ask around for a second */
		netlink_put_u32(n, IFA_FLAGS, IFA_F_NODAD);
	address_text(a, text);
	netlink_end(n, "address", why, "add the address %s/%u to %s", text, prefix, name);
	netlink_tolerate(n, EEXIST);
	if (step_heard())
		netlink_say(n, "%sip address add %s/%u dev %s%s", where, text, prefix, name, a->family == AF_INET6 ? " nodad" : "");
}

void interface_set_default_route(struct netlink *n, const char *where, const char *name, int index, const struct address *gateway)
{
	struct rtmsg header = { .rtm_family = (uint8_t)gateway->family,
				.rtm_table = RT_TABLE_MAIN,
				.rtm_protocol = RTPROT_BOOT,
				.rtm_scope = RT_SCOPE_UNIVERSE,
				.rtm_type = RTN_UNICAST };
	char text[ADDRESS_TEXT_MAX];

	netlink_begin(n, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, &header, sizeof header);
	netlink_put(n, RTA_GATEWAY, gateway->bytes, address_size(gateway));
	netlink_put_u32(n, RTA_OIF, (uint32_t)index);
	address_text(gateway, text);
	netlink_end(n, "route", "the way out", "set the default route through %s", text);
	if (step_heard())
		netlink_say(n, "%sip %sroute replace default via %s dev %s", where, gateway->family == AF_INET6 ? "-6 " : "", text,
			    name);
}

/* A neighbour of @name: what is put last says which. */
static void begin_neighbour(struct netlink *n, uint16_t type, const struct ndmsg *header)
{
	netlink_begin(n, type, type == RTM_NEWNEIGH ? NLM_F_CREATE | NLM_F_REPLACE : 0, header, sizeof *header);
}

void interface_pin_address(struct netlink *n, const char *name, int index, const struct address *a, const uint8_t mac[MAC_SIZE])
{
	struct ndmsg header = { .ndm_family = (uint8_t)a->family, .ndm_ifindex = index, .ndm_state = NUD_PERMANENT };
	char text[ADDRESS_TEXT_MAX], at[MAC_TEXT_MAX];

	begin_neighbour(n, RTM_NEWNEIGH, &header);
	netlink_put(n, NDA_DST, a->bytes, address_size(a));
	netlink_put(n, NDA_LLADDR, mac, MAC_SIZE);
	address_text(a, text);
	netlink_end(n, "address", "no neighbour takes it over", "pin the address %s", text);
	if (step_heard())
		netlink_say(n, "ip neighbour replace %s lladdr %s dev %s nud permanent", text, mac_text(mac, at), name);
}

void interface_unpin_address(struct netlink *n, const char *name, int index, const struct address *a)
{
	struct ndmsg header = { .ndm_family = (uint8_t)a->family, .ndm_ifindex = index };
	char text[ADDRESS_TEXT_MAX];

	begin_neighbour(n, RTM_DELNEIGH, &header);
	netlink_put(n, NDA_DST, a->bytes, address_size(a));
	address_text(a, text);
	netlink_end(n, "address", "its address is free", "let go of the address %s", text);
	netlink_tolerate(n, ENOENT);
	if (step_heard())
		netlink_say(n, "ip neighbour delete %s dev %s", text, name);
}

void interface_pin_mac(struct netlink *n, const char *name, int index, const uint8_t mac[MAC_SIZE])
{
	struct ndmsg header = {
		.ndm_family = AF_BRIDGE, .ndm_ifindex = index, .ndm_state = NUD_NOARP, .ndm_flags = NTF_MASTER | NTF_STICKY
	};
	char at[MAC_TEXT_MAX];

	begin_neighbour(n, RTM_NEWNEIGH, &header);
	netlink_put(n, NDA_LLADDR, mac, MAC_SIZE);
	mac_text(mac, at);
	netlink_end(n, "link", "no neighbour takes its place in the switch", "pin %s to %s", at, name);
	if (step_heard())
		netlink_say(n, "bridge fdb replace %s dev %s master static sticky", at, name);
}

void interface_set_up(struct netlink *n, const char *where, const char *name, int index, const char *why)
{
	struct ifinfomsg header = { .ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };

	netlink_begin(n, RTM_NEWLINK, 0, &header, sizeof header);
	netlink_end(n, "link", why, "bring up the interface %s", name);
	if (step_heard())
		netlink_say(n, "%sip link set %s up", where, name);
}

void interface_set_master(struct netlink *n, const char *name, int index, const char *master, int master_index)
{
	struct ifinfomsg header = { .ifi_index = index };

	netlink_begin(n, RTM_NEWLINK, 0, &header, sizeof header);
	netlink_put_u32(n, IFLA_MASTER, (uint32_t)master_index);
	netlink_end(n, "link", "plugged into the switch", "plug %s into %s", name, master);
	netlink_tolerate(n, ENODEV);
	if (step_heard())
		netlink_say(n, "ip link set %s master %s", name, master);
}

void interface_remove(struct netlink *n, const char *name, int index, const char *why)
{
	struct ifinfomsg header = { .ifi_index = index };

	netlink_begin(n, RTM_DELLINK, 0, &header, sizeof header);
	netlink_end(n, "link", why, "remove the interface %s", name);
	netlink_tolerate(n, ENODEV);
	if (step_heard())
		netlink_say(n, "ip link delete %s", name);
}

size_t interface_begin_kind(struct netlink *n, const char *kind)
{
	size_t at = netlink_nest(n, IFLA_LINKINFO);

	netlink_put_str(n, IFLA_INFO_KIND, kind);
	return at;
}

void interface_put_inside(struct netlink *host, const struct interface_place *p, const char *name, const uint8_t mac[MAC_SIZE],
			  uint32_t mtu)
{
	netlink_put_str(host, IFLA_IFNAME, name);
	netlink_put(host, IFLA_ADDRESS, mac, MAC_SIZE);
	netlink_put_u32(host, IFLA_NET_NS_FD, (uint32_t)p->netns);
	if (mtu)
		netlink_put_u32(host, IFLA_MTU, mtu);
}
