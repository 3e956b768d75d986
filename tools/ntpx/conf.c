// SPDX-License-Identifier: GPL-2.0
/*
 * What ntpx.conf and the command line say: a line is a word and its arguments,
 * as in ntp.conf and chrony.conf, of which the words have the same meaning.
 */
#include "conf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "ntp_wire.h"

#define LINE_LEN	1024
#define WORDS_MAX	64
#define SERVERS_MAX	64

#define POLL_MIN_LOG2S	0
#define POLL_MAX_LOG2S	17
#define MINPOLL_DEFAULT	6
#define MAXPOLL_DEFAULT	10
#define POOL_DEFAULT	4

struct conf_line {
	const char *file;
	unsigned int number;
	char *words[WORDS_MAX];
	size_t n;
};

void conf_init(struct conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	strcpy(conf->user, CONF_DEFAULT_USER);
	strcpy(conf->drift_path, CONF_DEFAULT_DRIFT);
	strcpy(conf->pid_path, CONF_DEFAULT_PID);
}

void conf_exit(struct conf *conf)
{
	free(conf->servers);
	conf->servers = NULL;
	conf->n_servers = 0;
}

static int number_read(const struct conf_line *line, size_t at, long least, long most, long *value)
{
	const char *word = line->words[at - 1];
	char *end;

	if (at >= line->n) {
		log_err("%s:%u: %s wants a number, %ld to %ld", line->file, line->number, word,
			least, most);
		return -EINVAL;
	}
	errno = 0;
	*value = strtol(line->words[at], &end, 10);
	if (errno || *end || end == line->words[at] || *value < least || *value > most) {
		log_err("%s:%u: %s %s: not a number from %ld to %ld", line->file, line->number,
			word, line->words[at], least, most);
		return -EINVAL;
	}
	return 0;
}

static int string_read(const struct conf_line *line, char *value, size_t size)
{
	if (line->n != 2) {
		log_err("%s:%u: %s wants one argument", line->file, line->number, line->words[0]);
		return -EINVAL;
	}
	if (strlen(line->words[1]) >= size) {
		log_err("%s:%u: %s: longer than %zu characters", line->file, line->number,
			line->words[0], size - 1);
		return -EINVAL;
	}
	strcpy(value, line->words[1]);
	return 0;
}

static int path_read(const struct conf_line *line, char *value, size_t size)
{
	int err = string_read(line, value, size);

	if (err)
		return err;
	if (value[0] != '/') {
		log_err("%s:%u: %s %s: not an absolute path", line->file, line->number,
			line->words[0], value);
		return -EINVAL;
	}
	return 0;
}

/* "host", "address", "[v6]" or "[v6]:port" */
static int host_read(const struct conf_line *line, struct conf_server *server)
{
	const char *word = line->words[1];
	const char *end = word + strlen(word);

	if (word[0] == '[') {
		const char *close = strchr(word, ']');
		long port;

		if (!close || (close[1] && close[1] != ':')) {
			log_err("%s:%u: %s %s: want [address] or [address]:port", line->file,
				line->number, line->words[0], word);
			return -EINVAL;
		}
		if (close[1]) {
			char *tail;

			errno = 0;
			port = strtol(close + 2, &tail, 10);
			if (errno || *tail || tail == close + 2 || port < 1 || port > 65535) {
				log_err("%s:%u: %s %s: the port is not a number from 1 to 65535",
					line->file, line->number, line->words[0], word);
				return -EINVAL;
			}
			server->port = (uint16_t)port;
		}
		word++;
		end = close;
	}
	if (end == word || (size_t)(end - word) >= sizeof(server->name)) {
		log_err("%s:%u: %s: a name of 1 to %zu characters is wanted", line->file,
			line->number, line->words[0], sizeof(server->name) - 1);
		return -EINVAL;
	}
	/* ntpd's addresses of drivers, 127.127.1.0 being the machine's own clock: it would always be found right. */
	if (!strncmp(word, "127.127.", 8)) {
		log_err("%s:%u: %s %s: there are no reference clocks, and the local clock is no source of time", line->file,
			line->number, line->words[0], word);
		return -EINVAL;
	}
	memcpy(server->name, word, (size_t)(end - word));
	server->name[end - word] = '\0';
	return 0;
}

static int server_option_read(const struct conf_line *line, size_t *at, struct conf_server *server)
{
	const char *word = line->words[*at];
	long value;
	int err = 0;

	if (!strcmp(word, "iburst")) {
		server->has_iburst = true;
	} else if (!strcmp(word, "prefer")) {
		server->is_preferred = true;
	} else if (!strcmp(word, "noselect")) {
		server->is_noselect = true;
	} else if (!strcmp(word, "trust")) {
		server->is_trusted = true;
	} else if (!strcmp(word, "smear")) {
		server->is_smeared = true;
	} else if (!strcmp(word, "port")) {
		err = number_read(line, ++*at, 1, 65535, &value);
		if (!err)
			server->port = (uint16_t)value;
	} else if (!strcmp(word, "minpoll")) {
		err = number_read(line, ++*at, POLL_MIN_LOG2S, POLL_MAX_LOG2S, &value);
		if (!err)
			server->minpoll_log2s = (int)value;
	} else if (!strcmp(word, "maxpoll")) {
		err = number_read(line, ++*at, POLL_MIN_LOG2S, POLL_MAX_LOG2S, &value);
		if (!err)
			server->maxpoll_log2s = (int)value;
	} else if (!strcmp(word, "maxsources") && server->is_pool) {
		err = number_read(line, ++*at, 1, CONF_SOURCES_MAX, &value);
		if (!err)
			server->max_sources = (unsigned int)value;
	} else {
		log_err("%s:%u: %s: unknown option \"%s\"; known are iburst, minpoll, maxpoll, prefer, noselect, trust, smear, port%s",
			line->file, line->number, line->words[0], word,
			server->is_pool ? ", maxsources" : "");
		err = -EINVAL;
	}
	return err;
}

