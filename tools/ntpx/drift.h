/* SPDX-License-Identifier: GPL-2.0 */
/* The learnt frequency on disk. */
#ifndef NTPX_DRIFT_H
#define NTPX_DRIFT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "conf.h"

#define DRIFT_PPB_Q16_MAX	6553600000000LL		/* 10 %, the module's own limit */

struct drift {
	int dir_fd;			/* -1: nothing is ever saved */
	char path[CONF_PATH_LEN];
	char name[CONF_PATH_LEN];	/* of the file in the directory */
	char temp_name[CONF_PATH_LEN + 8];
	int64_t saved_real_ns;		/* when the file that was read was written, 0: there was none */
	bool has_freq;
	int64_t freq_ppb_q16;		/* as last read or saved */
	bool is_failing;		/* said once */
};

/**
 * drift_open() - read the file, and keep its directory at hand
 * @drift: filled in
 * @path: absolute, or empty for none
 * @uid: who will write; a directory that is not there yet is made for them
 * @gid: likewise
 *
 * Called while still privileged. What is wrong with the file is said and makes
 * has_freq false.
 */
void drift_open(struct drift *drift, const char *path, uid_t uid, gid_t gid);
void drift_close(struct drift *drift);

/* Replaces the file at once or not at all. Said once when it cannot. */
void drift_save(struct drift *drift, int64_t freq_ppb_q16);

#endif /* NTPX_DRIFT_H */
