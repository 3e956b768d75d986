// SPDX-License-Identifier: GPL-2.0
/* Quantities as text: printing and reading numbers with units. */
#include "cdisc_units.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cdisc_util.h"

#define NSEC_PER_SEC		1000000000LL

static uint64_t magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

static const char *sign_of(int64_t value)
{
	if (value < 0)
		return "-";
	return value > 0 ? "+" : "";
}

struct step {
	const char *name;
	uint64_t scale;		/* how many of the smallest */
};

static const struct step time_steps[] = {
	{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", NSEC_PER_SEC },
};

/* The smallest is 1/1000 ppb. */
static const struct step freq_steps[] = {
	{ "ppb", 1000 }, { "ppm", 1000000 },
};

/* The largest unit that leaves a digit before the point; rounding may carry into the next one. */
static char *format_steps(char *buf, size_t len, const char *sign, unsigned __int128 value,
			  const struct step *steps, size_t n)
{
	unsigned __int128 milli;
	size_t i = n - 1;

	while (i > 0 && value < steps[i].scale)
		i--;
	if (steps[i].scale == 1) {
		snprintf(buf, len, "%s%llu %s", sign, (unsigned long long)value, steps[i].name);
		return buf;
	}
	milli = (value * 1000 + steps[i].scale / 2) / steps[i].scale;
	if (i + 1 < n && milli >= (unsigned __int128)1000 * (steps[i + 1].scale / steps[i].scale)) {
		i++;
		milli = (value * 1000 + steps[i].scale / 2) / steps[i].scale;
	}
	snprintf(buf, len, "%s%llu.%03u %s", sign, (unsigned long long)(milli / 1000),
		 (unsigned int)(milli % 1000), steps[i].name);
	return buf;
}

char *cdisc_format_ns(char *buf, size_t len, int64_t value_ns)
{
	return format_steps(buf, len, sign_of(value_ns), magnitude(value_ns), time_steps,
			    ARRAY_SIZE(time_steps));
}

char *cdisc_format_magnitude_ns(char *buf, size_t len, uint64_t value_ns)
{
	return format_steps(buf, len, "", value_ns, time_steps, ARRAY_SIZE(time_steps));
}

/* For columns: always milliseconds, without the unit. */
char *cdisc_format_ms(char *buf, size_t len, int64_t value_ns)
{
	uint64_t value_us = magnitude(value_ns) / 1000 + (magnitude(value_ns) % 1000 >= 500);

	snprintf(buf, len, "%s%llu.%03u", value_ns < 0 && value_us ? "-" : "",
		 (unsigned long long)(value_us / 1000), (unsigned int)(value_us % 1000));
	return buf;
}

static char *format_freq(char *buf, size_t len, const char *sign, uint64_t freq_ppb_q16)
{
	unsigned __int128 milli_ppb = ((unsigned __int128)freq_ppb_q16 * 1000 + (1 << 15)) >> 16;

	return format_steps(buf, len, milli_ppb ? sign : "", milli_ppb, freq_steps,
			    ARRAY_SIZE(freq_steps));
}

char *cdisc_format_ppb_q16(char *buf, size_t len, int64_t freq_ppb_q16)
{
	return format_freq(buf, len, sign_of(freq_ppb_q16), magnitude(freq_ppb_q16));
}

char *cdisc_format_magnitude_ppb_q16(char *buf, size_t len, uint64_t freq_ppb_q16)
{
	return format_freq(buf, len, "", freq_ppb_q16);
}

char *cdisc_format_ppb(char *buf, size_t len, uint64_t freq_ppb)
{
	return format_steps(buf, len, "", (unsigned __int128)freq_ppb * 1000, freq_steps,
			    ARRAY_SIZE(freq_steps));
}

char *cdisc_format_log2s(char *buf, size_t len, int poll_log2s)
{
	if (poll_log2s >= 0 && poll_log2s < 63)
		snprintf(buf, len, "%llu s", 1ULL << poll_log2s);
	else
		snprintf(buf, len, "2^%d s", poll_log2s);
	return buf;
}

char *cdisc_format_real_ns(char *buf, size_t len, int64_t real_ns)
{
	int64_t sec = real_ns / NSEC_PER_SEC;
	int64_t nsec = real_ns % NSEC_PER_SEC;
	char date[40];
	struct tm tm;
	time_t at;

	/* Division truncates; an instant before 1970 counts its fraction upwards too. */
	if (nsec < 0) {
		nsec += NSEC_PER_SEC;
		sec--;
	}
	at = (time_t)sec;
	if (!gmtime_r(&at, &tm) || !strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm))
		snprintf(buf, len, "%lld.%09lld", (long long)sec, (long long)nsec);
	else
		snprintf(buf, len, "%s.%09lldZ", date, (long long)nsec);
	return buf;
}

char *cdisc_format_ref_id(char *buf, size_t len, uint32_t ref_id, uint32_t stratum)
{
	unsigned char octets[4] = { ref_id >> 24, ref_id >> 16, ref_id >> 8, ref_id };
	size_t n = 0;

	while (n < 4 && isgraph(octets[n]))
		n++;
	if (stratum <= 1 && n && (n == 4 || !octets[n]))
		snprintf(buf, len, ".%.*s.", (int)n, (const char *)octets);
	else
		snprintf(buf, len, "%u.%u.%u.%u", octets[0], octets[1], octets[2], octets[3]);
	return buf;
}

char *cdisc_format_exact(char *buf, size_t len, enum cdisc_unit unit, int64_t value)
{
	static const struct step times[] = {
		{ " ns", 1 }, { " us", 1000 }, { " ms", 1000000 }, { " s", NSEC_PER_SEC },
	};
	static const struct step rates[] = { { " ppb", 1 }, { " ppm", 1000 } };
	static const struct step seconds[] = { { " s", 1 } };
	static const struct step plain[] = { { "", 1 } };
	const struct step *steps = plain;
	uint64_t abs = magnitude(value);
	size_t i = ARRAY_SIZE(plain) - 1;
	const char *tail = "";

	switch (unit) {
	case CDISC_UNIT_NS:
		steps = times;
		i = ARRAY_SIZE(times) - 1;
		break;
	case CDISC_UNIT_PPB_Q16:
		/* Legal ranges are whole ppb; anything else is told as the plain integer. */
		if (abs % 65536)
			break;
		abs /= 65536;
		steps = rates;
		i = ARRAY_SIZE(rates) - 1;
		break;
	case CDISC_UNIT_PPB_S:
		tail = " per s";
		steps = rates;
		i = ARRAY_SIZE(rates) - 1;
		break;
	case CDISC_UNIT_PPB:
		steps = rates;
		i = ARRAY_SIZE(rates) - 1;
		break;
	case CDISC_UNIT_SEC:
		steps = seconds;
		break;
	case CDISC_UNIT_LOG2S:
		snprintf(buf, len, "%lld", (long long)value);
		return buf;
	case CDISC_UNIT_NONE:
	case CDISC_UNIT_REAL_NS:
	case CDISC_UNIT_RAW_NS:
	case CDISC_UNIT_US:
	case CDISC_UNIT_REF_ID:
		break;
	}
	while (i > 0 && (!abs || abs % steps[i].scale))
		i--;
	snprintf(buf, len, "%s%llu%s%s", value < 0 ? "-" : "",
		 (unsigned long long)(abs / steps[i].scale), steps[i].name, tail);
	return buf;
}
