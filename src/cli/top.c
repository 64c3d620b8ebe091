/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "cli/command.h"
#include "cli/each.h"
#include "cli/table.h"
#include "cli/top_columns.h"
#include "runtime/cgroup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Docker's, which are those of ps -ef, and the number inside. */
#define USUAL "user=UID,pid,cpid,ppid,c,stime,tty,time,args"
#define BSD   "pid,tty,stat,bsdtime=TIME,args=COMMAND"
#define BSD_U "user,pid,%cpu,%mem,vsz,rss,tty,stat,start=START,bsdtime=TIME,args=COMMAND"

struct chosen {
	struct column {
		const struct top_column *what;
		char *heading;
	} * items;
	size_t count;
};

static void chosen_release(struct chosen *c)
{
	for (size_t i = 0; i < c->count; i++)
		free(c->items[i].heading);
	free(c->items);
}

/* "pid,user=WHO comm": names, each with a heading of its own where it likes. */
static int choose(struct chosen *c, const char *list)
{
	for (list += strspn(list, ", "); *list; list += strspn(list, ", ")) {
		size_t len = strcspn(list, ", "), name = strcspn(list, "=, ");
		const struct top_column *column = top_column_find(list, name);

		if (!column)
			return fail(-EINVAL, "unknown column \"%.*s\"", (int)name, list);
		c->items = xrealloc(c->items, (c->count + 1) * sizeof *c->items);
		c->items[c->count++] = (struct column){ column, name < len ? xstrndup(list + name + 1, len - name - 1)
									   : xstrdup(column->heading) };
		list += len;
	}
	return 0;
}

/* What one word of ps's options asks for. */
struct options {
	bool bsd, user, list;
};

/*
 * -ef, -e, -f, -A, -o LIST, and BSD's aux, of any letters in any order; -w and w ask for what is done anyway. What follows an
 * "o" in the same word is its list, or else the next word.
 */
static int read_word(const char *word, char *const **next, struct options *o, struct chosen *c)
{
	bool dash = *word == '-';

	for (const char *p = word + dash; *p; p++) {
		if (*p == 'o') {
			const char *list = p[1] ? p + 1 : *++*next;

			o->list = true;
			return list ? choose(c, list) : fail(-EINVAL, "format specification must follow -o");
		}
		if (!strchr(dash ? "efAaxuw" : "axuwef", *p))
			return fail_hint(fail(-ENOTSUP, "ps has no option %s here", word),
					 "there are -ef, aux, and -o with the names of columns");
		o->bsd |= !dash || *p == 'x' || *p == 'u';
		o->user |= *p == 'u';
	}
	return 0;
}

static int read_options(char *const *words, struct chosen *c)
{
	struct options o = { 0 };
	int r = 0;

	for (; r == 0 && *words; words++) {
		r = read_word(*words, &words, &o, c);
		if (!*words)
			break;
	}
	if (r < 0 || o.list)
		return r;
	return choose(c, o.user ? BSD_U : o.bsd ? BSD : USUAL);
}

static int by_number(const void *a, const void *b)
{
	return *(const pid_t *)a < *(const pid_t *)b ? -1 : *(const pid_t *)a > *(const pid_t *)b;
}

static bool is_in(const pid_t *pids, size_t count, pid_t pid)
{
	return bsearch(&pid, pids, count, sizeof *pids, by_number);
}

static void add_row(const struct chosen *c, const struct proc *p, const struct top_machine *m, struct table *t)
{
	for (size_t i = 0; i < c->count; i++) {
		autobuf text = BUF_INIT;

		c->items[i].what->add(p, m, &text);
		table_add(t, text.data);
	}
}

/* In which of the pid namespaces around each other the container's own processes count from 1. */
static unsigned int level_of(pid_t init)
{
	autocall(proc_release) struct proc first = { 0 };

	return proc_read(init, &first) == 0 ? first.levels - 1 : 0;
}

