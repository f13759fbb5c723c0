#!/bin/sh
# Installs what is missing, builds QNet's release, and runs it.
#   ./run.sh                     the demo network on this machine
#   ./run.sh --build-only        stops after the build: build/release/bin/qnet
#   ./run.sh COMMAND ARGUMENTS   any other command of qnet, such as: ./run.sh run --helper-mode relay …
set -eu
cd "$(dirname "$0")"

say() { echo "== $*"; }

say "Looking for what the build needs"
scripts/install_packages.sh scripts/packages-build.txt
say "Building QNet (the first time takes some minutes)"
scripts/build.sh release qnet
[ "${1:-}" != "--build-only" ] || { say "Built: build/release/bin/qnet"; exit 0; }
[ $# -gt 0 ] || set -- demo
exec build/release/bin/qnet "$@"
