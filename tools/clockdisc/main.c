// SPDX-License-Identifier: GPL-2.0
/* clockdisc, the control tool: options, help, and dispatch by table. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tool.h"

/* In order: non-options are returned as 1; a missing value as ':'. */
#define SHORT_OPTIONS		"-:jvVhfn:"

static const struct option common_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static const struct tool_command * const groups[] = {
	status_commands, now_commands, sources_commands, source_commands, monitor_commands, log_commands,
	set_commands, policy_commands, adjust_commands, wait_commands, sample_commands, metrics_commands,
	record_commands, plot_commands, oscillator_commands, top_commands,
	shadow_commands,
};

static void print_help(void)
{
	const struct tool_command *command;
	size_t i;

	printf("Usage: clockdisc [-j] [-v] COMMAND [ARGUMENTS]\n"
	       "\n"
	       "Shows and controls the discipline of the system clock.\n"
	       "\n"
	       "Commands:\n");
	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		for (command = groups[i]; command->name; command++)
			printf("  %-14s %s\n", command->name, command->summary);
	}
	printf("\n"
	       "Options:\n"
	       "  -j, --json     print JSON: integers in the units that the names tell\n"
	       "  -v, --verbose  print more\n"
	       "  -V, --version  print the version\n"
	       "  -h, --help     print help; after a command, that command's\n"
	       "\n"
	       "Exit status: 0 done, 1 failed, 2 wrong usage, 3 timed out (wait).\n");
}

static void print_command_help(const struct tool_command *command)
{
	printf("Usage: clockdisc %s%s%s%s\n\n%c%s.\n", command->is_text_only ? "" : "[-j] ", command->name,
	       *command->usage ? " " : "", command->usage, toupper(command->summary[0]),
	       command->summary + 1);
	if (command->help)
		printf("\n%s", command->help);
	if (command->help_more)
		command->help_more();
}

/* Return: how many words of @args the name takes, 0 when it is another command. */
static int name_words(const struct tool_command *command, char **args, int n)
{
	size_t first = strcspn(command->name, " ");

	if (!n || strlen(args[0]) != first || strncmp(args[0], command->name, first))
		return 0;
	if (!command->name[first])
		return 1;
	return n > 1 && !strcmp(args[1], command->name + first + 1) ? 2 : 0;
}

static const struct tool_command *find_command(char **args, int n, int *words)
{
	const struct tool_command *command;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		for (command = groups[i]; command->name; command++) {
			*words = name_words(command, args, n);
			if (*words)
				return command;
		}
	}
	return NULL;
}

/* "source" alone: tell its verbs. Return: whether there are any. */
static bool print_verbs(FILE *out, const char *noun)
{
	const struct tool_command *command;
	size_t i, len = strlen(noun);
	bool has_any = false;

	for (i = 0; i < ARRAY_SIZE(groups); i++) {
		for (command = groups[i]; command->name; command++) {
			if (strncmp(command->name, noun, len) || command->name[len] != ' ')
				continue;
			fprintf(out, "%s clockdisc %s %s\n", has_any ? "      " : "Usage:",
				command->name, command->usage);
			has_any = true;
		}
	}
	return has_any;
}

static int unknown_command(char **args, int n)
{
	bool is_help = n > 1 && (!strcmp(args[1], "-h") || !strcmp(args[1], "--help"));

	if (is_help && print_verbs(stdout, args[0]))
		return TOOL_OK;
	fprintf(stderr, "clockdisc: there is no command '%s%s%s'; see clockdisc --help\n", args[0],
		n > 1 ? " " : "", n > 1 ? args[1] : "");
	print_verbs(stderr, args[0]);
	return TOOL_USAGE;
}

enum common {
	COMMON_GO_ON,
	COMMON_LEAVE,
	COMMON_OTHER,
};

static enum common common_option(struct tool *tool, int which)
{
	switch (which) {
	case 'j':
		tool->is_json = true;
		return COMMON_GO_ON;
	case 'v':
		tool->is_verbose = true;
		return COMMON_GO_ON;
	case 'V':
		printf("clockdisc %s\n", CDISC_VERSION);
		return COMMON_LEAVE;
	case 'h':
		if (tool->command)
			print_command_help(tool->command);
		else
			print_help();
		return COMMON_LEAVE;
	}
	return COMMON_OTHER;
}

static int unknown_option(const struct tool *tool, const char *arg)
{
	if (optopt)
		return tool_usage_error(tool, "there is no option '-%c'", optopt);
	return tool_usage_error(tool, "there is no option '%s'", arg);
}

/* Short options are in one list; each belongs to the commands that name it. */
static bool is_own_option(const struct tool *tool, int which)
{
	const struct option *own = tool->command->options;

	while (own && own->name && own->val != which)
		own++;
	return own && own->name;
}

