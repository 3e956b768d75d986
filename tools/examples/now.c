// SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note
/*
 * Between which two instants the true time is, once a second for ten seconds: how a program uses clockdisc_now.h.
 *
 *	cc -o now now.c && ./now
 *
 * What two readings of one generation are apart can be relied on; over an interruption (a suspend, a restored guest) or a leap
 * second it cannot, and the generation is another one.
 */
#include <clockdisc_now.h>
#include <inttypes.h>

/* 1 when the reader is of no use any more and has to be opened again. */
static int print_now(const struct clockdisc_reader *reader, uint64_t *generation)
{
	int64_t raw_ns, earliest_ns, latest_ns;
	struct clockdisc_page page;
	int err = clockdisc_read(reader, &page, &raw_ns);

	if (!err)
		err = clockdisc_at(&page, raw_ns, &earliest_ns, &latest_ns);
	if (err) {
		fprintf(stderr, "%s\n", clockdisc_why(err));
		return err == -ESHUTDOWN;
	}
	if (page.generation != *generation)
		printf("generation %" PRIu64 "\n", (uint64_t)page.generation);
	*generation = page.generation;
	printf("%" PRId64 " ns to %" PRId64 " ns, %" PRId64 " ns apart\n", earliest_ns, latest_ns, latest_ns - earliest_ns);
	return 0;
}

int main(void)
{
	uint64_t generation = UINT64_MAX;
	struct clockdisc_reader reader;
	int i, err = clockdisc_open(&reader);

	if (err) {
		fprintf(stderr, "%s\n", clockdisc_why(err));
		return 1;
	}
	for (i = 0; i < 10 && !print_now(&reader, &generation); i++)
		sleep(1);
	clockdisc_close(&reader);
	return i < 10;
}
