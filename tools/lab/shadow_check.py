#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Whether a shadow report is right: shadow_check.py ERRORS DATA REPORT, TAP.

ERRORS is the laboratory's own logger (raw_ns, clock minus truth, bound), DATA and REPORT are what clockdisc shadow report wrote
with --data and -j. Truth is known here, so all that the report had to take its own word for can be judged: its judge, the clock
as it was, and the clock that would have been, whose true offset is that of the real one and what lies between the two.
"""
import bisect
import json
import math
import sys

# The logger's axis begins then, tools/lab/counter.h.
BEGIN_NS = 10e9

n_done = n_failed = 0


def check(name, is_good, got):
    global n_done, n_failed
    n_done += 1
    n_failed += not is_good
    print(f"{'ok' if is_good else 'not ok'} {n_done} - {name}\n# {got}")


def rms(values):
    return math.sqrt(sum(v * v for v in values) / len(values))


def read(path):
    with open(path) as f:
        return [tuple(map(float, line.split())) for line in f if not line.startswith("#")]


def main():
    errors, data = read(sys.argv[1]), read(sys.argv[2])
    with open(sys.argv[3]) as f:
        report = json.load(f)
    raws = [e[0] for e in errors]
    other, ours, judge = [], [], []
    for raw_ns, other_ns, ours_ns, _told_ns, sd_ns in data:
        i = bisect.bisect(raws, raw_ns - BEGIN_NS)
        # Between two seconds of which one is before a jump nobody knows which.
        if not 0 < i < len(raws) or abs(errors[i - 1][1] - errors[i][1]) > 1e5:
            continue
        u = (raw_ns - BEGIN_NS - raws[i - 1]) / (raws[i] - raws[i - 1])
        true_ns = -(errors[i - 1][1] + u * (errors[i][1] - errors[i - 1][1]))
        other.append((other_ns, true_ns))
        ours.append((ours_ns, true_ns - (other_ns - ours_ns)))
        judge.append((other_ns - true_ns, sd_ns))

    check("nearly all lines of the report can be compared", len(other) > 0.9 * len(data) > 100, f"{len(other)} of {len(data)}")
    said, true = rms([j for _, j in judge]), rms([e for e, _ in judge])
    check("the judge is as good as it says", true < 1.5 * said, f"it says {said / 1e3:.1f} us RMS, it is {true / 1e3:.1f}")
    part = sum(abs(e) < 3 * sd for e, sd in judge) / len(judge)
    check("it is within three of its sigmas", part > 0.97, f"{100 * part:.2f} % of the time")
    # Below the judge's own error nothing can be told: that much, in squares, is taken for granted.
    for name, pairs in ("the clock as it was", other), ("this module's", ours):
        said, real = rms([a for a, _ in pairs]), rms([b for _, b in pairs])
        good = abs(math.sqrt(said**2 + true**2) - real) < 0.1 * real or abs(said - real) < 0.1 * real
        check(f"{name}: its RMS is that of the laboratory's logger", good, f"report {said / 1e3:.1f} us, truth {real / 1e3:.1f} us")
        # Without the recoveries, which outweigh all else.
        quiet = [p for p in pairs if abs(p[1]) < 5e5]
        said, real = rms([a for a, _ in quiet]), rms([b for _, b in quiet])
        good = real - 1.5 * true < said < real + 1.5 * true
        check(f"{name}: likewise while it is right within 500 us", good,
              f"report {said / 1e3:.1f} us, truth {real / 1e3:.1f} us")
        worst = max(abs(b) for _, b in pairs)
        told = report["other" if pairs is other else "ours"]["worst-ns"]
        check(f"{name}: so is its worst", abs(told - worst) < 0.02 * worst + 5 * true, f"{told / 1e6:.3f} and {worst / 1e6:.3f} ms")
    # A step of the clock, not of truth: nobody steps truth by half a second here.
    jumps = [b[1] - a[1] for a, b in zip(errors, errors[1:]) if abs(b[1] - a[1]) > 5e8]
    check("every step of the other is counted", report["foreign-sets"] == len(jumps), f"{report['foreign-sets']} and {jumps}")
    check("the bound was never broken", report["untrue-s"] == 0, f"{report['untrue-s']} s")
    print(f"1..{n_done}\n{n_done - n_failed} passed, {n_failed} failed, 0 skipped")
    return 1 if n_failed else 0


sys.exit(main())
