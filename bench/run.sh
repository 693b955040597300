#!/usr/bin/env sh
# Runs the Go benchmarks and the same workloads in R's metafor, and prints both
# with their ratio. R with metafor and clubSandwich is found in Debian as
# r-cran-metafor and r-cran-clubsandwich. FULL=1 adds the slow workloads.
set -eu
cd "$(dirname "$0")/.."
if ! command -v Rscript >/dev/null 2>&1; then
	echo "Rscript is not installed; install r-cran-metafor and r-cran-clubsandwich to compare" >&2
	exit 1
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
CGO_ENABLED=0 go test -run '^$' -bench 'FitREMLKnHa|QProfile100|Diagnostics100|Selection3Parameters100|Permutations1000|CHE/|GOSH/REML/subsets=2\^13' \
	-count 3 ./analysis/meta ./analysis/multilevel ./analysis/bias >"$tmp/go"
Rscript bench/metafor.R >"$tmp/r"
awk 'FNR == NR { if (/^Benchmark/) { sub(/-[0-9]+$/, "", $1); n[$1]++; t[$1] = t[$1] " " $3 } next }
	{ m = split(t[$1], a, " "); if (m == 0) next
	  for (i = 1; i <= m; i++) for (j = i + 1; j <= m; j++) if (a[j] < a[i]) { x = a[i]; a[i] = a[j]; a[j] = x }
	  go = a[int((m + 1) / 2)] / 1e9
	  printf "%-42s %12.6f s %12.6f s %10.0f ×\n", $1, go, $2, $2 / go }' "$tmp/go" "$tmp/r" |
	{ printf '%-42s %14s %14s %12s\n' workload past metafor ratio; cat; }
