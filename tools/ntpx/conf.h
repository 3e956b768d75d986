/* SPDX-License-Identifier: GPL-2.0 */
/* What ntpx.conf and the command line say. */
#ifndef NTPX_CONF_H
#define NTPX_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONF_NAME_LEN		256
#define CONF_PATH_LEN		256
#define CONF_SOURCES_MAX	16	/* addresses used of one pool */

#define CONF_DEFAULT_PATH	"/etc/ntpx.conf"
#define CONF_DEFAULT_DRIFT	"/var/lib/ntpx/drift"
#define CONF_DEFAULT_PID	"/run/ntpx/ntpx.pid"
#define CONF_DEFAULT_USER	"ntpx"

struct conf_server {
	char name[CONF_NAME_LEN];	/* host name or address, without brackets */
	uint16_t port;
	bool is_pool;
	bool has_iburst;
	bool is_preferred;
	bool is_noselect;
	bool is_trusted;
	bool is_smeared;
	int minpoll_log2s;
	int maxpoll_log2s;
	unsigned int max_sources;	/* 1 unless a pool */
};

struct conf {
	struct conf_server *servers;
	size_t n_servers;
	bool has_user;			/* named, so it has to exist */
	char user[CONF_NAME_LEN];
	char drift_path[CONF_PATH_LEN];	/* empty: "driftfile none" */
	char pid_path[CONF_PATH_LEN];
};

void conf_init(struct conf *conf);
void conf_exit(struct conf *conf);

/* Both print what is wrong, with file, line and word. Return: 0 or -EINVAL. */
int conf_read_file(struct conf *conf, const char *path);

/* A "," word, or one at the end of a word, begins a new line. */
int conf_read_words(struct conf *conf, char *const words[], size_t n);

#endif /* NTPX_CONF_H */
