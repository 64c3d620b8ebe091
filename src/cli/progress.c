/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/progress.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/memory.h"
#include "base/number.h"

#include <assert.h>
#include <string.h>
#include <sys/ioctl.h>

#define REDRAW_NS INT64_C(80000000)
#define BAR_MAX   50
#define BAR_LEAST 5
#define BESIDE    50 /* columns: id, words and sizes around the bar */

struct line {
	char id[16];
	enum pull_state state;
	uint64_t done, total;
};

struct progress {
	FILE *out;
	bool moving; /* a terminal, on which lines can be drawn again */
	struct line *lines;
	size_t count, drawn;
	int64_t drawn_at;
};

static const struct {
	const char *words;
	bool bar;
} states[] = {
	[PULL_WAITING] = { "Waiting", false },
	[PULL_PRESENT] = { "Already exists", false },
	[PULL_DOWNLOADING] = { "Downloading", true },
	[PULL_RETRYING] = { "Retrying", false },
	[PULL_DOWNLOADED] = { "Download complete", false },
	[PULL_EXTRACTING] = { "Extracting", true },
	[PULL_DONE] = { "Pull complete", false },
};
static_assert(ARRAY_SIZE(states) == PULL_DONE + 1, "a row for each state");

struct progress *progress_new(FILE *out)
{
	struct progress *p = xnew(struct progress);
	const char *term = getenv("TERM");

	p->out = out;
	p->drawn_at = clock_monotonic();
	p->moving = isatty(fileno(out)) && (!term || strcmp(term, "dumb") != 0);
	return p;
}

void progress_free(struct progress **p)
{
	if (!*p)
		return;
	free((*p)->lines);
	free(*p);
	*p = NULL;
}

static void add_bar(struct buf *text, const struct line *l, size_t width)
{
	char done[NUMBER_TEXT_MAX], total[NUMBER_TEXT_MAX];
	size_t bar = width < BESIDE + BAR_LEAST ? 0 : width - BESIDE > BAR_MAX ? BAR_MAX : width - BESIDE;
	size_t full = l->total ? (size_t)(l->done * bar / l->total) : 0;

	buf_add_str(text, bar ? "  [" : "");
	for (size_t i = 0; i < bar; i++)
		buf_add_char(text, i < full ? '=' : i == full ? '>' : ' ');
	buf_add_format(text, "%s  %s/%s", bar ? "]" : "", number_size_fine(l->done, done), number_size_fine(l->total, total));
}

static void add_line(struct buf *text, const struct line *l, size_t width)
{
	size_t start = text->len;

	buf_add_format(text, "%s: %s", l->id, states[l->state].words);
	if (states[l->state].bar)
		add_bar(text, l, width);
	/* a line that wraps would be two */
	if (text->len - start >= width)
		buf_truncate(text, start + width - 1);
	/* over what was there, then the rest of the line: a screen that is cleared first flickers */
	buf_add_str(text, "\033[K\n");
}

static bool is_over(const struct line *l)
{
	return l->state == PULL_DONE || l->state == PULL_PRESENT;
}

static void draw(struct progress *p)
{
	struct winsize size = { 0 };
	size_t rows, skip, drawn = 0;
	autobuf text = BUF_INIT;

	(void)ioctl(fileno(p->out), TIOCGWINSZ, &size);
	rows = size.ws_row > 4 ? size.ws_row - 2u : 22;
	/* where not all have room, those that are over go first */
	skip = p->count > rows ? p->count - rows : 0;
	if (p->drawn)
		buf_add_format(&text, "\033[%zuA\r", p->drawn);
	for (size_t i = 0; i < p->count && drawn < rows; i++) {
		if (skip && is_over(&p->lines[i])) {
			skip--;
			continue;
		}
		add_line(&text, &p->lines[i], size.ws_col > 20 ? size.ws_col : 80);
		drawn++;
	}
	if (drawn < p->drawn)
		buf_add_str(&text, "\033[J");
	p->drawn = drawn;
	p->drawn_at = clock_monotonic();
	fwrite(text.data, 1, text.len, p->out);
	fflush(p->out);
}

static struct line *find_line(struct progress *p, const char *id)
{
	struct line *l;

	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->lines[i].id, id) == 0)
			return &p->lines[i];
	p->lines = xrealloc(p->lines, (p->count + 1) * sizeof *p->lines);
	l = &p->lines[p->count++];
	*l = (struct line){ .state = PULL_WAITING };
	snprintf(l->id, sizeof l->id, "%s", id);
	return l;
}

static void on_layer(void *data, const char *id, enum pull_state state, uint64_t done, uint64_t total)
{
	struct progress *p = data;
	struct line *l = find_line(p, id);
	bool changed = l->state != state || p->drawn == 0;

	*l = (struct line){ .state = state, .done = done, .total = total };
	snprintf(l->id, sizeof l->id, "%s", id);
	if (p->moving) {
		if ((changed && is_over(l)) || clock_monotonic() - p->drawn_at > REDRAW_NS)
			draw(p);
	} else if (changed && state != PULL_WAITING && state != PULL_EXTRACTING) {
		/* the first of a layer's lines as Docker's */
		fprintf(p->out, "%s: %s\n", id, state == PULL_DOWNLOADING ? "Pulling fs layer" : states[state].words);
		fflush(p->out);
		p->drawn = 1;
	}
}

static void on_line(void *data, const char *text)
{
	struct progress *p = data;

	if (p->moving && p->count)
		draw(p);
	fprintf(p->out, "%s\n", text);
	fflush(p->out);
	/* what was drawn stays above the line */
	p->drawn = 0;
	p->count = 0;
}

struct pull_events progress_events(struct progress *p)
{
	return (struct pull_events){ .line = on_line, .layer = on_layer, .data = p };
}