static int read_pids(struct cgroup *cgroup, pid_t **ret, size_t *ret_count)
{
	int r = cgroup_pids(cgroup, ret, ret_count);

	if (r == 0)
		qsort(*ret, *ret_count, sizeof **ret, by_number);
	return r;
}

/*
 * Who was in the cgroup before and is in it after reading was in it while it was read: a number that was given to a process of
 * somebody else's in between shows nothing.
 */
static int add_rows(struct cgroup *cgroup, const struct chosen *c, const struct top_machine *m, struct table *t)
{
	autofree pid_t *pids = NULL, *still = NULL;
	struct proc *processes;
	size_t count, left = 0;
	int r = read_pids(cgroup, &pids, &count);

	if (r < 0)
		return r;
	processes = xcalloc(count + 1, sizeof *processes);
	for (size_t i = 0; i < count; i++)
		if (proc_read(pids[i], &processes[i]) < 0)
			processes[i].pid = 0;
	r = read_pids(cgroup, &still, &left);
	for (size_t i = 0; i < count; i++) {
		if (r == 0 && processes[i].pid && is_in(still, left, pids[i]))
			add_row(c, &processes[i], m, t);
		proc_release(&processes[i]);
	}
	free(processes);
	return r;
}

static int show(struct handle *h, const struct chosen *c)
{
	struct cgroup_options options = { .path = h->record.cgroup, .id = h->record.id };
	autocall(top_machine_release) struct top_machine machine = { 0 };
	autotable t = { .columns = c->count };
	struct cgroup *cgroup = NULL;
	autobuf out = BUF_INIT;
	bool titled = false; /* as ps: no line of headings when all are empty */
	int r;

	if (!handle_runs(h))
		return fail(-ESRCH, "container %s is not running", h->record.id);
	top_machine_read(&machine);
	machine.level = level_of(h->state.pid);
	for (size_t i = 0; i < c->count; i++)
		titled |= *c->items[i].heading;
	for (size_t i = 0; titled && i < c->count; i++)
		table_add(&t, c->items[i].heading);
	r = cgroup_find(&options, &cgroup);
	if (r == 0)
		r = add_rows(cgroup, c, &machine, &t);
	cgroup_free(&cgroup);
	if (r == -ENOENT)
		return fail(-ESRCH, "container %s is not running", h->record.id);
	if (r < 0)
		return r;
	table_print(&t, &out);
	fwrite(out.data, 1, out.len, stdout);
	handle_event(h, "top", NULL);
	return 0;
}

static int top_run(const struct cli *cli, void *flags)
{
	autocall(store_free) struct store *store = NULL;
	autocall(home_free) struct home *home = NULL;
	autocall(handle_release) struct handle h = HANDLE_NONE;
	autocall(chosen_release) struct chosen chosen = { 0 };
	int r = read_options(cli->args + 1, &chosen);

	(void)flags;
	if (r == 0)
		r = each_open(cli, &store, &home);
	if (r == 0)
		r = handle_open(home, cli->args[0], &h);
	if (r == 0)
		r = show(&h, &chosen);
	return r < 0 ? fail_while(r, "cannot show the processes of %s", cli->args[0]) : 0;
}

const struct command command_top = {
	.name = "top",
	.usage = "CONTAINER [ps OPTIONS]",
	.summary = "Display the running processes of a container",
	.manual =
		"Shows each process of the container by its number on the host (PID) and in the container (CPID): it is one process,\n"
		"seen from two sides. Everything is read from the host's /proc; neither the container's ps nor the host's is run.\n"
		"\n"
		"The options are those of ps: -ef is the default, aux shows memory, and -o NAME[=HEADING],... chooses columns: pid\n"
		"cpid ppid pgid sid user ruser uid ruid group gid s stat c %cpu %mem vsz rss tty stime time bsdtime etime etimes ni\n"
		"pri nlwp comm args.\n",
	.min_args = 1,
	.max_args = ARGS_ANY,
	.run = top_run,
	.complete = "container",
};
