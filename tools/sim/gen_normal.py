#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Generate the tables of kernel/core/normal.c and the values that its tests compare with.

usage: gen_normal.py             write kernel/core/normal_tables.h and kernel/tests/normal_golden.h
       gen_normal.py --check     only compare with what is there
       gen_normal.py --measure [N]
                                 build kernel/core/normal.c, compare N random inputs per class with the exact values
                                 and print the worst errors

Everything is computed with decimal numbers of 150 digits, so the output is the same on every machine. Of the normal
distribution's tail the functions

    M_n(a) = integral over t from 0 to infinity of t^n exp(-a t - t^2 / 2),  n = 0, 1, 2

are needed; M_0 is the ratio of Mills, M_1 = 1 - a M_0, M_2 = M_0 - a M_1.
"""
import ctypes
import os
import random
import subprocess
import sys
import tempfile
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, getcontext

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TABLES = "kernel/core/normal_tables.h"
GOLDEN = "kernel/tests/normal_golden.h"

Q24, Q60 = Decimal(1 << 24), Decimal(1 << 60)
LIMIT = 1 << 40         # of an end, q24
SEGMENTS = 32           # of u = 2 / (a + 2)
DEGREE = 3
MILLS_Q = 27
EXP_ENTRIES = 256
LOG_ENTRIES = 128
SEED = 20240607

getcontext().prec = 150
getcontext().Emax = 999999999999999999
getcontext().Emin = -999999999999999999


def nearest(value):
    return int(value.to_integral_value(ROUND_HALF_EVEN))


def arctan_of_inverse(n):
    """Taylor's series of arctan(1 / n)."""
    power = total = Decimal(1) / n
    k = 1
    while abs(power) > Decimal(10) ** -160:
        power /= -n * n
        k += 2
        total += power / k
    return total


PI = 4 * (4 * arctan_of_inverse(5) - arctan_of_inverse(239))     # Machin, 1706
LN2 = Decimal(2).ln()


def mills(a):
    """exp(a^2 / 2) times the integral of exp(-t^2 / 2) from a to infinity."""
    if a < 0:
        return (2 * PI).sqrt() * (a * a / 2).exp() - mills(-a)
    if a < 5:
        # Abramowitz and Stegun, 26.2.11.
        power = total = a
        k = 1
        while power > Decimal(10) ** -160:
            k += 2
            power *= a * a / k
            total += power
        return (PI / 2).sqrt() * (a * a / 2).exp() - total
    # 26.2.14; it converges like exp(-2 a sqrt(2 n)).
    x = a
    for k in range(int((350 / (2 * float(a))) ** 2 / 2) + 30, 0, -1):
        x = a + k / x
    return 1 / x


def moments(a):
    """M_0 to M_2."""
    m0 = mills(a)
    m1 = 1 - a * m0
    return m0, m1, m0 - a * m1


def cut(a, b):
    """Mean, variance and log of the mass of the standard normal distribution cut to [a, b]."""
    if a + b < 0:
        mean, var, logmass = cut(-b, -a)
        return -mean, var, logmass
    w = b - a
    left = (-(b * b - a * a) / 2).exp()
    ma, mb = moments(a), moments(b)
    d0 = ma[0] - left * mb[0]
    d1 = ma[1] - left * (mb[1] + w * mb[0])
    d2 = ma[2] - left * (mb[2] + 2 * w * mb[1] + w * w * mb[0])
    return a + d1 / d0, d2 / d0 - (d1 / d0) ** 2, d0.ln() - a * a / 2 - (2 * PI).ln() / 2


def cut_fixed(lo, hi):
    """The same as the kernel would have it, without its errors."""
    mean, var, logmass = cut(Decimal(lo) / Q24, Decimal(hi) / Q24)
    return nearest(mean * Q24), nearest(var * Q60), nearest(logmass * Q24)


def mills_scaled(u):
    """M_n (a + 2)^(n + 1) with u = 2 / (a + 2); smooth, and at u = 0 what the asymptotic series begins with."""
    if u == 0:
        return Decimal(1), Decimal(1), Decimal(2)
    a = 2 / u - 2
    return tuple(m * (a + 2) ** (n + 1) for n, m in enumerate(moments(a)))


def polynomial(nodes, values):
    """Coefficients, lowest first, of the polynomial through these points (Newton's divided differences)."""
    c = list(values)
    for order in range(1, len(c)):
        for i in range(len(c) - 1, order - 1, -1):
            c[i] = (c[i] - c[i - 1]) / (nodes[i] - nodes[i - order])
    coefficients = [Decimal(0)] * len(c)
    for i in range(len(c) - 1, -1, -1):
        shifted = [Decimal(0)] + coefficients[:-1]
        coefficients = [s - nodes[i] * p for s, p in zip(shifted, coefficients)]
        coefficients[0] += c[i]
    return coefficients


