# SPDX-License-Identifier: GPL-2.0
# Guest minus host over time, and what happened. "out" is where looks and events.csv are.
stats out."/looks" using 1 nooutput
t0 = STATS_min
set terminal pngcairo size 1100,600 font "sans,11"
set output out."/guest-minus-host.png"
set title "A KVM guest's clock against its host's"
set grid
set lmargin 12
set xlabel "s"
# Room for the words on the last thing that happened.
set xrange [0:(STATS_max - t0) / 1e9 * 1.2]
set key bottom center
set ylabel "|guest minus host|"
set logscale y
set yrange [1:1e14]
set ytics ("1 ns" 1, "10 ns" 10, "100 ns" 1e2, "1 us" 1e3, "10 us" 1e4, "100 us" 1e5, "1 ms" 1e6, "10 ms" 1e7, \
	"100 ms" 1e8, "1 s" 1e9, "10 s" 1e10, "100 s" 1e11, "1000 s" 1e12)
events = int(system("wc -l < ".out."/events.csv"))
do for [i = 1:events] {
	at = (real(system(sprintf("sed -n '%dp' %s/events.csv | cut -d, -f1", i, out))) - t0) / 1e9
	what = system(sprintf("sed -n '%dp' %s/events.csv | cut -d, -f2", i, out))
	set arrow i from at, 1 to at, 1e14 nohead dashtype 2 linecolor rgb "gray50"
	set label i what at at + 0.4, 10 ** (13.6 - 0.45 * ((i - 1) % 3)) font ",9"
}
# An offset of nothing at all has no logarithm.
size(ns) = abs(ns) < 1 ? 1 : abs(ns)
plot out."/looks" using (($1 - t0) / 1e9):(size($2)) with points pointtype 7 pointsize 0.5 title "by ptp\\_kvm"
