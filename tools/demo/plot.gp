# SPDX-License-Identifier: GPL-2.0
# Offset and frequency over time, from the demo's track.
set terminal pngcairo size 1000,700 font "sans,11"
set output "build/demo/offset.png"
set datafile separator comma
set multiplot layout 2,1 title "A clock 0.7 s behind on a tick 80 ppm too fast"
set grid
set key top right
set xlabel "s since the module was loaded"
set ylabel "server minus clock, us"
set yrange [-1000:1000]
plot "build/demo/track.csv" using 1:($3/1e3) with linespoints pointsize 0.5 title "offset by the module", \
     "" using 1:($7/1e3) with points pointtype 6 title "judged from outside", \
     "" using 1:($6/1e3) with lines dashtype 2 linecolor rgb "gray40" title "bound", \
     "" using 1:(-$6/1e3) with lines dashtype 2 linecolor rgb "gray40" notitle
set ylabel "ppm"
set autoscale y
plot "build/demo/track.csv" using 1:($4/65536e3) with lines linewidth 2 title "frequency learnt", \
     "" using 1:($5/65536e3) with lines linewidth 2 title "rate applied"
unset multiplot
