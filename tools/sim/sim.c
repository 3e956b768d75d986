// SPDX-License-Identifier: GPL-2.0
/*
 * One scenario from the command line: the core in closed loop with a world of a given seed.
 */
#include <getopt.h>
#include <inttypes.h>

#include "world.h"

enum {
	OPT_FIRST = 256,
	OPT_TICK_BIAS, OPT_STAMP_NOISE, OPT_LATE, OPT_LIAR, OPT_ASYMMETRY, OPT_FIRST_POLL, OPT_IBURST, OPT_MAX_SLEW, OPT_MAX_CHANGE,
	OPT_STEP, OPT_PANIC, OPT_OUTAGE, OPT_FOREIGN, OPT_OBSERVE, OPT_TRACE, OPT_ERRORS, OPT_EXCHANGES, OPT_HELP,
};

static const struct option options[] = {
	{ "tick-bias",	 required_argument, NULL, OPT_TICK_BIAS },
	{ "stamp-noise", required_argument, NULL, OPT_STAMP_NOISE },
	{ "late",	 required_argument, NULL, OPT_LATE },
	{ "liar",	 required_argument, NULL, OPT_LIAR },
	{ "asymmetry",	 required_argument, NULL, OPT_ASYMMETRY },
	{ "first-poll",	 required_argument, NULL, OPT_FIRST_POLL },
	{ "iburst",	 no_argument,	    NULL, OPT_IBURST },
	{ "max-slew",	 required_argument, NULL, OPT_MAX_SLEW },
	{ "max-change",	 required_argument, NULL, OPT_MAX_CHANGE },
	{ "step",	 required_argument, NULL, OPT_STEP },
	{ "panic",	 required_argument, NULL, OPT_PANIC },
	{ "outage",	 required_argument, NULL, OPT_OUTAGE },
	{ "foreign",	 required_argument, NULL, OPT_FOREIGN },
	{ "observe",	 no_argument,	    NULL, OPT_OBSERVE },
	{ "trace",	 required_argument, NULL, OPT_TRACE },
	{ "errors",	 required_argument, NULL, OPT_ERRORS },
	{ "exchanges",	 required_argument, NULL, OPT_EXCHANGES },
	{ "help",	 no_argument,	    NULL, OPT_HELP },
	{ }
};

static const char usage[] =
	"usage: sim [KEY=VALUE]... [--OPTION VALUE]...\n"
	"The scenario is KEY=VALUE, see below. Times are in seconds, frequencies are ratios. Options are what else there is:\n"
	"  --tick-bias R --stamp-noise S --late S (mean of the timer, at most 1 s) --observe --foreign AT:STEP\n"
	"  --liar N:OFFSET[:FROM] --asymmetry N:S --first-poll S --iburst --outage FROM:TO\n"
	"  --max-slew PPB --max-change PPB_PER_S --step S --panic S\n"
	"  --trace FILE (CSV) --errors FILE --exchanges FILE (both for score)\n";

static void bad(const char *what, const char *value)
{
	fprintf(stderr, "sim: --%s does not take \"%s\"\n%s", what, value, usage);
	exit(2);
}

static double number(const char *what, const char *value)
{
	char *end;
	double v = strtod(value, &end);

	if (end == value || *end)
		bad(what, value);
	return v;
}

static struct world_server *server(struct world_config *cfg, const char *what, const char *value, int n)
{
	if (n < 1 || n > SCENARIO_SERVERS_MAX)
		bad(what, value);
	return &cfg->server[n - 1];
}

static enum clockdisc_servo servo_of(const char *name)
{
	return strcmp(name, "ntp") ? CLOCKDISC_SERVO_ADAPTIVE : CLOCKDISC_SERVO_NTP;
}

static FILE *create(const char *name)
{
	FILE *file = fopen(name, "w");

	if (!file) {
		perror(name);
		exit(1);
	}
	return file;
}

static void finish(FILE *file, const char *name)
{
	if (file && fclose(file)) {
		perror(name);
		exit(1);
	}
}

