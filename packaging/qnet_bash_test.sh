#!/bin/bash
# Completes command lines as bash would: qnet_bash_test.sh FILE, where FILE is the completion.
set -u
# shellcheck source=/dev/null
source "$1" || exit 1
failures=0

# complete_to EXPECTED WORD…: the last word is the one being completed; EXPECTED has single spaces.
complete_to() {
  local expected="$1"
  shift
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _qnet 2>/dev/null
  [[ ${COMPREPLY[*]} == "$expected" ]] && return
  echo "$*: expected \"$expected\", got \"${COMPREPLY[*]}\""
  failures=$((failures + 1))
}

complete -p qnet >/dev/null || failures=1
complete_to "super" qnet run --helper-mode s
complete_to "super" qnet run --helper-mode = s
complete_to "client relay bootstrap exit super" qnet run --helper-mode ""
complete_to "client relay bootstrap exit super" qnet run --helper-mode =
complete_to "error warning info debug trace" qnet demo --log-level ""
complete_to "warning" qnet run --qr --log-level w
complete_to "safari-26 safari-ios-26" qnet run --template s
complete_to "demo disconnect doctor" qnet d
all="demo run status circuits peers log mode connect disconnect new-circuit open doctor invite keygen template cover"
complete_to "$all family --help --version" qnet ""
complete_to "list show capture --help" qnet template ""
complete_to "new --help" qnet family ""
complete_to "--help" qnet family new --
complete_to "safari-26 safari-ios-26" qnet template show saf
complete_to "--help --toml" qnet template show --
complete_to "--port" qnet template capture --po
complete_to "--socks-port --socks-bind --socks-auth --socks-unix" qnet run --socks
complete_to "--socks-port" qnet demo --socks
complete_to "--help --watch --status-port --state-dir --json" qnet status ""
complete_to "--json" qnet status --watch --j
complete_to "--socks-port --socks-bind --socks-auth --socks-unix" qnet doctor --socks
complete_to "" qnet log --tail ""
exits="--exit-node --exit-country --exit-abuse-email --exit-allow --exit-ports --exit-max-connections --exit-bind"
complete_to "$exits" qnet run --relay-only --exit
complete_to "" qnet run --socks-port ""
complete_to "" qnet nonsense --

folder=$(mktemp -d) || exit 1
mkdir "$folder/state folder"
touch "$folder/a file.toml"
complete_to "$folder/a file.toml" qnet run --config "$folder/a"
complete_to "$folder/a file.toml" qnet family new "$folder/a"
complete_to "$folder/state folder" qnet run --state-dir "$folder/"
rm -r "$folder"
exit $((failures > 0))
