/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The true time, from the page of /dev/clockdisc: inline functions, no library to link, no system call to read it.
 *
 *	struct clockdisc_reader r;
 *	int64_t earliest_ns, latest_ns;
 *
 *	if (!clockdisc_open(&r) && !clockdisc_now(&r, &earliest_ns, &latest_ns))
 *		the true time is in between, in ns since the epoch
 *
 * Nothing here is shared or changed by reading: one reader serves any number of threads. A fork inherits it, but not into
 * another time namespace: who is in one opens a reader there. GCC or clang.
 */
#ifndef CLOCKDISC_NOW_H
#define CLOCKDISC_NOW_H

#include <errno.h>
#include <fcntl.h>
#include <linux/clockdisc_page.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define CLOCKDISC_NSEC_PER_SEC	INT64_C(1000000000)

/* A page that is being written for longer than this many looks is given up: the writer's processor was taken away. */
#define CLOCKDISC_READ_TRIES	(1 << 20)

/**
 * struct clockdisc_reader - a mapped page
 * @page:	the page
 * @timens_ns:	what this process's CLOCK_MONOTONIC_RAW is ahead of the initial time namespace's
 */
struct clockdisc_reader {
	const volatile struct clockdisc_page	*page;
	int64_t					timens_ns;
};

/*
 * By how much the time namespace shifts CLOCK_MONOTONIC_RAW. The kernel tells the offsets of the namespace that children are
 * put into, so they count only where that is the process's own: -EXDEV where it is not.
 */
static inline int clockdisc_timens(int64_t *timens_ns)
{
	char own[64], childrens[64], name[16];
	ssize_t n = readlink("/proc/self/ns/time", own, sizeof(own));
	ssize_t m = readlink("/proc/self/ns/time_for_children", childrens, sizeof(childrens));
	long long sec, nsec;
	FILE *f;

	*timens_ns = 0;
	if (n < 0 && errno == ENOENT && !access("/proc/self/stat", R_OK))
		return 0;	/* a kernel without time namespaces */
	if (n <= 0 || n != m || memcmp(own, childrens, (size_t)n))
		return -EXDEV;
	f = fopen("/proc/self/timens_offsets", "re");
	if (!f)
		return -EXDEV;
	while (fscanf(f, "%15s %lld %lld", name, &sec, &nsec) == 3)
		if (!strcmp(name, "monotonic") || !strcmp(name, "1"))
			*timens_ns = sec * CLOCKDISC_NSEC_PER_SEC + nsec;
	fclose(f);
	return 0;
}

/**
 * clockdisc_open() - map the page
 * @r:	the reader
 *
 * Return: 0, or -ENOENT without the module, -EACCES where the device is not to be read, -EPROTO for a page of another format,
 * -EXDEV in a time namespace whose offset cannot be told, or another negative errno of open() or mmap().
 */