static void take(struct world_config *cfg, int opt, const char *what, const char *value)
{
	struct world_server *s;
	double a, b = 0;
	int n;

	switch (opt) {
	case OPT_TICK_BIAS:	cfg->tick_bias = number(what, value); break;
	case OPT_STAMP_NOISE:	cfg->stamp_noise = number(what, value); break;
	case OPT_LATE:		cfg->late = number(what, value); break;
	case OPT_FIRST_POLL:	cfg->first_poll = number(what, value); break;
	case OPT_IBURST:	cfg->iburst = true; break;
	case OPT_OBSERVE:	cfg->keeps_rate = true; break;
	case OPT_MAX_SLEW:	cdisc_policy_set_slew(&cfg->core.policy, (u32)number(what, value)); break;
	case OPT_MAX_CHANGE:	cfg->core.max_change_ppb_s = (u32)number(what, value); break;
	case OPT_STEP:		cdisc_policy_set_step(&cfg->core.policy, (s64)(number(what, value) * 1e9)); break;
	case OPT_PANIC:		cdisc_policy_set_panic(&cfg->core.policy, (s64)(number(what, value) * 1e9)); break;
	case OPT_LIAR:
		if (sscanf(value, "%d:%lf:%lf", &n, &a, &b) < 2)
			bad(what, value);
		s = server(cfg, what, value, n);
		s->offset = a;
		s->offset_from = b;
		break;
	case OPT_ASYMMETRY:
		if (sscanf(value, "%d:%lf", &n, &a) != 2)
			bad(what, value);
		server(cfg, what, value, n)->asymmetry = a;
		break;
	case OPT_OUTAGE:
		if (sscanf(value, "%lf:%lf", &cfg->outage_from, &cfg->outage_to) != 2)
			bad(what, value);
		break;
	case OPT_FOREIGN:
		if (sscanf(value, "%lf:%lf", &cfg->foreign_at, &cfg->foreign_step) != 2)
			bad(what, value);
		break;
	case OPT_TRACE:		cfg->trace = create(value); break;
	case OPT_ERRORS:	cfg->errors = create(value); break;
	case OPT_EXCHANGES:	cfg->exchanges = create(value); break;
	case OPT_HELP:
		fputs(usage, stdout);
		scenario_help(stdout);
		exit(0);
	}
}

int main(int argc, char **argv)
{
	struct world_config cfg;
	struct world_result res;
	int opt, index = 0;

	world_defaults(&cfg);
	scenario_defaults(&cfg.sc);
	while ((opt = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (opt < OPT_FIRST) {
			fputs(usage, stderr);
			return 2;
		}
		take(&cfg, opt, options[index].name, optarg);
	}
	scenario_from_args(&cfg.sc, argc - optind + 1, argv + optind - 1);
	cfg.core.servo = servo_of(cfg.sc.servo);
	cfg.core.minpoll_log2s = (s8)cfg.sc.minpoll_log2s;
	cfg.core.maxpoll_log2s = (s8)cfg.sc.maxpoll_log2s;
	if (cdisc_config_check(&cfg.core) != CDISC_CONFIG_OK) {
		fputs("sim: the core does not take this configuration\n", stderr);
		return 2;
	}
	world_run(&cfg, &res);
	printf("RESULT seed=%" PRIu64 " rms_ns=%.0f p99_ns=%.0f max_ns=%.0f end_ns=%.0f conv_1ms_s=%.0f"
	       " freq_error_ppb=%.2f bound_mean_ns=%.0f bound_bad=%" PRIu64 " liar_used_s=%" PRIu64 " synced_s=%" PRIu64
	       " seconds=%" PRIu64 " updates=%" PRIu64 " packets=%" PRIu64 " wakes=%" PRIu64 " rates=%" PRIu64
	       " slews=%" PRIu64 " steps=%" PRIu64 " slew_max_ppb=%.0f state=%d\n",
	       cfg.sc.seed, res.rms_ns, res.p99_ns, res.max_ns, res.end_ns, res.conv_1ms, res.freq_error_ppb,
	       res.bound_mean_ns, res.bound_bad, res.liar_used, res.synced, res.seconds, res.updates, res.packets,
	       res.wakes, res.rates, res.slews, res.steps, res.slew_max_ppb, res.state);
	finish(cfg.trace, "trace");
	finish(cfg.errors, "errors");
	finish(cfg.exchanges, "exchanges");
	return 0;
}
