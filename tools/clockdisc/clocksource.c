// SPDX-License-Identifier: GPL-2.0
/* The kernel's current clocksource: choosing the module's own, and giving it up. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

#define SYSFS		"/sys/devices/system/clocksource/clocksource0/"
#define CURRENT		SYSFS "current_clocksource"
#define AVAILABLE	SYSFS "available_clocksource"
#define BEFORE		"/sys/module/clockdisc/parameters/clocksource_before"
#define OWN		"clockdisc"

/* The words of a file, single blanks between them; an empty text when it cannot be read. */
static void words_read(const char *path, char *text, size_t room)
{
	FILE *file = fopen(path, "re");

	text[0] = '\0';
	if (!file)
		return;
	if (!fgets(text, (int)room, file))
		text[0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	fclose(file);
}

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (; *words; words += strcspn(words, " "), words += strspn(words, " "))
		if (!strncmp(words, word, len) && (words[len] == ' ' || !words[len]))
			return true;
	return false;
}

/* The kernel takes any name without a word, so what it made of it is read back. Return: 0, or -1 after a sentence. */
static int current_write(const char *name)
{
	char now[64];
	int fd = open(CURRENT, O_WRONLY | O_CLOEXEC);
	ssize_t written = fd < 0 ? -1 : write(fd, name, strlen(name));
	int err = errno;

	if (fd >= 0)
		close(fd);
	if (written < 0) {
		tool_fail("cannot choose the clocksource %s, which takes root: %s: %s", name, CURRENT, strerror(err));
		return -1;
	}
	words_read(CURRENT, now, sizeof(now));
	if (!strcmp(now, name))
		return 0;
	tool_fail("the kernel stays with the clocksource %s instead of %s; its log may tell why", now, name);
	return -1;
}

int tool_clocksource_choose(struct tool_clocksource *before)
{
	char available[256];

	before->name[0] = '\0';
	words_read(CURRENT, before->name, sizeof(before->name));
	words_read(AVAILABLE, available, sizeof(available));
	/* When it is not on offer the module says why. */
	if (!strcmp(before->name, OWN) || !has_word(available, OWN)) {
		before->name[0] = '\0';
		return 0;
	}
	return current_write(OWN);
}

int tool_clocksource_restore(const struct tool_clocksource *before)
{
	return before->name[0] ? current_write(before->name) : 0;
}

int tool_clocksource_give_up(void)
{
	char available[256], before[64], now[64], *best = available;

	words_read(CURRENT, now, sizeof(now));
	if (strcmp(now, OWN))
		return 0;
	words_read(BEFORE, before, sizeof(before));
	words_read(AVAILABLE, available, sizeof(available));
	if (before[0] && has_word(available, before))
		return current_write(before);
	/* The kernel names its best one first. */
	if (!strncmp(best, OWN " ", strlen(OWN " ")))
		best += strlen(OWN " ");
	best[strcspn(best, " ")] = '\0';
	return current_write(best);
}
