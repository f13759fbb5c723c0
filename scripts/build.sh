#!/bin/sh
# build.sh PRESET [TARGET…]: configures and builds, quietly: what the tools say is shown when they fail.
set -eu
cd "$(dirname "$0")/.."
preset=$1
shift
mkdir -p build
log=build/$preset.log
if ! cmake --preset "$preset" >"$log" 2>&1; then
  cat "$log" >&2
  echo "The build could not be set up; see above." >&2
  exit 1
fi
if [ -t 1 ]; then  # a person watches: Ninja's counter
  cmake --build --preset "$preset" ${1:+--target "$@"} && exit 0
else
  cmake --build --preset "$preset" ${1:+--target "$@"} >>"$log" 2>&1 && exit 0
  tail -n 60 "$log" >&2
fi
echo "The build of $preset failed; see above." >&2
exit 1
