/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include "base/memory.h"

#include <string.h>

#define COMMAND(name, group)         extern const struct command command_##name;
#define SUBCOMMAND(identifier, name) extern const struct command command_##identifier;
#define LATER(name, group, summary)
#define NEVER(name, why)
#include "cli/commands.list"
#undef COMMAND
#undef SUBCOMMAND
#undef LATER
#undef NEVER

#define COMMAND(word, where)          { .name = #word, .group = where, .command = &command_##word },
#define SUBCOMMAND(identifier, words) { .name = words, .group = GROUP_HIDDEN, .command = &command_##identifier },
#define LATER(word, where, sentence)  { .name = word, .group = where, .summary = sentence },
#define NEVER(word, why)              { .name = word, .group = GROUP_HIDDEN, .summary = why, .never = why },
const struct command_row command_rows[] = {
#include "cli/commands.list"
};
const size_t command_row_count = ARRAY_SIZE(command_rows);

/* The commands of the management commands; each is one of the list under another name. */
static const struct {
	const char *group, *name, *means;
} members[] = {
	{ "container", "attach", "attach" },
	{ "container", "commit", "commit" },
	{ "container", "cp", "cp" },
	{ "container", "create", "create" },
	{ "container", "diff", "diff" },
	{ "container", "exec", "exec" },
	{ "container", "export", "export" },
	{ "container", "inspect", "container inspect" },
	{ "container", "kill", "kill" },
	{ "container", "logs", "logs" },
	{ "container", "ls", "ps" },
	{ "container", "list", "ps" },
	{ "container", "ps", "ps" },
	{ "container", "pause", "pause" },
	{ "container", "port", "port" },
	{ "container", "prune", "container prune" },
	{ "container", "rename", "rename" },
	{ "container", "restart", "restart" },
	{ "container", "rm", "rm" },
	{ "container", "remove", "rm" },
	{ "container", "run", "run" },
	{ "container", "start", "start" },
	{ "container", "stats", "stats" },
	{ "container", "stop", "stop" },
	{ "container", "top", "top" },
	{ "container", "unpause", "unpause" },
	{ "container", "update", "update" },
	{ "container", "wait", "wait" },
	{ "image", "build", "build" },
	{ "image", "history", "history" },
	{ "image", "import", "import" },
	{ "image", "inspect", "image inspect" },
	{ "image", "load", "load" },
	{ "image", "ls", "images" },
	{ "image", "list", "images" },
	{ "image", "prune", "image prune" },
	{ "image", "pull", "pull" },
	{ "image", "push", "push" },
	{ "image", "rm", "rmi" },
	{ "image", "remove", "rmi" },
	{ "image", "save", "save" },
	{ "image", "tag", "tag" },
	{ "network", "connect", "network connect" },
	{ "network", "create", "network create" },
	{ "network", "disconnect", "network disconnect" },
	{ "network", "inspect", "network inspect" },
	{ "network", "ls", "network ls" },
	{ "network", "list", "network ls" },
	{ "network", "prune", "network prune" },
	{ "network", "reload", "network reload" },
	{ "network", "rm", "network rm" },
	{ "network", "remove", "network rm" },
	{ "volume", "create", "volume create" },
	{ "volume", "inspect", "volume inspect" },
	{ "volume", "ls", "volume ls" },
	{ "volume", "list", "volume ls" },
	{ "volume", "prune", "volume prune" },
	{ "volume", "rm", "volume rm" },
	{ "volume", "remove", "volume rm" },
	{ "system", "df", "system df" },
	{ "system", "events", "events" },
	{ "system", "info", "info" },
	{ "system", "prune", "system prune" },
};

static const struct command_row *row_of(const char *name)
{
	for (size_t i = 0; i < command_row_count; i++)
		if (!strcmp(command_rows[i].name, name))
			return &command_rows[i];
	return NULL;
}

const struct command_row *command_find(int argc, char *const *argv, int *ret_words)
{
	const struct command_row *row;

	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(members); i++)
		if (!strcmp(members[i].group, argv[0]) && !strcmp(members[i].name, argv[1])) {
			*ret_words = 2;
			return row_of(members[i].means);
		}
	row = argc > 0 ? row_of(argv[0]) : NULL;
	if (row)
		*ret_words = 1;
	return row;
}

size_t command_group_members(const char *group, size_t max, const char *ret_names[], const struct command_row *ret_rows[])
{
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		if (strcmp(members[i].group, group) || n == max)
			continue;
		ret_names[n] = members[i].name;
		ret_rows[n++] = row_of(members[i].means);
	}
	return n;
}

bool command_row_works(const struct command_row *row)
{
	const char *names[GROUP_MEMBERS_MAX];
	const struct command_row *rows[GROUP_MEMBERS_MAX];
	size_t n;

	if (row->command)
		return true;
	n = row->group == GROUP_MANAGEMENT ? command_group_members(row->name, GROUP_MEMBERS_MAX, names, rows) : 0;
	while (n--)
		if (rows[n]->command)
			return true;
	return false;
}

/* Levenshtein's distance, of words short enough to be commands. */
static unsigned int distance(const char *a, const char *b)
{
	unsigned int row[32], n = (unsigned int)strlen(b);

	if (strlen(a) >= ARRAY_SIZE(row) || n >= ARRAY_SIZE(row))
		return 99;
	for (unsigned int j = 0; j <= n; j++)
		row[j] = j;
	for (unsigned int i = 1; *a; a++, i++) {
		unsigned int diagonal = row[0];

		row[0] = i;
		for (unsigned int j = 1; j <= n; j++) {
			unsigned int best = diagonal + (*a != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

const char *command_suggest(const char *word)
{
	const char *best = NULL;
	unsigned int least = strlen(word) < 4 ? 2 : 3;

	for (size_t i = 0; i < command_row_count; i++) {
		unsigned int d = distance(word, command_rows[i].name);

		if (d < least && d < strlen(command_rows[i].name)) {
			least = d;
			best = command_rows[i].name;
		}
	}
	return best;
}
