/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/format_node.h"

#include "base/memory.h"

#include <string.h>

/*
 * What Docker's JSON leaves out, or has as null, is an empty member of a Go struct to its templates: a test of it is false,
 * and printed it looks as its type does. `{{if .State.Health}}` is in many scripts.
 */
static const struct {
	char shown[8];
	const char *fields;
} nils[] = {
	{ "<nil>",
	  " Health Healthcheck IPAMConfig Init MemorySwappiness OomKillDisable PidsLimit Platform SizeRootFs SizeRw StopTimeout " },
	{ "map[]", " Annotations DriverOpts ExposedPorts Labels Options StorageOpt Sysctls Tmpfs Volumes " },
	{ "[]",
	  " Aliases Binds CapAdd CapDrop Cmd DeviceCgroupRules DeviceRequests Entrypoint Env ExecIDs ExtraHosts GroupAdd Links"
	  " Mounts OnBuild SecurityOpt Shell VolumesFrom " },
	{ "", " MacAddress StopSignal " },
	{ "false", " ArgsEscaped NetworkDisabled " },
};

const char *format_nil(const char *field)
{
	size_t len = strlen(field);

	for (size_t i = 0; len && i < ARRAY_SIZE(nils); i++)
		for (const char *at = nils[i].fields; (at = strstr(at, field)); at += len)
			if (at[-1] == ' ' && at[len] == ' ')
				return nils[i].shown;
	return NULL;
}