def mills_table():
    """Rows of coefficients, and the worst error of each function at points between."""
    # Chebyshev's nodes for four points, (1 + cos((2 k + 1) pi / 8)) / 2; cos(pi / 8)^2 = (2 + sqrt(2)) / 4.
    near = (2 + Decimal(2).sqrt()).sqrt() / 4
    far = (2 - Decimal(2).sqrt()).sqrt() / 4
    nodes = [(Decimal("0.5") + x) for x in (-near, -far, far, near)]
    rows, worst = [], [Decimal(0)] * 3
    for i in range(SEGMENTS):
        values = [mills_scaled((i + t) / SEGMENTS) for t in nodes]
        row = []
        for n in range(3):
            c = polynomial(nodes, [v[n] for v in values])
            row.append([nearest(x * (1 << MILLS_Q)) for x in c])
            # normal.c has no sign to take care of as long as the powers after the first cannot turn the sum negative.
            assert row[n][1] > -sum(min(0, x) for x in row[n][2:])
        rows.append(row)
        for step in range(9):
            t = Decimal(step) / 8
            exact = mills_scaled((i + t) / SEGMENTS)
            for n in range(3):
                p = sum(x * (t ** k if k else 1) for k, x in enumerate(row[n])) / (1 << MILLS_Q)
                worst[n] = max(worst[n], abs(p - exact[n]))
    return rows, worst


def c_rows(values, per_line, indent="\t"):
    lines = []
    for i in range(0, len(values), per_line):
        lines.append(indent + " ".join(f"{v}," for v in values[i:i + per_line]))
    return lines


def header(purpose, guard, include, body):
    return "\n".join([
        "/* SPDX-License-Identifier: GPL-2.0 */",
        "/*",
        f" * {purpose}",
        " * Generated by tools/sim/gen_normal.py; not to be edited.",
        " */",
        f"#ifndef {guard}",
        f"#define {guard}",
        "",
        f'#include "{include}"',
        "",
        *body,
        "",
        f"#endif /* {guard} */",
        ""])


def tables():
    rows, worst = mills_table()
    exps = [nearest((-LN2 * i / EXP_ENTRIES).exp() * (1 << 31)) for i in range(EXP_ENTRIES)]
    # Rounded up, so that m * inverse >= 1; the log is that of the rounded number.
    inverses = [int((Decimal(1 << 31) * LOG_ENTRIES / (LOG_ENTRIES + i)).to_integral_value(ROUND_CEILING))
                for i in range(LOG_ENTRIES)]
    logs = [nearest(-(Decimal(x) / (1 << 31)).ln() * (1 << 32)) for x in inverses]
    end = int((33 * LN2 * Q24).to_integral_value(ROUND_FLOOR))
    errors = ", ".join(f"{float(w):.1e}" for w in worst)
    body = [
        "/* ln(2) and log2(e) in q32; ln(2 pi) / 2 in q24; 1 / sqrt(2 pi) in q32. */",
        f"#define LN2_Q32\t\t\t{nearest(LN2 * (1 << 32))}ULL",
        f"#define LOG2E_Q32\t\t{nearest((1 << 32) / LN2)}ULL",
        f"#define HALF_LN_2PI_Q24\t\t{nearest((2 * PI).ln() / 2 * Q24)}LL",
        f"#define INV_SQRT_2PI_Q32\t{nearest((1 << 32) / (2 * PI).sqrt())}ULL",
        "",
        "/* 33 ln(2) in q24: exp() of its negative is half of the last bit of q32. */",
        f"#define EXP_END_Q24\t\t{end}ULL",
        "",
        f"/* 2^(-i / {EXP_ENTRIES}) in q31. */",
        f"#define EXP_BITS\t\t{EXP_ENTRIES.bit_length() - 1}",
        f"static const u32 exp_table[{EXP_ENTRIES}] = {{",
        *c_rows([f"{x}U" for x in exps], 8),
        "};",
        "",
        f"/* 1 / (1 + i / {LOG_ENTRIES}) in q31, rounded up, and minus the natural log of that number in q32. */",
        f"#define LOG_BITS\t\t{LOG_ENTRIES.bit_length() - 1}",
        f"static const u32 log_inverse[{LOG_ENTRIES}] = {{",
        *c_rows([f"{x}U" for x in inverses], 8),
        "};",
        "",
        f"static const u32 log_table[{LOG_ENTRIES}] = {{",
        *c_rows([f"{x}U" for x in logs], 8),
        "};",
        "",
        "/*",
        " * M_n(a) (a + 2)^(n + 1) for n = 0, 1, 2, where M_n(a) is the integral over t > 0 of t^n exp(-a t - t^2 / 2),",
        f" * as polynomials in t, lowest power first, q{MILLS_Q}: u = 2 / (a + 2) = (segment + t) / {SEGMENTS}.",
        f" * Worst errors: {errors}.",
        " */",
        f"#define MILLS_BITS\t\t{SEGMENTS.bit_length() - 1}",
        f"#define MILLS_Q\t\t\t{MILLS_Q}",
        f"static const s32 mills_table[{SEGMENTS}][3][{DEGREE + 1}] = {{",
    ]
    for row in rows:
        parts = ["{ " + ", ".join(str(c) for c in f) + " }" for f in row]
        body += ["\t{", *["\t\t" + p + "," for p in parts], "\t},"]
    body.append("};")
    return header("Tables of exp, log and the normal distribution's tail.", "CDISC_NORMAL_TABLES_H", "shim.h", body)


