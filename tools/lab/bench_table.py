# SPDX-License-Identifier: GPL-2.0
"""Tables of make bench and make sim: medians over seeds, ratios to the bound and to the peers, goals met and missed."""
import csv
import math
import os
import statistics

PEERS = ("chrony", "chrony-tuned", "ntpsec", "ntpsec-tuned")
DEFAULT_PEERS = ("chrony", "ntpsec")  # with their packages' settings: nobody is to be worse than these
COVER = 0.999  # part of the time that the bound must hold
BOUND_BY_RMS = 10  # the median bound by the RMS error, at most
CLEARLY = 0.6  # RMS by chrony's, in three quarters of the cells
CLEARLY_PART = 0.75
MARGIN = 1.15  # the simulator's RMS by the laboratory's, either way


def median(values):
    """With "never" counted as worse than everything; None when that, or nothing, is in the middle."""
    m = statistics.median([math.inf if v is None else v for v in values]) if values else math.inf
    return None if math.isinf(m) else m


def plain(value, form="{:.2f}"):
    return "-" if value is None else form.format(value)


def micro(ns):
    """Nanoseconds as microseconds with three digits that mean something."""
    if ns is None:
        return "-"
    us = ns / 1e3
    return f"{us:.3g}" if us < 1000 else f"{us:.0f}"


def by(a, b):
    return a / b if a is not None and b else None


class Results:
    """Medians over seeds of every client in every cell, laboratory or simulator."""

    def __init__(self, rows):
        self.rows = {}
        for run, figures in rows:
            self.rows.setdefault((run.place, run.cell.name, run.client), {})[run.seed] = figures

    def has(self, place, cell, client):
        return (place, cell, client) in self.rows

    def seeds(self, place, cell, client):
        return self.rows.get((place, cell, client), {})

    def figure(self, place, cell, client, key):
        return median([f.get(key) for f in self.seeds(place, cell, client).values()])

    def worst(self, place, cell, client, key, pick):
        known = [f[key] for f in self.seeds(place, cell, client).values() if f.get(key) is not None]
        return pick(known) if known else None

    def ratio(self, place, cell, client, other, key):
        """Median over the seeds that both have, of a figure by the other client's."""
        mine, others = self.seeds(place, cell, client), self.seeds(place, cell, other)
        return median([by(mine[s][key], others[s][key]) for s in mine if s in others])


def goals(res, place, cell, client):
    """[(what, is it met)] for one of our clients in a cell; None where the peer it is about has not been run."""
    name, out = cell.name, []
    for key, limit in cell.goals:
        if key in ("chrony", "packets"):
            if not res.has(place, name, "chrony"):
                continue
            value = res.ratio(place, name, client, "chrony", "rms_ns" if key == "chrony" else "packets")
        else:
            value = res.figure(place, name, client, key)
        out.append((f"{key} {plain(value, '{:.3g}')} (≤ {limit})", value is not None and value <= float(limit)))
    for peer in DEFAULT_PEERS:
        for key in ("rms_ns", "p99_ns", "max_ns") if res.has(place, name, peer) else ():
            value = res.ratio(place, name, client, peer, key)
            if value is None or value > 1:
                out.append((f"{key[:-3]} {plain(value)} × {peer}", False))
    cover = res.worst(place, name, client, "cover", min)
    if cover is not None and cover < COVER:
        out.append((f"bound holds {100 * cover:.2f} %", False))
    wide = by(res.figure(place, name, client, "bound_median_ns"), res.figure(place, name, client, "rms_ns"))
    if wide is not None and wide > BOUND_BY_RMS:
        out.append((f"bound {wide:.0f} × RMS", False))
    return out


def table(head, lines):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head)] +
                     ["| " + " | ".join(line) + " |" for line in lines]) + "\n"


def rms_table(res, place, cells, clients):
    lines = []
    for c in cells:
        bound = median([f["bound_rms_ns"] for k in clients for f in res.seeds(place, c.name, k).values()])
        lines.append([c.name, micro(bound)] + [micro(res.figure(place, c.name, k, "rms_ns")) for k in clients])
    return table(["cell", "bound"] + list(clients), lines)


