// SPDX-License-Identifier: GPL-2.0
/*
 * Runs the KUnit suites that are linked into this program and prints TAP, one line per case.
 *
 * usage: kunit [PATTERN]: only cases whose "suite.case" matches the shell pattern
 */
#include "test.h"

#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#define FAILURES_SHOWN	20	/* per case; a broken table would bury the first one */

struct chunk {
	struct chunk	*next;
	max_align_t	data[];
};

static struct kunit_suite *suites;

/* The test that runs; there is one at a time. */
static struct {
	jmp_buf		on_abort;
	struct chunk	*chunks;
	const char	*param_desc;
	unsigned int	failures;
	bool		is_skipped;
	char		skip_reason[256];
} run;

/* In the order of their names, whatever the order of linking. */
void kunit_register(struct kunit_suite *suite)
{
	struct kunit_suite **at = &suites;

	while (*at && strcmp((*at)->name, suite->name) < 0)
		at = &(*at)->next;
	suite->next = *at;
	*at = suite;
}

void *kunit_kzalloc(struct kunit *test, size_t size, int gfp)
{
	struct chunk *c = calloc(1, sizeof(*c) + size);

	(void)test;
	(void)gfp;
	if (!c)
		return NULL;
	c->next = run.chunks;
	run.chunks = c;
	return c->data;
}

void kunit_say(struct kunit *test, const char *fmt, ...)
{
	va_list args;

	printf("# %s: ", test->name);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	if (!*fmt || fmt[strlen(fmt) - 1] != '\n')
		putchar('\n');
}

void kunit_mark_skipped(struct kunit *test, const char *fmt, ...)
{
	va_list args;

	(void)test;
	run.is_skipped = true;
	va_start(args, fmt);
	vsnprintf(run.skip_reason, sizeof(run.skip_reason), fmt, args);
	va_end(args);
}

void kunit_abort(struct kunit *test)
{
	(void)test;
	longjmp(run.on_abort, 1);
}

void kunit_failed(struct kunit *test, bool is_assertion, const char *file, int line, const char *what,
		  const char *fmt, ...)
{
	va_list args;

	if (run.failures++ < FAILURES_SHOWN) {
		printf("# %s%s%s: %s:%d: %s", test->name, run.param_desc ? " " : "",
		       run.param_desc ? run.param_desc : "", file, line, what);
		if (fmt) {
			fputs(": ", stdout);
			va_start(args, fmt);
			vprintf(fmt, args);
			va_end(args);
		}
		putchar('\n');
	}
	if (is_assertion)
		kunit_abort(test);
}

static void run_once(struct kunit_suite *suite, const struct kunit_case *c, struct kunit *test)
{
	struct chunk *next;

	/* Nothing that changes between the two returns of setjmp() is looked at after the second. */
	if (!setjmp(run.on_abort)) {
		if (suite->init && suite->init(test))
			kunit_failed(test, true, __FILE__, __LINE__, "the suite's init failed", NULL);
		c->run_case(test);
	}
	if (suite->exit && !setjmp(run.on_abort))
		suite->exit(test);
	for (; run.chunks; run.chunks = next) {
		next = run.chunks->next;
		free(run.chunks);
	}
}

static void run_case(struct kunit_suite *suite, const struct kunit_case *c)
{
	char desc[KUNIT_PARAM_DESC_SIZE] = "";
	struct kunit test = { .name = c->name };

	run.failures = 0;
	run.is_skipped = false;
	run.param_desc = NULL;
	if (!c->generate_params) {
		run_once(suite, c, &test);
		return;
	}
	test.param_value = c->generate_params(NULL, desc);
	while (test.param_value) {
		run.param_desc = desc;
		test.priv = NULL;
		run_once(suite, c, &test);
		test.param_index++;
		desc[0] = '\0';
		test.param_value = c->generate_params(test.param_value, desc);
	}
}

int main(int argc, char **argv)
{
	unsigned int n = 0, failed = 0, skipped = 0;
	const char *pattern = argc > 1 ? argv[1] : "*";
	struct kunit_suite *suite;
	struct kunit_case *c;
	char name[512];

	/* Lines that were printed must not be lost when a sanitizer ends the program. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (suite = suites; suite; suite = suite->next) {
		if (suite->suite_init && suite->suite_init(suite)) {
			failed++;
			printf("not ok %u - %s as a whole\n", ++n, suite->name);
			continue;
		}
		for (c = suite->test_cases; c->run_case; c++) {
			snprintf(name, sizeof(name), "%s.%s", suite->name, c->name);
			if (fnmatch(pattern, name, 0))
				continue;
			run_case(suite, c);
			n++;
			if (run.failures) {
				failed++;
				printf("# %u failures\n", run.failures);
				printf("not ok %u - %s\n", n, name);
			} else if (run.is_skipped) {
				skipped++;
				printf("ok %u - %s # SKIP %s\n", n, name, run.skip_reason);
			} else {
				printf("ok %u - %s\n", n, name);
			}
		}
		if (suite->suite_exit)
			suite->suite_exit(suite);
	}
	printf("1..%u\n", n);
	printf("%u passed, %u failed, %u skipped\n", n - failed - skipped, failed, skipped);
	return failed ? 1 : 0;
}