def q24(x):
    return nearest(Decimal(x) * Q24)


def random_bits(rng, low, high):
    """A number whose logarithm is about uniform, from 2^low up to below 2^high."""
    bits = low + rng.getrandbits(16) % (high - low)
    return (1 << bits) + rng.getrandbits(bits) if bits else 1


CLASSES = ("all of the mass", "half-open", "around the middle", "one side", "far tail", "narrow", "narrow, far")


def random_cut(rng, kind):
    """An interval of one of CLASSES, both ends in q24."""
    sign = 1 if rng.getrandbits(1) else -1
    if kind == "all of the mass":
        lo, hi = -random_bits(rng, 27, 40), random_bits(rng, 27, 40)
    elif kind == "half-open":
        lo, hi = sign * random_bits(rng, 12, 31), LIMIT
    elif kind == "around the middle":
        lo, hi = -random_bits(rng, 16, 27), random_bits(rng, 16, 27)
    elif kind == "one side":
        lo = random_bits(rng, 10, 28)
        hi = lo + random_bits(rng, 16, 28)
    elif kind == "far tail":
        lo = random_bits(rng, 28, 39)
        # From about one scale length, 1 / lo, up to all of the rest.
        hi = lo + random_bits(rng, max(1, 47 - lo.bit_length()), 39)
    else:
        lo = random_bits(rng, *((10, 28) if kind == "narrow" else (28, 39)))
        hi = lo + random_bits(rng, 4, 24)
    return (lo, hi) if sign > 0 else (-hi, -lo)


def cut_inputs():
    yield from ((-LIMIT, LIMIT), (q24(-40), q24(40)), (q24(-8), q24(8)), (q24(-6), q24(6)), (q24(-3), q24(3)),
                (q24(-1), q24(1)), (0, LIMIT), (0, q24(1)), (0, q24("0.5")), (0, 1), (-1, 1), (-1, 0),
                (LIMIT - 1, LIMIT), (-LIMIT, 1 - LIMIT), (-LIMIT, 0), (LIMIT - (1 << 24), LIMIT))
    for a in ("-40", "-9", "-5", "-2", "-0.5", "0.001", "1", "2.5", "5", "7", "9", "20", "40", "41", "100", "1000",
              "60000"):
        yield q24(a), LIMIT
    for a in ("-3", "-0.2", "0", "1", "4", "10", "40", "200", "5000"):
        for w in ("2", "0.6", "0.5", "0.4", "0.1", "0.01", "0.0001", "0.00000095367431640625"):
            yield q24(a), q24(a) + q24(w)
    # Either side of where one formula takes over from another: (w / 2 + 1 + a) w = 1 / 2.
    for a in ("-0.2", "-0.001", "0", "0.001", "1", "8", "40", "1000"):
        c = 1 + Decimal(a)
        w = q24((c * c + 1).sqrt() - c)
        for d in (-1, 0, 1):
            yield q24(a), q24(a) + w + d
    rng = random.Random(SEED)
    for kind in CLASSES:
        for _ in range(20):
            yield random_cut(rng, kind)


def exp_inputs():
    yield from (0, 1, 2, 1 << 16, 1 << 23, 1 << 24, nearest(LN2 * Q24), 372130559, 22 << 24, 23 << 24)
    rng = random.Random(SEED)
    for _ in range(40):
        yield random_bits(rng, 8, 29)


