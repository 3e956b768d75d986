# SPDX-License-Identifier: GPL-2.0
# Offset and frequency over time, from the demo's track.
set terminal pngcairo size 1000,700 font "sans,11"
set output "build/demo/offset.png"
set datafile separator comma
set multiplot layout 2,1 title "A clock 0.7 s behind on a tick 80 ppm too fast"
set grid
set key outside right top
set lmargin 10
set rmargin 30
set xlabel "s since the module was loaded"
set ylabel "|server minus clock|, us"
set logscale y
set format y "10^{%L}"
set yrange [0.1:2e6]
# An offset of nothing at all has no logarithm.
size(ns) = abs(ns) / 1e3 < 0.1 ? 0.1 : abs(ns) / 1e3
plot "build/demo/track.csv" using 1:(size($7)) with points pointtype 6 title "judged from outside", \
     "" using 1:(size($3)) with lines linewidth 2 title "offset by the module", \
     "" using 1:(size($6)) with lines dashtype 2 linecolor rgb "gray40" title "bound"
unset logscale y
set format y "%g"
set ylabel "ppm"
set yrange [*:*]
plot "build/demo/track.csv" using 1:($4/65536e3) with lines linewidth 2 title "frequency learnt", \
     "" using 1:($5/65536e3) with lines linewidth 2 title "rate applied"
unset multiplot
