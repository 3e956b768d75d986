# SPDX-License-Identifier: GPL-2.0
"""Plots of make bench: for every cell, the error over time and how much of the time it was below what."""
import math
import os
import shutil
import subprocess
import tempfile

COLOURS = {"clockdisc-adaptive": "#c03020", "clockdisc-ntp": "#e09010", "chrony": "#2050b0", "chrony-tuned": "#60a0e0",
           "ntpsec": "#207030", "ntpsec-tuned": "#70b060"}
STYLE = 'with lines linewidth {width} dashtype {dash} linecolor rgb "{colour}" title "{title}"'


def curve(data, using, client):
    """The bound is a client without a colour."""
    width, dash = 2 if client.startswith("clockdisc") else 1, 1 if client in COLOURS else 2
    style = STYLE.format(width=width, dash=dash, colour=COLOURS.get(client, "black"), title=client)
    return f'"{data}" using {using} {style}'


def head(output, title):
    return f'''set terminal pngcairo size 1100,700 font "sans,11" noenhanced
set output "{output}"
set title "{title}"
set grid
set key outside right top
'''


def over_time(output, title, runs, limit_us, warm):
    """The error, clipped at what the better ones need: the worst client must not flatten all others."""
    lines = [curve(r.path("errors.txt"), "($1/1e9):($2/1e3)", r.client) for r in runs]
    duration = float(runs[0].settings["DURATION"])
    return head(output, title) + f'''set xlabel "s"
set ylabel "clock minus truth, µs"
set xrange [0:{duration:g}]
set yrange [{-limit_us:.6g}:{limit_us:.6g}]
set arrow from {warm:g}, graph 0 to {warm:g}, graph 1 nohead dashtype 2 linecolor rgb "gray40"
plot ''' + ", \\\n     ".join(lines) + "\n"


def cumulative(output, title, runs, ideal, warm, dirname):
    """Part of the time that the error is below x. The ideal estimator's curve is the bound."""
    lines, least = [], math.inf
    for name, path in [(r.client, r.path("errors.txt")) for r in runs] + [("bound", ideal)]:
        data = os.path.join(dirname, name)
        with open(path) as f:
            sizes = sorted(abs(float(w[1])) / 1e3 for w in map(str.split, f) if float(w[0]) > warm * 1e9)
        least = min(least, sizes[len(sizes) // 2] / 30)
        with open(data, "w") as f:
            f.writelines(f"{max(x, 1e-4):.5g} {(i + 1) / len(sizes):.5g}\n" for i, x in enumerate(sizes))
        lines.append(curve(data, "1:2", name))
    return head(output, title) + f'''set xlabel "error, µs"
set ylabel "part of the time below"
set logscale x
set format x "%g"
set xrange [{least:.3g}:]
set yrange [0:1]
plot ''' + ", \\\n     ".join(lines) + "\n"


def warm_of(run):
    settings = run.settings
    return float(settings["WARM"]) if "WARM" in settings else 0.3 * float(settings["DURATION"])


def draw(runner, runs, cells, clients, out):
    """Into the directory out: CELL-error.png and CELL-cumulative.png, of the least seed that is there."""
    if not shutil.which("gnuplot"):
        runner.failed.append("gnuplot is not installed: no plots")
        return
    os.makedirs(out, exist_ok=True)
    for cell in cells:
        here = [r for r in runs if r.cell.name == cell.name]
        here = [r for r in here if r.seed == min(x.seed for x in here)]
        # Ours are drawn last, over the others.
        here.sort(key=lambda r: -clients.index(r.client))
        if not here:
            continue
        title = f"{cell.name}: " + " ".join(f"{k}={here[0].settings[k]}" for k in [*cell.settings, "SEED"])
        best = sorted(runner.score(r)["p99_ns"] for r in here)
        limit_us = 1.5 * best[min(len(best) - 1, len(best) // 2)] / 1e3
        with tempfile.TemporaryDirectory() as dirname:
            ideal = os.path.join(dirname, "ideal")
            runner.score(here[-1], None, ideal)
            script = over_time(f"{out}/{cell.name}-error.png", title, here, limit_us, warm_of(here[0]))
            script += "reset\n"
            script += cumulative(f"{out}/{cell.name}-cumulative.png", title, here, ideal, warm_of(here[0]), dirname)
            said = subprocess.run(["gnuplot"], input=script, capture_output=True, text=True)
            if said.returncode:
                runner.failed.append(f"gnuplot, {cell.name}: {said.stderr.strip()}")
