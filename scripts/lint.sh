#!/bin/sh
# Form: clang-format, the order of includes, prose, shellcheck, the manual page. --fix lets clang-format change
# the files. --tidy adds clang-tidy: a quarter of an hour on two cores the first time.
set -eu
cd "$(dirname "$0")/.."
sources() { git ls-files -co --exclude-standard '*.cpp' '*.hpp'; }

if [ "${1:-}" = "--fix" ]; then
  sources | xargs clang-format-19 -i
  exit 0
fi
sources | xargs clang-format-19 --dry-run --Werror
python3 scripts/include_order.py
python3 scripts/prose_check.py
(cd scripts && python3 -B -m unittest -q include_order_test prose_check_test leftovers_test)
git ls-files -co --exclude-standard '*.sh' .ci/run | xargs shellcheck
if [ -n "$(MANWIDTH=80 man --warnings -l packaging/qnet.1 2>&1 >/dev/null)" ]; then
  MANWIDTH=80 man --warnings -l packaging/qnet.1 >/dev/null
  exit 1
fi
[ "${1:-}" = "--tidy" ] || exit 0
# clang-tidy reads the dev preset's commands: they are clang's own. Files that were clean are skipped until they, or a
# header, change.
cmake --preset dev -B build/tidy -DQNET_PLAIN_HEADERS=ON >/dev/null
python3 scripts/clang_tidy.py build/tidy
