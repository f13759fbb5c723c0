#!/bin/sh
# coverage.sh: which lines of src/ the tests run, by clang's source-based coverage, built in build/coverage.
#   scripts/coverage.sh                                 the unit tests
#   scripts/coverage.sh --all                           and all others, end-to-end tests too; half an hour and more
#   scripts/coverage.sh --target mux_test ech_test      some unit test programs, and what they link
#   scripts/coverage.sh --fail-under mux=80 --fail-under total=75    fails where the unit tests cover less
# Tests kill programs, so counters are the profile file itself, mapped into memory (%c, with the preset's
# -runtime-counter-relocation), and one file serves all processes of one program (%m).
set -eu
cd "$(dirname "$0")/.."
usage() { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }

all="" targets="" limits=""
while [ $# -gt 0 ]; do
  case $1 in
    --all) all=yes ;;
    --fail-under) [ $# -gt 1 ] || usage; limits="$limits --fail-under $2"; shift ;;
    --target)
      while [ $# -gt 1 ] && [ "${2#--}" = "$2" ]; do targets="$targets $2"; shift; done
      [ -n "$targets" ] || usage ;;
    *) usage ;;
  esac
  shift
done
[ -z "$all" ] || [ -z "$targets" ] || { echo "--target measures unit tests only: leave out --all." >&2; exit 2; }

scripts/install_packages.sh scripts/packages-build.txt scripts/packages-test.txt scripts/packages-coverage.txt
# shellcheck disable=SC2086 # one word for each target
scripts/build.sh coverage $targets
profiles=$PWD/build/coverage/profiles
rm -rf "$profiles"

# run NAME CTEST_OPTION…: the tests' counts, as profiles/NAME.profdata.
failed=""
run() {
  name=$1
  shift
  log=build/coverage/$name.log
  LLVM_PROFILE_FILE="$profiles/$name/%m%c.profraw" ctest --preset coverage --parallel 3 \
    --output-log "$log" "$@" >/dev/null || { sed -n '/tests passed/,$p' "$log" >&2; failed="$failed $name"; }
  llvm-profdata-19 merge -sparse -o "$profiles/$name.profdata" "$profiles/$name"/*.profraw
}
if [ -n "$targets" ]; then
  # A program's cases are named after it: mux_test has mux.*.
  names=$(echo "$targets" | sed 's/^ *//; s/_test\( \|$\)/ /g; s/ *$//; s/  */|/g')
  run unit --label-regex unit --tests-regex "^($names)\\."
else
  run unit --label-regex unit
fi
if [ -n "$all" ]; then
  run others --label-exclude unit
  llvm-profdata-19 merge -sparse -o "$profiles/all.profdata" "$profiles/unit.profdata" "$profiles/others.profdata"
fi

programs=""
for program in ${targets:-build/coverage/bin/*_test build/coverage/bin/qnet}; do
  programs="$programs build/coverage/bin/${program##*/}"
done
# shellcheck disable=SC2086 # one word for each
python3 scripts/coverage_table.py $limits "$profiles/unit.profdata" ${all:+--all "$profiles/all.profdata"} -- $programs
[ -z "$failed" ] || { echo "Tests failed; see above and build/coverage/*.log." >&2; exit 1; }
