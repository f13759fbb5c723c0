#!/bin/sh
# Installs what is missing, builds QNet, and runs every test.
#   ./test.sh            all of it
#   ./test.sh --quick    without the fuzzing
set -eu
cd "$(dirname "$0")"

quick=""
case ${1:-} in
  "") ;;
  --quick) quick=yes ;;
  *) echo "usage: ./test.sh [--quick]" >&2; exit 2 ;;
esac
say() { echo "== $(date +%T) $*"; }

say "Looking for what the tests need"
scripts/install_packages.sh scripts/packages-build.txt scripts/packages-test.txt
say "Building the release"
scripts/build.sh release qnet
say "Building with the address and undefined-behaviour sanitizers: tests and fuzz targets"
scripts/build.sh dev
if [ -z "$quick" ]; then
  say "Checking form"
  scripts/lint.sh
  say "Fuzzing, 10 seconds for each target"
  scripts/fuzz.sh 10
fi
say "Running the tests"
ctest --preset dev --parallel 3 --output-log build/ctest.log >/dev/null || failed=yes
if [ -n "${failed:-}" ]; then cat build/ctest.log; fi
# The runner's closing lines.
sed -n '/tests passed/,$p' build/ctest.log
[ -z "${failed:-}" ] || exit 1
say "All tests passed"