/* "-0.5s" is an amount, not an option. */
static bool is_amount(const char *arg)
{
	return arg && arg[0] == '-' && (isdigit((unsigned char)arg[1]) || arg[1] == '.');
}

/* Own options whose value is a letter have a short form, too. */
static void short_options(char *buf, size_t len, const struct option *own)
{
	size_t n = (size_t)snprintf(buf, len, "%s", SHORT_OPTIONS);

	for (; own && own->name && n + 3 < len; own++) {
		if (own->val > 255)
			continue;
		buf[n++] = (char)own->val;
		if (own->has_arg == required_argument)
			buf[n++] = ':';
	}
	buf[n] = '\0';
}

/* So is the "-x" of ntpd -x, where it is a name. */
static bool is_dashed(const struct tool_command *command, const char *arg)
{
	return command->dashed && arg && arg[0] == '-' && arg[1] && !arg[2] && strchr(command->dashed, arg[1]);
}

/*
 * Options may stand before, between and after the arguments. Return: -1 to
 * run the command, or the exit code.
 */
static int read_arguments(struct tool *tool, int argc, char **argv)
{
	struct option options[TOOL_OPTIONS_MAX + ARRAY_SIZE(common_options)] = { 0 };
	const struct option *own = tool->command->options;
	size_t n = ARRAY_SIZE(common_options) - 1;
	char letters[32];
	int which;

	short_options(letters, sizeof(letters), own);
	memcpy(options, common_options, sizeof(common_options));
	for (; own && own->name && n + 1 < ARRAY_SIZE(options); own++)
		options[n++] = *own;

	/* A second vector for the same scanner; both are read in order. */
	optind = 1;
	for (;;) {
		if (is_amount(argv[optind]) || is_dashed(tool->command, argv[optind])) {
			tool->args[tool->n_args++] = argv[optind++];
			continue;
		}
		which = getopt_long(argc, argv, letters, options, NULL);
		if (which == -1)
			break;
		if (which == 1) {
			tool->args[tool->n_args++] = optarg;
			continue;
		}
		if (which == ':')
			return tool_usage_error(tool, "option '%s' needs a value",
						argv[optind - 1]);
		if (which == '?')
			return unknown_option(tool, argv[optind - 1]);
		switch (common_option(tool, which)) {
		case COMMON_GO_ON:
			break;
		case COMMON_LEAVE:
			return TOOL_OK;
		case COMMON_OTHER:
			if (!is_own_option(tool, which))
				return unknown_option(tool, argv[optind - 1]);
			if (tool->n_options == TOOL_OPTIONS_MAX)
				return tool_usage_error(tool, "too many options");
			tool->options[tool->n_options++] =
				(struct tool_option){ .which = which, .value = optarg };
			break;
		}
	}
	/* What follows "--". */
	while (optind < argc)
		tool->args[tool->n_args++] = argv[optind++];
	if (tool->n_args < tool->command->args_min)
		return tool_usage_error(tool, "'%s' needs an argument", tool->command->name);
	if (tool->n_args > tool->command->args_max)
		return tool_usage_error(tool, "'%s' does not take '%s'", tool->command->name,
					tool->args[tool->command->args_max]);
	return -1;
}

static int run(struct tool *tool, int argc, char **argv)
{
	int which, words, code;

	opterr = 0;
	/* Up to the command; its own options come after it. */
	for (;;) {
		which = getopt_long(argc, argv, SHORT_OPTIONS, common_options, NULL);
		if (which == 1)
			optind--;
		if (which == 1 || which == -1)
			break;
		switch (common_option(tool, which)) {
		case COMMON_GO_ON:
			break;
		case COMMON_LEAVE:
			return TOOL_OK;
		case COMMON_OTHER:
			return unknown_option(tool, argv[optind - 1]);
		}
	}
	argc -= optind;
	argv += optind;
	if (!argc)
		return tool_usage_error(tool, "no command was given");
	tool->command = find_command(argv, argc, &words);
	if (!tool->command)
		return unknown_command(argv, argc);

	/* The last word of the name stands where getopt expects the program's. */
	argc -= words - 1;
	argv += words - 1;
	tool->args = calloc((size_t)argc + 1, sizeof(*tool->args));
	if (!tool->args)
		return tool_fail("out of memory");
	code = read_arguments(tool, argc, argv);
	if (code < 0)
		code = tool->command->run(tool);
	cdisc_client_close(&tool->client);
	free(tool->args);
	return code;
}

int main(int argc, char **argv)
{
	struct tool tool = { 0 };
	int code = run(&tool, argc, argv);

	/* A full disk must not look like success; a closed pipe is the reader's choice. */
	if (fflush(stdout) || ferror(stdout)) {
		if (errno == EPIPE)
			return TOOL_FAILED;
		return tool_fail("cannot write: %s", strerror(errno));
	}
	return code;
}