/* The one that is given carries a default along that it would cross. */
static int polls_settle(const struct conf_line *line, struct conf_server *server)
{
	bool has_min = server->minpoll_log2s >= 0;
	bool has_max = server->maxpoll_log2s >= 0;

	if (!has_min)
		server->minpoll_log2s = MINPOLL_DEFAULT;
	if (!has_max)
		server->maxpoll_log2s = MAXPOLL_DEFAULT;
	if (server->minpoll_log2s <= server->maxpoll_log2s)
		return 0;
	if (has_min && has_max) {
		log_err("%s:%u: minpoll %d is above maxpoll %d", line->file, line->number,
			server->minpoll_log2s, server->maxpoll_log2s);
		return -EINVAL;
	}
	if (has_min)
		server->maxpoll_log2s = server->minpoll_log2s;
	else
		server->minpoll_log2s = server->maxpoll_log2s;
	return 0;
}

static int server_read(struct conf *conf, const struct conf_line *line, bool is_pool)
{
	struct conf_server server = {
		.port = NTP_WIRE_PORT,
		.is_pool = is_pool,
		.minpoll_log2s = -1,
		.maxpoll_log2s = -1,
		.max_sources = is_pool ? POOL_DEFAULT : 1,
	};
	struct conf_server *servers;
	size_t i;
	int err;

	if (line->n < 2) {
		log_err("%s:%u: %s wants a host name or an address", line->file, line->number,
			line->words[0]);
		return -EINVAL;
	}
	if (conf->n_servers >= SERVERS_MAX) {
		log_err("%s:%u: more than %d servers and pools", line->file, line->number,
			SERVERS_MAX);
		return -EINVAL;
	}
	err = host_read(line, &server);
	for (i = 2; !err && i < line->n; i++)
		err = server_option_read(line, &i, &server);
	if (!err)
		err = polls_settle(line, &server);
	if (err)
		return err;

	for (i = 0; i < conf->n_servers; i++) {
		if (!strcmp(conf->servers[i].name, server.name) &&
		    conf->servers[i].port == server.port) {
			log_err("%s:%u: %s %s is there twice", line->file, line->number,
				line->words[0], server.name);
			return -EINVAL;
		}
	}
	servers = reallocarray(conf->servers, conf->n_servers + 1, sizeof(*servers));
	if (!servers)
		return -ENOMEM;
	servers[conf->n_servers++] = server;
	conf->servers = servers;
	return 0;
}

static int line_read(struct conf *conf, const struct conf_line *line)
{
	const char *word;
	int err;

	if (!line->n)
		return 0;
	word = line->words[0];
	if (!strcmp(word, "server"))
		return server_read(conf, line, false);
	if (!strcmp(word, "pool"))
		return server_read(conf, line, true);
	if (!strcmp(word, "pidfile"))
		return path_read(line, conf->pid_path, sizeof(conf->pid_path));
	if (!strcmp(word, "driftfile")) {
		if (line->n == 2 && !strcmp(line->words[1], "none")) {
			conf->drift_path[0] = '\0';
			return 0;
		}
		return path_read(line, conf->drift_path, sizeof(conf->drift_path));
	}
	if (!strcmp(word, "user")) {
		err = string_read(line, conf->user, sizeof(conf->user));
		conf->has_user = !err;
		return err;
	}
	log_err("%s:%u: unknown word \"%s\"; known are server, pool, driftfile, user, pidfile",
		line->file, line->number, word);
	return -EINVAL;
}

int conf_read_file(struct conf *conf, const char *path)
{
	struct conf_line line = { .file = path };
	char text[LINE_LEN];
	FILE *file = fopen(path, "re");
	int err = 0;

	if (!file) {
		log_err("%s: %s", path, strerror(errno));
		return -EINVAL;
	}
	while (!err && fgets(text, sizeof(text), file)) {
		size_t len = strlen(text);
		char *word, *rest;

		line.number++;
		line.n = 0;
		if (len == sizeof(text) - 1 && text[len - 1] != '\n') {
			log_err("%s:%u: longer than %zu characters", path, line.number,
				sizeof(text) - 2);
			err = -EINVAL;
			break;
		}
		text[strcspn(text, "#\n")] = '\0';
		for (word = strtok_r(text, " \t\r", &rest); word && !err;
		     word = strtok_r(NULL, " \t\r", &rest)) {
			if (line.n == WORDS_MAX) {
				log_err("%s:%u: more than %d words", path, line.number, WORDS_MAX);
				err = -EINVAL;
			} else {
				line.words[line.n++] = word;
			}
		}
		if (!err)
			err = line_read(conf, &line);
	}
	if (!err && ferror(file)) {
		log_err("%s: %s", path, strerror(errno));
		err = -EINVAL;
	}
	fclose(file);
	return err;
}

int conf_read_words(struct conf *conf, char *const words[], size_t n)
{
	struct conf_line line = { .file = "command line", .number = 1 };
	size_t i;
	int err = 0;

	for (i = 0; i < n && !err; i++) {
		size_t len = strlen(words[i]);
		bool is_end = len && words[i][len - 1] == ',';

		if (is_end)
			words[i][len - 1] = '\0';
		if (words[i][0]) {
			if (line.n == WORDS_MAX) {
				log_err("%s:%u: more than %d words", line.file, line.number,
					WORDS_MAX);
				return -EINVAL;
			}
			line.words[line.n++] = words[i];
		}
		if (is_end) {
			err = line_read(conf, &line);
			line.number++;
			line.n = 0;
		}
	}
	return err ? err : line_read(conf, &line);
}
