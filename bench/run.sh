#!/usr/bin/env sh
# Runs the Go benchmarks and the same workloads in R's metafor, and prints the
# processor time of both, their ratio and the goal, each workload as it ends. R with
# metafor and clubSandwich is found in Debian as r-cran-metafor and
# r-cran-clubsandwich. FULL=1 adds all subsets of 13 studies, k = 4000 and large
# models for dependent effects.
set -eu
cd "$(dirname "$0")/.."
if ! command -v Rscript >/dev/null 2>&1; then
	echo "Rscript is not installed; install r-cran-metafor and r-cran-clubsandwich to compare" >&2
	exit 1
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
CGO_ENABLED=0 go test -run '^$' -count 3 \
	-bench 'FitREMLKnHa|QProfile100|Diagnostics100|Selection3Parameters100|Permutations1000|CHE$/|GOSH/REML' \
	./analysis/meta ./analysis/multilevel ./analysis/bias >"$tmp/go"
printf '%-42s %14s %14s %10s %12s\n' 'workload (CPU seconds)' past metafor ratio goal
awk '/^BenchmarkGOSH\/REML\/subsets=2\^20/ { for (i = 4; i <= NF; i++) if ($i == "cpu-ns/op") s = $(i - 1) / 1e9
	printf "%-42s %14.6f %14s %10s %12s\n", "BenchmarkGOSH/REML/subsets=2^20", s, "-", "-", s < 3 ? "under 3 s" : "3 s: missed"; exit }' "$tmp/go"
Rscript bench/metafor.R | while read -r name seconds; do # awk alone would hold lines back
	awk -v name="$name" -v r="$seconds" '
	BEGIN {
		goal["BenchmarkFitREMLKnHa/k=20"] = 300; goal["BenchmarkFitREMLKnHa/k=1000"] = 10000; goal["BenchmarkFitREMLKnHa/k=4000"] = 100000
		goal["BenchmarkDiagnostics100/leave-one-out"] = 1000; goal["BenchmarkDiagnostics100/influence"] = 1000
		goal["BenchmarkCHE/120"] = 500; goal["BenchmarkGOSH/REML/subsets=2^13"] = 2000
	}
	{
		sub(/-[0-9]+$/, "", $1)
		if ($1 != name) next
		for (i = 4; i <= NF; i++) if ($i == "cpu-ns/op" && (!best || $(i - 1) < best)) best = $(i - 1)
	}
	END {
		if (!best) exit
		s = best / 1e9
		if (name in goal) say = (r / s >= goal[name] ? "≥ " : "missed ") goal[name]
		printf "%-42s %14.6f %14.6f %10.0f %12s\n", name, s, r, r / s, say
	}' "$tmp/go"
done