def ours_table(res, place, cells, client, peers):
    lines = []
    for c in cells:
        if not res.has(place, c.name, client):
            continue
        asked = goals(res, place, c, client)
        missed = [what for what, is_met in asked if not is_met]
        sim = by(res.figure("sim", c.name, client, "rms_ns"), res.figure("lab", c.name, client, "rms_ns"))
        lines.append([
            c.name, plain(res.figure(place, c.name, client, "ratio")),
            *[plain(res.ratio(place, c.name, client, p, "rms_ns")) for p in peers],
            plain(res.worst(place, c.name, client, "cover", min), "{:.4f}"),
            plain(by(res.figure(place, c.name, client, "bound_median_ns"), res.figure(place, c.name, client, "rms_ns")),
                  "{:.1f}"),
            *([plain(sim)] if place == "lab" else []),
            "missed: " + ", ".join(missed) if missed else "met"])
    head = ["cell", "× bound", *[f"× {p}" for p in peers], "bound holds", "bound/RMS"]
    return table(head + (["sim/lab"] if place == "lab" else []) + ["goals"], lines) if lines else ""


def all_table(res, place, cells, clients):
    lines = []
    for c in cells:
        for k in clients:
            if not res.has(place, c.name, k):
                continue

            def f(key, name=c.name, client=k):
                return res.figure(place, name, client, key)
            lines.append([c.name, k, micro(f("rms_ns")), micro(f("p99_ns")), micro(f("max_ns")),
                          plain(f("freq_rms_ppb"), "{:.3g}"),
                          plain(f("conv_1ms_s"), "{:.0f}"), plain(f("conv_100us_s"), "{:.0f}"), plain(f("packets"), "{:.0f}"),
                          plain(f("packets_100us"), "{:.0f}"), plain(f("ratio")),
                          plain(by(f("rms_ns"), f("bound_at_chrony_packets_ns"))), plain(f("above_1ms"), "{:.2%}")])
    return table(["cell", "client", "RMS", "p99", "worst", "rate, ppb", "1 ms at, s", "100 µs at, s", "packets",
                  "until 100 µs", "× bound", "× bound at chrony's packets", "above 1 ms"], lines)


def verdict(res, place, cells, client):
    """How many cells, over all of them."""
    there = [c for c in cells if res.has(place, c.name, client)]
    met = [c for c in there if all(is_met for _, is_met in goals(res, place, c, client))]
    text = f"{client}: all goals met in {len(met)} of {len(there)} cells"
    ratios = [res.ratio(place, c.name, client, "chrony", "rms_ns") for c in there if res.has(place, c.name, "chrony")]
    if ratios:
        clear = sum(r is not None and r <= CLEARLY for r in ratios)
        text += (f"; RMS at most {CLEARLY} × chrony's in {clear} of {len(ratios)} "
                 f"({'met' if clear >= CLEARLY_PART * len(ratios) else 'missed'}: three quarters)")
    pairs = [by(res.figure("sim", c.name, client, "rms_ns"), res.figure("lab", c.name, client, "rms_ns"))
             for c in there if res.has("sim", c.name, client) and res.has("lab", c.name, client)]
    pairs = [p for p in pairs if p]
    if place == "lab" and pairs:
        near = sum(1 / MARGIN <= p <= MARGIN for p in pairs)
        text += f"; the simulator's RMS within {MARGIN - 1:.0%} of the laboratory's in {near} of {len(pairs)}"
    return text + "."


def write_csv(rows, path):
    keys = []
    for _, figures in rows:
        keys += [k for k in figures if k not in keys]
    with open(path, "w", newline="") as f:
        out = csv.writer(f)
        out.writerow(["place", "cell"] + keys)
        for run, figures in rows:
            out.writerow([run.place, run.cell.name] + ["" if figures.get(k) is None else figures[k] for k in keys])


def write(rows, cells, clients, place, path):
    """Write path.csv and path.md; returns the text of the latter."""
    res = Results(rows)
    cells = [c for c in cells if any(res.has(place, c.name, k) for k in clients)]
    ours = [k for k in clients if k.startswith("clockdisc")]
    peers = [p for p in PEERS if p in clients]
    seeds = sorted({run.seed for run, _ in rows if run.place == place})
    where = "in the virtual-time laboratory" if place == "lab" else "with the core in user space"
    text = f"# Clients {where}\n\nSeeds {', '.join(map(str, seeds))}; medians over them. "
    text += "Times are in µs where no unit is named.\n\nRMS of the clock's error:\n\n" + rms_table(res, place, cells, clients) + "\n"
    for client in ours:
        text += f"## {client}\n\nRMS by the bound's and by the peers'.\n\n"
        text += ours_table(res, place, cells, client, peers) + "\n" + verdict(res, place, cells, client) + "\n\n"
    text += "## All figures\n\n" + all_table(res, place, cells, clients)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    write_csv(rows, path + ".csv")
    with open(path + ".md", "w") as f:
        f.write(text)
    return text
