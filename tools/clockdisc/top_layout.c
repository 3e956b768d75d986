// SPDX-License-Identifier: GPL-2.0
/* clockdisc top: a screen full of text, for a screen of any size. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "top.h"

#define LEVELS		8	/* of one character of the curve */

struct page {
	const struct top *top;
	int rows;
	int cols;
	int row;
	struct top_line *lines;
};

size_t top_width(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

/* Cut to the columns there are, not within a character. */
static void clip(char *text, int cols)
{
	int n = 0;

	for (; *text; text++) {
		if ((*text & 0xc0) == 0x80)
			continue;
		if (n++ == cols) {
			*text = '\0';
			return;
		}
	}
}

__attribute__((format(printf, 3, 4)))
static void put(struct page *p, enum top_style style, const char *fmt, ...)
{
	struct top_line *line = &p->lines[p->row];
	va_list args;

	if (p->row >= p->rows)
		return;
	va_start(args, fmt);
	vsnprintf(line->text, sizeof(line->text), fmt, args);
	va_end(args);
	clip(line->text, p->cols);
	line->style = style;
	p->row++;
}

static void put_bar(struct page *p)
{
	const struct top_clock *c = &p->top->clock;
	char right[96];
	int width;

	snprintf(right, sizeof(right), "%s, %s ", c->state, c->is_synchronised ? "synchronised" : "not synchronised");
	if (*p->top->trouble)
		*right = '\0';
	/* What is left of the row is the time's; on a narrow screen the state alone. */
	width = p->cols - (int)strlen(right) - (int)strlen(CDISC_VERSION) - (int)strlen(" clockdisc   ");
	if (width < 0)
		put(p, TOP_BAR, "%s", *right ? right : " clockdisc");
	else
		put(p, TOP_BAR, " clockdisc %s  %-*.*s%s", CDISC_VERSION, width, width, c->time, right);
}

/* Wrapped at blanks into at most @most rows. */
static void put_wrapped(struct page *p, enum top_style style, const char *text, int most)
{
	size_t cols = (size_t)p->cols, n;

	while (*text && most-- > 0) {
		n = strlen(text);
		if (n > cols && most > 0) {
			for (n = cols; n > 0 && text[n] != ' '; n--)
				continue;
			n = n ? n : cols;
		}
		put(p, style, "%.*s", (int)n, text);
		text += n;
		text += strspn(text, " ");
	}
}

static void put_clock(struct page *p)
{
	const struct top_clock *c = &p->top->clock;

	put(p, c->is_synchronised ? TOP_GOOD : TOP_BAD, "offset    %-16s bound     %-16s jitter %s", c->offset, c->bound, c->jitter);
	put(p, TOP_PLAIN, "frequency %-16s rate      %-16s slew   %s", c->freq, c->rate, c->slew);
	put(p, *c->yielded ? TOP_BAD : TOP_PLAIN, "actuator  %-16s servo     %-16s steps  %llu%s", c->actuator, c->servo,
	    (unsigned long long)c->n_steps, c->yielded);
	put_wrapped(p, TOP_FAINT, c->explain, 2);
}

static int64_t history_at(const struct top *top, size_t back)
{
	return top->history_ns[(top->n_history - 1 - back) % TOP_HISTORY];
}

/* One row of a curve of @height rows: how far each column reaches into it. */
static void put_curve_row(struct page *p, size_t n, int64_t least_ns, int64_t most_ns, int row, int height)
{
	static const char * const blocks[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	static const char * const letters[] = { " ", "_", "_", ".", "-", "-", "=", "+", "#" };
	double span_ns = (double)most_ns - (double)least_ns;
	char text[TOP_TEXT_LEN];
	size_t used = 0, k;

	for (k = n; k > 0; k--) {
		double part = span_ns > 0 ? ((double)history_at(p->top, k - 1) - (double)least_ns) / span_ns : 0;
		/* The least is seen as well: one level stays for it. */
		int level = 1 + (int)(part * (height * LEVELS - 1) + 0.5) - (height - 1 - row) * LEVELS;
		const char *block;

		level = level < 0 ? 0 : level > LEVELS ? LEVELS : level;
		block = p->top->has_blocks ? blocks[level] : letters[level];
		if (used + 4 > sizeof(text))
			break;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s", block);
	}
	text[used] = '\0';
	put(p, TOP_PLAIN, "%s", text);
}

static void put_curve(struct page *p, int height)
{
	size_t n = p->top->n_history < TOP_HISTORY ? p->top->n_history : TOP_HISTORY, k;
	char least[CDISC_TEXT_LEN], most[CDISC_TEXT_LEN];
	int64_t least_ns, most_ns;
	int row;

	/* Three bytes for each. */
	if (n > (TOP_TEXT_LEN - 4) / 3)
		n = (TOP_TEXT_LEN - 4) / 3;
	if (n > (size_t)p->cols)
		n = (size_t)p->cols;
	if (!n) {
		put(p, TOP_HEAD, "offset: unknown so far");
		return;
	}
	least_ns = most_ns = history_at(p->top, 0);
	for (k = 1; k < n; k++) {
		int64_t ns = history_at(p->top, k);

		least_ns = ns < least_ns ? ns : least_ns;
		most_ns = ns > most_ns ? ns : most_ns;
	}
	put(p, TOP_HEAD, "offset, the last %zu s, from %s to %s", n, cdisc_format_ns(least, sizeof(least), least_ns),
	    cdisc_format_ns(most, sizeof(most), most_ns));
	for (row = 0; row < height; row++)
		put_curve_row(p, n, least_ns, most_ns, row, height);
}

static void put_sources(struct page *p, int rows)
{
	const struct source_row *s;
	int width = p->cols - 64, left = rows - 1, more = 0;

	width = width < 8 ? 8 : width > 32 ? 32 : width;
	put(p, TOP_HEAD, " %-*s %2s %5s %5s %5s %9s %10s %9s  %s", width, "remote", "st", "when", "poll", "reach", "delay",
	    "offset", "jitter", "reason");
	for (s = p->top->sources.first; s; s = s->next) {
		if (left == 1 && s->next) {
			for (; s; s = s->next)
				more++;
			put(p, TOP_FAINT, "  and %d more", more);
			return;
		}
		if (left-- <= 0)
			return;
		put(p, s->tally == 'x' ? TOP_BAD : s->tally == '*' || s->tally == '+' ? TOP_GOOD : TOP_PLAIN,
		    "%c%-*.*s %2s %5s %5s %5s %9s %10s %9s  %s", s->tally, width, width, s->name, s->stratum, s->when,
		    s->poll, s->reach, s->delay, s->offset, s->jitter, s->reason);
	}
	if (!p->top->sources.first && left > 0)
		put(p, TOP_FAINT, " there is none; ntpx or clockdisc source add adds some");
}

static void put_events(struct page *p, int rows)
{
	size_t n = p->top->n_events < TOP_EVENTS ? p->top->n_events : TOP_EVENTS, k;

	if (p->top->n_lost)
		put(p, TOP_HEAD, "events, newest last, %u lost; q ends", p->top->n_lost);
	else
		put(p, TOP_HEAD, "events, newest last; q ends");
	if (n > (size_t)(rows - 1))
		n = (size_t)(rows - 1);
	for (k = n; k > 0; k--)
		put(p, TOP_PLAIN, "%s", p->top->events[(p->top->n_events - k) % TOP_EVENTS]);
}

static int count_sources(const struct top *top)
{
	const struct source_row *s;
	int n = 0;

	for (s = top->sources.first; s; s = s->next)
		n++;
	return n;
}

void top_layout(const struct top *top, int rows, int cols, struct top_line *lines)
{
	struct page p = { .top = top, .rows = rows, .cols = cols, .lines = lines };
	int left, sources, events, height, i;

	for (i = 0; i < rows; i++)
		lines[i] = (struct top_line){ .text = "" };
	put_bar(&p);
	if (*top->trouble) {
		put(&p, TOP_PLAIN, "%s", "");
		put_wrapped(&p, TOP_BAD, top->trouble, rows);
		put(&p, TOP_FAINT, "Waiting for it; q ends.");
		return;
	}
	put_clock(&p);

	/* Events get three rows and their head, the curve one to four; sources what they need of the rest. */
	left = rows - p.row;
	height = left >= 16 ? 4 : left >= 12 ? 2 : 1;
	events = left >= 9 ? 4 : left >= 7 ? 2 : 0;
	if (left >= height + 1 + 2) {
		put_curve(&p, height);
		left = rows - p.row;
	}
	sources = left - events;
	i = count_sources(top);
	i = (i ? i : 1) + 1;
	sources = sources > i ? i : sources;
	if (sources >= 2)
		put_sources(&p, sources);
	if (rows - p.row >= 2)
		put_events(&p, rows - p.row);
}
