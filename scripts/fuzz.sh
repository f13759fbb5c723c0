#!/bin/sh
# fuzz.sh [--jobs N] SECONDS [NAME…]: runs the fuzz targets of build/dev, N at a time, or as many as there are cores.
# New inputs go to build/fuzz/corpus; the seeds in fuzz/corpus are not changed. A finding is left in
# build/fuzz/findings.
set -eu
cd "$(dirname "$0")/.."
jobs=$(nproc)
if [ "$1" = --jobs ]; then
  jobs=$2
  shift 2
fi
seconds=$1
shift
names() { find build/dev/bin -name 'fuzz_*' | sed 's/.*fuzz_//' | sort; }
mkdir -p build/fuzz/findings build/fuzz/logs

run_one() {
  corpus=build/fuzz/corpus/$2
  mkdir -p "$corpus"
  if build/dev/bin/fuzz_"$2" -max_total_time="$1" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
      -artifact_prefix=build/fuzz/findings/"$2"- "$corpus" fuzz/corpus/"$2" >build/fuzz/logs/"$2" 2>&1; then
    echo "   $2: $(sed -n 's/^stat::number_of_executed_units: *//p' build/fuzz/logs/"$2") runs, no finding"
  else
    tail -n 40 build/fuzz/logs/"$2" >&2
    echo "   $2: A FINDING, see build/fuzz/logs/$2" >&2
    exit 1
  fi
}
if [ "${QNET_FUZZ_ONE:-}" ]; then run_one "$seconds" "$1"; exit; fi
if [ $# -gt 0 ]; then printf '%s\n' "$@"; else names; fi | QNET_FUZZ_ONE=yes xargs -P "$jobs" -I{} "$0" "$seconds" {}
