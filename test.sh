#!/bin/sh
# Installs what is missing, builds QNet, and runs every test. At the end it tells the seconds of each part.
#   ./test.sh            all of it
#   ./test.sh --quick    without the checks of form and the fuzzing
set -eu
cd "$(dirname "$0")"

quick=""
case ${1:-} in
  "") ;;
  --quick) quick=yes ;;
  *) echo "usage: ./test.sh [--quick]" >&2; exit 2 ;;
esac

# Each part is told when it begins; its seconds are told at the end, also when the part has failed.
say() { echo "== $(date +%T) $*"; }
table=""
doing=""
began=$(date +%s)
since=$began
row() { printf '   %5d s  %s' "$1" "$2"; }
close_part() {
  now=$(date +%s)
  [ -z "$doing" ] || table="$table$(row $((now - since)) "$doing")
"
  since=$now
  doing=""
}
part() {
  close_part
  doing=$1
  say "$1"
}
tell_times() {
  close_part
  say "Seconds of each part"
  printf '%s' "$table"
  row $(($(date +%s) - began)) "in all"
  echo
}
trap tell_times EXIT

part "Looking for what the tests need"
scripts/install_packages.sh scripts/packages-build.txt scripts/packages-test.txt
if [ -z "$quick" ]; then
  part "Checking form"  # first, because it needs no build: a fault of form is told within a minute
  scripts/lint.sh
fi
part "Building the release"
scripts/build.sh release qnet
part "Building with the address and undefined-behaviour sanitizers: tests and fuzz targets"
scripts/build.sh dev
fuzzing=""
if [ -n "$quick" ]; then
  part "Running the tests"
else
  # Most tests wait more than they compute, so that a core is free for this.
  part "Running the tests, and beside them fuzzing: 10 seconds for each target, one at a time"
  scripts/fuzz.sh --jobs 1 10 >build/fuzz.log 2>&1 &
  fuzzing=$!
fi
# In thirds of a core, as PROCESSORS in tests/CMakeLists.txt.
scripts/leftovers.py ctest --preset dev --parallel $(($(nproc) * 3)) --output-log build/ctest.log \
  >/dev/null 2>build/leftovers.log || failed=yes
if [ -n "$fuzzing" ]; then
  wait "$fuzzing" || failed=yes
  cat build/fuzz.log
fi
[ -z "${failed:-}" ] || cat build/ctest.log
sed -n '/tests passed/,$p' build/ctest.log  # the runner's closing lines
echo "The longest tests, in seconds:"
awk '$3 ~ /^#/ && $NF == "sec" { printf "%8.1f  %s\n", $(NF - 1), $4 }' build/ctest.log | sort -rn | sed 20q
if [ -n "${failed:-}" ]; then
  # Again, as some readers see only the end of a long output.
  say "What failed: the last lines of each such test, what the tests left behind, what the fuzzers found"
  awk -f scripts/failed_tests.awk build/ctest.log
  cat build/leftovers.log
  [ -z "$fuzzing" ] || sed '/, no finding$/d' build/fuzz.log
  exit 1
fi
say "All tests passed"
