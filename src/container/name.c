/* SPDX-License-Identifier: Apache-2.0 */
#include "container/name.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/path.h"
#include "base/random.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const adjectives[] = {
	"able",   "agile",   "amber",  "ample",  "azure",   "blithe",  "bold",   "brave",  "brisk",  "bright", "calm",   "candid",
	"clever", "coral",   "cosy",   "crisp",  "daring",  "deft",    "eager",  "early",  "fair",   "fleet",  "fond",   "free",
	"fresh",  "gallant", "gentle", "glad",   "golden",  "grand",   "hardy",  "hearty", "honest", "humble", "jolly",  "keen",
	"kind",   "lively",  "loyal",  "lucid",  "mellow",  "merry",   "mighty", "modest", "neat",   "nimble", "noble",  "patient",
	"placid", "plucky",  "polite", "proud",  "prudent", "quick",   "quiet",  "ready",  "robust", "rosy",   "serene", "sharp",
	"silver", "snug",    "sound",  "spry",   "stable",  "staunch", "steady", "stoic",  "sturdy", "subtle", "sunny",  "swift",
	"tidy",   "trim",    "trusty", "upbeat", "vivid",   "warm",    "wise",   "witty",  "zesty",
};

static const char *const nouns[] = {
	"anchor",  "barge",   "barque",  "beacon",   "binnacle", "boom",    "bosun",   "bowsprit", "brig",   "buoy",
	"capstan", "caravel", "catboat", "cleat",    "clipper",  "cog",     "compass", "corvette", "cutter", "dinghy",
	"dory",    "dhow",    "fathom",  "felucca",  "ferry",    "frigate", "galleon", "galley",   "gig",    "halyard",
	"harbour", "hawser",  "helm",    "jetty",    "jib",      "junk",    "kayak",   "keel",     "ketch",  "lantern",
	"lateen",  "launch",  "lugger",  "mainsail", "mast",     "mizzen",  "mooring", "oar",      "packet", "pilot",
	"pinnace", "pontoon", "port",    "prow",     "punt",     "quay",    "rigging", "rudder",   "sampan", "schooner",
	"scow",    "sextant", "shallop", "skiff",    "skipper",  "sloop",   "smack",   "spar",     "tender", "tiller",
	"trawler", "tug",     "wharf",   "wherry",   "windlass", "xebec",   "yawl",
};

int name_check(const char *name)
{
	size_t len = strlen(name);
	bool good = len >= 2 && len <= 255 && isalnum((unsigned char)name[0]);

	for (size_t i = 1; good && i < len; i++)
		good = isalnum((unsigned char)name[i]) || strchr("_.-", name[i]);
	if (!good)
		return fail(-EINVAL, "invalid container name (%s): only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", name);
	return 0;
}

const char *name_generate(unsigned int attempt, char text[NAME_TEXT_MAX])
{
	uint32_t pick[2];

	random_bytes(pick, sizeof pick);
	snprintf(text, NAME_TEXT_MAX, "%s_%s", adjectives[pick[0] % ARRAY_SIZE(adjectives)], nouns[pick[1] % ARRAY_SIZE(nouns)]);
	if (attempt > 0)
		snprintf(text + strlen(text), NAME_TEXT_MAX - strlen(text), "%u", pick[1] >> 8);
	return text;
}

int name_reserve(const struct home *home, const char *name, const char *id)
{
	autofree char *target = xasprintf("../containers/%s", id);

	if (symlinkat(target, home->names, name) == 0)
		return 0;
	return errno == EEXIST ? -EEXIST : fail_errno("reserve the name %s", name);
}

int name_find(const struct home *home, const char *name, char **ret_id)
{
	char target[128];
	ssize_t n;

	if (!name[0] || strchr(name, '/') || name[0] == '.')
		return -ENOENT;
	n = readlinkat(home->names, name, target, sizeof target - 1);
	if (n < 0)
		return -ENOENT;
	target[n] = '\0';
	*ret_id = xstrdup(path_base(target));
	return 0;
}

void name_release(const struct home *home, const char *name, const char *id)
{
	autofree char *owner = NULL;

	if (name_find(home, name, &owner) == 0 && strcmp(owner, id) == 0)
		(void)unlinkat(home->names, name, 0);
}