def log_inputs():
    yield from (1, 2, 3, 10, (1 << 24) - 1, 1 << 24, (1 << 24) + 1, (1 << 32) - 1, 1 << 32, 1 << 63, (1 << 64) - 1)
    rng = random.Random(SEED)
    for _ in range(40):
        yield random_bits(rng, 1, 64)


def golden():
    body = ["static const struct cut_row {", "\ts64 lo_q24, hi_q24;", "\tstruct cdisc_cut cut;", "} cut_rows[] = {"]
    for lo, hi in cut_inputs():
        mean, var, logmass = cut_fixed(lo, hi)
        body.append(f"\t{{ {lo}LL, {hi}LL, {{ {mean}LL, {var}LL, {logmass}LL }} }},")
    body += ["};", "", "static const struct exp_row {", "\tu64 x_q24;", "\tu64 exp_q32;", "} exp_rows[] = {"]
    for x in exp_inputs():
        body.append(f"\t{{ {x}ULL, {nearest((-x / Q24).exp() * (1 << 32))}ULL }},")
    body += ["};", "", "static const struct log_row {", "\tu64 x;", "\ts64 log_q24;", "} log_rows[] = {"]
    for x in log_inputs():
        body.append(f"\t{{ {x}ULL, {nearest(Decimal(x).ln() * Q24)}LL }},")
    body.append("};")
    return header("Exact values of what core/normal.h computes.", "CDISC_NORMAL_GOLDEN_H", "core/normal.h", body)


class Cut(ctypes.Structure):
    _fields_ = [("mean_q24", ctypes.c_int64), ("var_q60", ctypes.c_int64), ("logmass_q24", ctypes.c_int64)]


def measure(n):
    with tempfile.TemporaryDirectory() as stage:
        lib = os.path.join(stage, "normal.so")
        core = os.path.join(TOP, "kernel/core")
        subprocess.run([os.environ.get("CC", "cc"), "-O2", "-shared", "-fPIC", f"-I{TOP}/uapi", "-o", lib,
                        f"{core}/normal.c", f"{core}/fixed.c"], check=True)
        core = ctypes.CDLL(lib)
    core.cdisc_log_q24.restype = ctypes.c_int64
    core.cdisc_exp_neg_q32.restype = ctypes.c_uint32
    rng = random.Random(SEED + 1)
    print(f"seed {SEED + 1}, {n} of each; mean in sd beyond half a unit of q24 and per width, relative variance, log mass")
    for kind in CLASSES:
        worst = [0.0] * 4
        for _ in range(n):
            lo, hi = random_cut(rng, kind)
            mean, var, logmass = cut(Decimal(lo) / Q24, Decimal(hi) / Q24)
            c = Cut()
            core.cdisc_normal_cut(ctypes.c_int64(lo), ctypes.c_int64(hi), ctypes.byref(c))
            off = max(0.0, float(abs(Decimal(c.mean_q24) - mean * Q24)) - 0.5)
            errors = (off / 2**24, off / (hi - lo), float(abs(Decimal(c.var_q60) / Q60 / var - 1)),
                      float(abs(Decimal(c.logmass_q24) / Q24 - logmass)))
            worst = [max(w, e) for w, e in zip(worst, errors)]
        print(f"{kind:18} " + " ".join(f"{w:9.1e}" for w in worst))
    exps = [random_bits(rng, 4, 29) for _ in range(n)]
    print("exp, units of q32 ", max(float(abs(core.cdisc_exp_neg_q32(ctypes.c_uint64(x)) -
                                              (-x / Q24).exp() * (1 << 32))) for x in exps))
    logs = [random_bits(rng, 1, 64) for _ in range(n)]
    print("log               ", max(float(abs(core.cdisc_log_q24(ctypes.c_uint64(x)) / Q24 - Decimal(x).ln()))
                                    for x in logs))


def main():
    if sys.argv[1:2] == ["--measure"]:
        measure(int(sys.argv[2]) if len(sys.argv) > 2 else 2000)
        return 0
    status = 0
    for path, text in ((TABLES, tables()), (GOLDEN, golden())):
        full = os.path.join(TOP, path)
        old = open(full, encoding="ascii").read() if os.path.exists(full) else ""
        if old == text:
            continue
        if "--check" in sys.argv[1:]:
            print(f"{path} differs from what tools/sim/gen_normal.py makes")
            status = 1
        else:
            with open(full, "w", encoding="ascii") as f:
                f.write(text)
    return status


if __name__ == "__main__":
    sys.exit(main())
