/* SPDX-License-Identifier: GPL-2.0 */
/*
 * KUnit's interface for a program: the tests of the core compile unchanged in the kernel and here.
 *
 * What is offered is what the tests use: suites, cases, parameters, expectations, assertions, skips, and memory that
 * goes away with the test. A suite registers itself before main() runs; main() is in kunit.c and prints TAP.
 */
#ifndef CDISC_SIM_KUNIT_TEST_H
#define CDISC_SIM_KUNIT_TEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KUNIT_PARAM_DESC_SIZE	128

/* What a module has and a program does not. */
#define MODULE_LICENSE(text)
#define MODULE_DESCRIPTION(text)
#define MODULE_AUTHOR(text)
#define GFP_KERNEL	0

struct kunit {
	const char	*name;
	const void	*param_value;
	int		param_index;
	void		*priv;
};

struct kunit_case {
	void		(*run_case)(struct kunit *test);
	const char	*name;
	const void	*(*generate_params)(const void *prev, char *desc);
};

struct kunit_suite {
	const char		name[256];
	int			(*suite_init)(struct kunit_suite *suite);
	void			(*suite_exit)(struct kunit_suite *suite);
	int			(*init)(struct kunit *test);
	void			(*exit)(struct kunit *test);
	struct kunit_case	*test_cases;
	struct kunit_suite	*next;
};

#define KUNIT_CASE(func)		{ .run_case = func, .name = #func }
#define KUNIT_CASE_SLOW(func)		KUNIT_CASE(func)
#define KUNIT_CASE_PARAM(func, gen)	{ .run_case = func, .name = #func, .generate_params = gen }

#define KUNIT_ARRAY_PARAM(name, array, get_desc)						\
	static const void *name##_gen_params(const void *prev, char *desc)			\
	{											\
		const typeof((array)[0]) *next = prev ? (const typeof((array)[0]) *)prev + 1 : (array); \
		void (*describe)(const typeof((array)[0]) *, char *) = get_desc;		\
												\
		if ((size_t)(next - (array)) >= sizeof(array) / sizeof((array)[0]))		\
			return NULL;								\
		if (describe)									\
			describe(next, desc);							\
		return next;									\
	}

#define KUNIT_ARRAY_PARAM_DESC(name, array, desc_member)					\
	static const void *name##_gen_params(const void *prev, char *desc)			\
	{											\
		const typeof((array)[0]) *next = prev ? (const typeof((array)[0]) *)prev + 1 : (array); \
												\
		if ((size_t)(next - (array)) >= sizeof(array) / sizeof((array)[0]))		\
			return NULL;								\
		snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s", next->desc_member);			\
		return next;									\
	}

void kunit_register(struct kunit_suite *suite);

#define KUNIT_PASTE2(a, b)	a##b
#define KUNIT_PASTE(a, b)	KUNIT_PASTE2(a, b)

#define kunit_test_suite(suite)									\
	__attribute__((constructor)) static void KUNIT_PASTE(kunit_register_, __LINE__)(void)	\
	{											\
		kunit_register(&(suite));							\
	}											\
	struct kunit_suite

/* Several at once; &suite each, as in the kernel. */
#define kunit_test_suites(...)									\
	__attribute__((constructor)) static void KUNIT_PASTE(kunit_register_, __LINE__)(void)	\
	{											\
		struct kunit_suite *suites[] = { __VA_ARGS__ };					\
												\
		for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)			\
			kunit_register(suites[i]);						\
	}											\
	struct kunit_suite

void *kunit_kzalloc(struct kunit *test, size_t size, int gfp);
#define kunit_kmalloc(test, size, gfp)			kunit_kzalloc(test, size, gfp)
#define kunit_kcalloc(test, n, size, gfp)		kunit_kzalloc(test, (size_t)(n) * (size), gfp)
#define kunit_kmalloc_array(test, n, size, gfp)		kunit_kzalloc(test, (size_t)(n) * (size), gfp)

__attribute__((format(printf, 2, 3)))
void kunit_say(struct kunit *test, const char *fmt, ...);
#define kunit_info(test, fmt, ...)	kunit_say(test, fmt, ##__VA_ARGS__)
#define kunit_warn(test, fmt, ...)	kunit_say(test, fmt, ##__VA_ARGS__)
#define kunit_err(test, fmt, ...)	kunit_say(test, fmt, ##__VA_ARGS__)
#define kunit_log(level, test, fmt, ...)	kunit_say(test, fmt, ##__VA_ARGS__)

__attribute__((format(printf, 2, 3)))
void kunit_mark_skipped(struct kunit *test, const char *fmt, ...);
__attribute__((noreturn))
void kunit_abort(struct kunit *test);
#define kunit_skip(test, fmt, ...)	do {							\
	kunit_mark_skipped(test, fmt, ##__VA_ARGS__);						\
	kunit_abort(test);									\
} while (0)

