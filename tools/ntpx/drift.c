// SPDX-License-Identifier: GPL-2.0
/*
 * The learnt frequency on disk: two lines of text,
 *
 *	ntpx-drift 1
 *	freq-ppb-q16 -1234567
 *
 * the second in the unit of the module, ppb x 2^16. The file is written beside
 * its place, synced and renamed over it, so that a crash leaves the old one or
 * the new one. The directory is opened while privileged and used by descriptor.
 */
#include "drift.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"

#define DRIFT_HEAD	"ntpx-drift "
#define DRIFT_VERSION	1
#define DRIFT_FREQ	"freq-ppb-q16 "
#define DRIFT_TEXT_LEN	256

/* Splits @path; the part before the last slash is empty for a file in "/". */
static int dir_open(struct drift *drift, uid_t uid, gid_t gid)
{
	char dir[CONF_PATH_LEN];
	char *slash;
	int fd;

	strcpy(dir, drift->path);
	slash = strrchr(dir, '/');
	*slash = '\0';
	strcpy(drift->name, slash + 1);
	snprintf(drift->temp_name, sizeof(drift->temp_name), "%s.new", drift->name);
	if (!drift->name[0])
		return -EISDIR;

	fd = open(dir[0] ? dir : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0 || errno != ENOENT)
		return fd >= 0 ? fd : -errno;

	if (mkdir(dir, 0755))
		return -errno;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	/* a failure shows when the file is first saved */
	if (fchown(fd, uid, gid))
		log_debug("%s: %s", dir, strerror(errno));
	return fd;
}

static void refuse(const struct drift *drift, int line, const char *why)
{
	log_warn("%s:%d: %s; the frequency is not restored", drift->path, line, why);
}

static void text_parse(struct drift *drift, char *text)
{
	char *second = strchr(text, '\n');
	char *end;
	long long freq_ppb_q16;
	long version;

	if (second)
		*second++ = '\0';
	if (strncmp(text, DRIFT_HEAD, strlen(DRIFT_HEAD))) {
		refuse(drift, 1, "does not begin with \"" DRIFT_HEAD "1\"");
		return;
	}
	errno = 0;
	version = strtol(text + strlen(DRIFT_HEAD), &end, 10);
	if (errno || *end || version != DRIFT_VERSION) {
		refuse(drift, 1, "is of another version than 1");
		return;
	}
	if (!second || strncmp(second, DRIFT_FREQ, strlen(DRIFT_FREQ))) {
		refuse(drift, 2, "does not begin with \"" DRIFT_FREQ "\"");
		return;
	}
	second += strlen(DRIFT_FREQ);
	errno = 0;
	freq_ppb_q16 = strtoll(second, &end, 10);
	if (end == second || (*end && strcmp(end, "\n"))) {
		refuse(drift, 2, "freq-ppb-q16 is not a number");
		return;
	}
	if (errno || freq_ppb_q16 < -DRIFT_PPB_Q16_MAX || freq_ppb_q16 > DRIFT_PPB_Q16_MAX) {
		refuse(drift, 2, "freq-ppb-q16 is not from -6553600000000 to 6553600000000");
		return;
	}
	drift->freq_ppb_q16 = freq_ppb_q16;
	drift->has_freq = true;
}

static void file_read(struct drift *drift)
{
	char text[DRIFT_TEXT_LEN];
	struct stat st;
	ssize_t len;
	/* O_NONBLOCK: a FIFO in its place must not hold up the start */
	int fd = openat(drift->dir_fd, drift->name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0) {
		if (errno != ENOENT)
			log_warn("%s: %s; the frequency is not restored", drift->path,
				 strerror(errno));
		return;
	}
	len = read(fd, text, sizeof(text) - 1);
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_mtim.tv_sec > 0)
		drift->saved_real_ns = st.st_mtim.tv_sec * 1000000000LL + st.st_mtim.tv_nsec;
	close(fd);
	if (len < 0) {
		log_warn("%s: %s; the frequency is not restored", drift->path, strerror(errno));
		return;
	}
	text[len] = '\0';
	text_parse(drift, text);
}

void drift_open(struct drift *drift, const char *path, uid_t uid, gid_t gid)
{
	memset(drift, 0, sizeof(*drift));
	drift->dir_fd = -1;
	if (!path[0])
		return;
	snprintf(drift->path, sizeof(drift->path), "%s", path);
	drift->dir_fd = dir_open(drift, uid, gid);
	if (drift->dir_fd < 0) {
		log_warn("%s: its directory: %s; the frequency will not be kept", path,
			 strerror(-drift->dir_fd));
		drift->dir_fd = -1;
		return;
	}
	file_read(drift);
}

void drift_close(struct drift *drift)
{
	if (drift->dir_fd >= 0)
		close(drift->dir_fd);
	drift->dir_fd = -1;
}

static int file_write(const struct drift *drift, int64_t freq_ppb_q16)
{
	char text[DRIFT_TEXT_LEN];
	int len = snprintf(text, sizeof(text), DRIFT_HEAD "%d\n" DRIFT_FREQ "%" PRId64 "\n",
			   DRIFT_VERSION, freq_ppb_q16);
	int fd = openat(drift->dir_fd, drift->temp_name,
			O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	ssize_t written;
	int err = 0;

	if (fd < 0)
		return -errno;
	written = write(fd, text, (size_t)len);
	if (written != len)
		err = written < 0 ? -errno : -ENOSPC;
	else if (fsync(fd))
		err = -errno;
	close(fd);
	if (!err && renameat(drift->dir_fd, drift->temp_name, drift->dir_fd, drift->name))
		err = -errno;
	if (err)
		unlinkat(drift->dir_fd, drift->temp_name, 0);
	else
		fsync(drift->dir_fd);
	return err;
}

void drift_save(struct drift *drift, int64_t freq_ppb_q16)
{
	int err;

	drift->has_freq = true;
	drift->freq_ppb_q16 = freq_ppb_q16;
	if (drift->dir_fd < 0)
		return;
	err = file_write(drift, freq_ppb_q16);
	if (err && !drift->is_failing)
		log_warn("%s: cannot be saved: %s; tried again each hour", drift->path,
			 strerror(-err));
	drift->is_failing = err;
}