static inline int clockdisc_open(struct clockdisc_reader *r)
{
	int fd, err = clockdisc_timens(&r->timens_ns);
	void *map;

	r->page = NULL;
	if (err)
		return err;
	fd = open("/dev/clockdisc", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	map = mmap(NULL, sizeof(*r->page), PROT_READ, MAP_SHARED, fd, 0);
	err = map == MAP_FAILED ? -errno : 0;
	close(fd);
	if (err)
		return err;
	r->page = (const volatile struct clockdisc_page *)map;
	if (r->page->magic == CLOCKDISC_PAGE_MAGIC && r->page->version == CLOCKDISC_PAGE_VERSION &&
	    r->page->size >= sizeof(*r->page))
		return 0;
	munmap(map, sizeof(*r->page));
	r->page = NULL;
	return -EPROTO;
}

/* Let go of the page. */
static inline void clockdisc_close(struct clockdisc_reader *r)
{
	if (r->page)
		munmap((void *)(uintptr_t)r->page, sizeof(*r->page));
	r->page = NULL;
}

/**
 * clockdisc_read() - a copy of the page and the instant it is of
 * @r:		the reader, opened
 * @copy:	filled
 * @raw_ns:	filled with CLOCK_MONOTONIC_RAW of the initial time namespace, read while @copy was what the page said
 *
 * Return: 0, or -EBUSY when the page was being written all the time.
 */
static inline int clockdisc_read(const struct clockdisc_reader *r, struct clockdisc_page *copy, int64_t *raw_ns)
{
	const volatile struct clockdisc_page *p = r->page;
	struct timespec ts;
	uint32_t seq;
	int i;

	for (i = 0; i < CLOCKDISC_READ_TRIES; i++) {
		seq = __atomic_load_n(&p->seq, __ATOMIC_ACQUIRE);
		copy->flags = p->flags;
		copy->state = p->state;
		copy->generation = p->generation;
		copy->raw_ns = p->raw_ns;
		copy->real_ns = p->real_ns;
		copy->rate_ppb_q16 = p->rate_ppb_q16;
		copy->half_ns = p->half_ns;
		copy->hold_ppb_q16 = p->hold_ppb_q16;
		copy->hold_ns = p->hold_ns;
		copy->phi_ppb_q16 = p->phi_ppb_q16;
		copy->void_raw_ns = p->void_raw_ns;
		clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		copy->interrupted = p->interrupted;
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (!(seq & 1) && __atomic_load_n(&p->seq, __ATOMIC_RELAXED) == seq) {
			copy->seq = seq;
			*raw_ns = ts.tv_sec * CLOCKDISC_NSEC_PER_SEC + ts.tv_nsec - r->timens_ns;
			return 0;
		}
	}
	return -EBUSY;
}

/* What a rate makes of a time, ns, towards zero; no product exceeds 2^63 for 10 % and 2^58 ns, which is nine years. */
static inline int64_t clockdisc_gained(int64_t rate_ppb_q16, int64_t ns)
{
	int64_t sec = ns / CLOCKDISC_NSEC_PER_SEC, rest_ns = ns % CLOCKDISC_NSEC_PER_SEC;
	int64_t ppb = rate_ppb_q16 / 65536, q16 = rate_ppb_q16 % 65536;

	return ppb * sec + q16 * sec / 65536 + (ppb * rest_ns + q16 * (rest_ns / 65536)) / CLOCKDISC_NSEC_PER_SEC;
}

/* Each quotient in clockdisc_gained() may lack 1 ns; two of them make the line, four the half-width's growth. */
#define CLOCKDISC_ROUNDING_NS	8

/**
 * clockdisc_at() - the true time that a copy of the page tells
 * @page:	the copy
 * @raw_ns:	an instant, CLOCK_MONOTONIC_RAW of the initial time namespace
 * @earliest_ns: the true time was not before, ns since the epoch
 * @latest_ns:	nor after
 *
 * Return: 0, or
 *   -ESHUTDOWN	the module is gone: open again, where one is loaded
 *   -EAGAIN	the clock was interrupted and is being looked at, or no source has told the time yet: again later
 *   -EOPNOTSUPP CLOCK_MONOTONIC_RAW is steered, with the actuator clocksource
 *   -ESTALE	the line has ended: no source for so long that the time can be wrong by more than the limit, or, for a moment, a
 *		leap second
 */
static inline int clockdisc_at(const struct clockdisc_page *page, int64_t raw_ns, int64_t *earliest_ns,
			       int64_t *latest_ns)
{
	int64_t dt_ns = raw_ns - page->raw_ns, true_ns, half_ns, held_ns;

	if (page->flags & CLOCKDISC_PAGE_DEAD)
		return -ESHUTDOWN;
	if (page->interrupted)
		return -EAGAIN;
	if (page->flags & CLOCKDISC_PAGE_STEERED_RAW)
		return -EOPNOTSUPP;
	if (!(page->flags & CLOCKDISC_PAGE_VALID))
		return -EAGAIN;
	if (raw_ns > page->void_raw_ns)
		return -ESTALE;
	true_ns = page->real_ns + dt_ns + clockdisc_gained(page->rate_ppb_q16, dt_ns);
	if (dt_ns < 0)
		dt_ns = 0;
	held_ns = dt_ns < page->hold_ns ? dt_ns : page->hold_ns;
	half_ns = page->half_ns + clockdisc_gained(page->hold_ppb_q16, held_ns) +
		  clockdisc_gained(page->phi_ppb_q16, dt_ns - held_ns) + CLOCKDISC_ROUNDING_NS;
	*earliest_ns = true_ns - half_ns;
	*latest_ns = true_ns + half_ns;
	return 0;
}

/**
 * clockdisc_now() - between which two instants the true time is
 * @r:		the reader, opened
 * @earliest_ns: ns since the epoch; leap seconds as in POSIX
 * @latest_ns:	likewise
 *
 * Return: as clockdisc_read() and clockdisc_at().
 */
static inline int clockdisc_now(const struct clockdisc_reader *r, int64_t *earliest_ns, int64_t *latest_ns)
{
	struct clockdisc_page copy;
	int64_t raw_ns;
	int err = clockdisc_read(r, &copy, &raw_ns);

	return err ? err : clockdisc_at(&copy, raw_ns, earliest_ns, latest_ns);
}

/* What such a return value means, in words. */
static inline const char *clockdisc_why(int err)
{
	switch (-err) {
	case 0: return "the true time is known";
	case ENOENT: return "there is no /dev/clockdisc: the module is not loaded";
	case EACCES: return "/dev/clockdisc is not to be read by this user";
	case EPROTO: return "/dev/clockdisc is of another version";
	case EXDEV: return "the offset of this time namespace cannot be told";
	case ESHUTDOWN: return "the module is gone";
	case EAGAIN: return "the clock was interrupted or not set yet: nobody knows the time";
	case EOPNOTSUPP: return "CLOCK_MONOTONIC_RAW is steered, with the actuator clocksource";
	case ESTALE: return "no source has told the time for too long, or since the leap second";
	case EBUSY: return "the page is being written";
	}
	return strerror(-err);
}

#endif /* CLOCKDISC_NOW_H */