/* Report a failure; fmt may be NULL. Ends the test when it was an assertion. */
__attribute__((format(printf, 6, 7)))
void kunit_failed(struct kunit *test, bool is_assertion, const char *file, int line, const char *what,
		  const char *fmt, ...);

#define KUNIT_CHECK(test, is_assertion, is_true, what, fmt, ...)	do {			\
	if (!(is_true))										\
		kunit_failed(test, is_assertion, __FILE__, __LINE__, what, fmt, ##__VA_ARGS__);	\
} while (0)

#define KUNIT_COMPARE(test, is_assertion, left, op, right, fmt, ...)	do {			\
	const typeof(left) left_value = (left);							\
	const typeof(right) right_value = (right);						\
												\
	if (!(left_value op right_value)) {							\
		char what_text[512];								\
												\
		snprintf(what_text, sizeof(what_text), "expected %s %s %s, but they are %lld and %lld", \
			 #left, #op, #right, (long long)left_value, (long long)right_value);	\
		kunit_failed(test, is_assertion, __FILE__, __LINE__, what_text, fmt, ##__VA_ARGS__); \
	}											\
} while (0)

#define KUNIT_COMPARE_PTR(test, is_assertion, left, op, right, fmt, ...)			\
	KUNIT_CHECK(test, is_assertion, (const void *)(left) op (const void *)(right),		\
		    "expected " #left " " #op " " #right, fmt, ##__VA_ARGS__)

#define KUNIT_COMPARE_STR(test, is_assertion, left, op, right, fmt, ...)	do {		\
	const char *left_text = (left), *right_text = (right);					\
												\
	if (!(strcmp(left_text, right_text) op 0)) {						\
		char what_text[512];								\
												\
		snprintf(what_text, sizeof(what_text), "expected %s %s %s, but they are \"%s\" and \"%s\"", \
			 #left, #op, #right, left_text, right_text);				\
		kunit_failed(test, is_assertion, __FILE__, __LINE__, what_text, fmt, ##__VA_ARGS__); \
	}											\
} while (0)

#define KUNIT_COMPARE_MEM(test, is_assertion, left, op, right, size, fmt, ...)			\
	KUNIT_CHECK(test, is_assertion, memcmp(left, right, size) op 0,				\
		    "expected " #left " " #op " " #right " in memory", fmt, ##__VA_ARGS__)

#define KUNIT_SUCCEED(test)			((void)(test))
#define KUNIT_FAIL(test, fmt, ...)		KUNIT_CHECK(test, false, false, "failed", fmt, ##__VA_ARGS__)
#define KUNIT_FAIL_AND_ABORT(test, fmt, ...)	KUNIT_CHECK(test, true, false, "failed", fmt, ##__VA_ARGS__)

#define KUNIT_EXPECT_TRUE(test, x)	KUNIT_CHECK(test, false, (x), "expected " #x, NULL)
#define KUNIT_EXPECT_FALSE(test, x)	KUNIT_CHECK(test, false, !(x), "expected not " #x, NULL)
#define KUNIT_EXPECT_EQ(test, l, r)	KUNIT_COMPARE(test, false, l, ==, r, NULL)
#define KUNIT_EXPECT_NE(test, l, r)	KUNIT_COMPARE(test, false, l, !=, r, NULL)
#define KUNIT_EXPECT_LT(test, l, r)	KUNIT_COMPARE(test, false, l, <, r, NULL)
#define KUNIT_EXPECT_LE(test, l, r)	KUNIT_COMPARE(test, false, l, <=, r, NULL)
#define KUNIT_EXPECT_GT(test, l, r)	KUNIT_COMPARE(test, false, l, >, r, NULL)
#define KUNIT_EXPECT_GE(test, l, r)	KUNIT_COMPARE(test, false, l, >=, r, NULL)
#define KUNIT_EXPECT_PTR_EQ(test, l, r)	KUNIT_COMPARE_PTR(test, false, l, ==, r, NULL)
#define KUNIT_EXPECT_PTR_NE(test, l, r)	KUNIT_COMPARE_PTR(test, false, l, !=, r, NULL)
#define KUNIT_EXPECT_NULL(test, p)	KUNIT_COMPARE_PTR(test, false, p, ==, NULL, NULL)
#define KUNIT_EXPECT_NOT_NULL(test, p)	KUNIT_COMPARE_PTR(test, false, p, !=, NULL, NULL)
#define KUNIT_EXPECT_STREQ(test, l, r)	KUNIT_COMPARE_STR(test, false, l, ==, r, NULL)
#define KUNIT_EXPECT_STRNEQ(test, l, r)	KUNIT_COMPARE_STR(test, false, l, !=, r, NULL)
#define KUNIT_EXPECT_MEMEQ(test, l, r, n)	KUNIT_COMPARE_MEM(test, false, l, ==, r, n, NULL)
#define KUNIT_EXPECT_MEMNEQ(test, l, r, n)	KUNIT_COMPARE_MEM(test, false, l, !=, r, n, NULL)

#define KUNIT_EXPECT_TRUE_MSG(test, x, fmt, ...)  KUNIT_CHECK(test, false, (x), "expected " #x, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(test, x, fmt, ...) \
	KUNIT_CHECK(test, false, !(x), "expected not " #x, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_EQ_MSG(test, l, r, fmt, ...) KUNIT_COMPARE(test, false, l, ==, r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NE_MSG(test, l, r, fmt, ...) KUNIT_COMPARE(test, false, l, !=, r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LT_MSG(test, l, r, fmt, ...) KUNIT_COMPARE(test, false, l, <, r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_LE_MSG(test, l, r, fmt, ...) KUNIT_COMPARE(test, false, l, <=, r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GT_MSG(test, l, r, fmt, ...) KUNIT_COMPARE(test, false, l, >, r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_GE_MSG(test, l, r, fmt, ...) KUNIT_COMPARE(test, false, l, >=, r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_PTR_EQ_MSG(test, l, r, fmt, ...) KUNIT_COMPARE_PTR(test, false, l, ==, r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_NOT_NULL_MSG(test, p, fmt, ...) \
	KUNIT_COMPARE_PTR(test, false, p, !=, NULL, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_STREQ_MSG(test, l, r, fmt, ...) KUNIT_COMPARE_STR(test, false, l, ==, r, fmt, ##__VA_ARGS__)
#define KUNIT_EXPECT_MEMEQ_MSG(test, l, r, n, fmt, ...) \
	KUNIT_COMPARE_MEM(test, false, l, ==, r, n, fmt, ##__VA_ARGS__)

#define KUNIT_ASSERT_TRUE(test, x)	KUNIT_CHECK(test, true, (x), "needed " #x, NULL)
#define KUNIT_ASSERT_FALSE(test, x)	KUNIT_CHECK(test, true, !(x), "needed not " #x, NULL)
#define KUNIT_ASSERT_EQ(test, l, r)	KUNIT_COMPARE(test, true, l, ==, r, NULL)
#define KUNIT_ASSERT_NE(test, l, r)	KUNIT_COMPARE(test, true, l, !=, r, NULL)
#define KUNIT_ASSERT_LT(test, l, r)	KUNIT_COMPARE(test, true, l, <, r, NULL)
#define KUNIT_ASSERT_LE(test, l, r)	KUNIT_COMPARE(test, true, l, <=, r, NULL)
#define KUNIT_ASSERT_GT(test, l, r)	KUNIT_COMPARE(test, true, l, >, r, NULL)
#define KUNIT_ASSERT_GE(test, l, r)	KUNIT_COMPARE(test, true, l, >=, r, NULL)
#define KUNIT_ASSERT_PTR_EQ(test, l, r)	KUNIT_COMPARE_PTR(test, true, l, ==, r, NULL)
#define KUNIT_ASSERT_PTR_NE(test, l, r)	KUNIT_COMPARE_PTR(test, true, l, !=, r, NULL)
#define KUNIT_ASSERT_NULL(test, p)	KUNIT_COMPARE_PTR(test, true, p, ==, NULL, NULL)
#define KUNIT_ASSERT_NOT_NULL(test, p)	KUNIT_COMPARE_PTR(test, true, p, !=, NULL, NULL)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p)	KUNIT_ASSERT_NOT_NULL(test, p)
#define KUNIT_ASSERT_STREQ(test, l, r)	KUNIT_COMPARE_STR(test, true, l, ==, r, NULL)

#define KUNIT_ASSERT_TRUE_MSG(test, x, fmt, ...)  KUNIT_CHECK(test, true, (x), "needed " #x, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_FALSE_MSG(test, x, fmt, ...) KUNIT_CHECK(test, true, !(x), "needed not " #x, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_EQ_MSG(test, l, r, fmt, ...) KUNIT_COMPARE(test, true, l, ==, r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NE_MSG(test, l, r, fmt, ...) KUNIT_COMPARE(test, true, l, !=, r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_LT_MSG(test, l, r, fmt, ...) KUNIT_COMPARE(test, true, l, <, r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_LE_MSG(test, l, r, fmt, ...) KUNIT_COMPARE(test, true, l, <=, r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_GT_MSG(test, l, r, fmt, ...) KUNIT_COMPARE(test, true, l, >, r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_GE_MSG(test, l, r, fmt, ...) KUNIT_COMPARE(test, true, l, >=, r, fmt, ##__VA_ARGS__)
#define KUNIT_ASSERT_NOT_NULL_MSG(test, p, fmt, ...) \
	KUNIT_COMPARE_PTR(test, true, p, !=, NULL, fmt, ##__VA_ARGS__)

/* The kernel's, for descriptions of parameters; the length that was copied, or a negative number. */
static inline long strscpy(char *to, const char *from, size_t size)
{
	int n = snprintf(to, size, "%s", from);

	return n >= 0 && (size_t)n < size ? n : -7;
}

#endif /* CDISC_SIM_KUNIT_TEST_H */
