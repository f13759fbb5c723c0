# Completion of qnet for bash. Install it as /usr/share/bash-completion/completions/qnet, or source it.

# File names may hold spaces; readline quotes them, and adds a slash to folders.
_qnet_paths() {
  local path
  compopt -o filenames 2>/dev/null
  while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$1" -- "$2")
}

_qnet() {
  local commands="demo run status circuits peers log mode connect disconnect new-circuit open doctor invite keygen
    template cover family"
  local templates="chromium-156 edge-156 firefox-esr-153 safari-26 safari-ios-26 curl-7.88-openssl-3.0"
  # Not from COMP_WORDS alone: bash takes --flag=value for three words.
  local word="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" flags=""
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    mapfile -t COMPREPLY < <(compgen -W "$commands --help --version" -- "$word")
    return
  fi
  if [[ $word == = ]]; then
    word=""
  elif [[ $previous == = ]]; then
    previous="${COMP_WORDS[COMP_CWORD-2]}"
  fi
  case $previous in
    --helper-mode) mapfile -t COMPREPLY < <(compgen -W "client relay bootstrap exit super" -- "$word"); return ;;
    --log-level) mapfile -t COMPREPLY < <(compgen -W "error warning info debug trace" -- "$word"); return ;;
    --cover) mapfile -t COMPREPLY < <(compgen -W "mirror site" -- "$word"); return ;;
    --site-transport) mapfile -t COMPREPLY < <(compgen -W "h2 websocket" -- "$word"); return ;;
    --template) mapfile -t COMPREPLY < <(compgen -W "$templates" -- "$word"); return ;;
    --config | --log-file | --tls-cert | --tls-key | --cover-ca | --country-database | --directory-store | --family | \
      --socks-unix)
      _qnet_paths -f "$word"
      return ;;
    --state-dir | --site-root) _qnet_paths -d "$word"; return ;;
    --relay-only | --exit-node | --behind-proxy | --directory-private | --lan-discovery | --no-early-request) ;;
    --log-json | --log-destinations | --no-exit-log) ;;
    --qr | --json | --watch | --print | --toml | --from | --help-relay | --help-directory | --help-log | --help | -h) ;;
    --*) return ;;
  esac
  local command="${COMP_WORDS[1]}"
  if [[ $command == cover ]]; then
    if ((COMP_CWORD == 2)); then
      mapfile -t COMPREPLY < <(compgen -W "check --help" -- "$word")
      return
    fi
    command="cover ${COMP_WORDS[2]}"
  fi
  if [[ $command == family ]]; then
    if ((COMP_CWORD == 2)); then
      mapfile -t COMPREPLY < <(compgen -W "new --help" -- "$word")
      return
    fi
    command="family ${COMP_WORDS[2]}"
    if [[ $word != -* ]]; then
      _qnet_paths -f "$word"
      return
    fi
  fi
  if [[ $command == mode && $word != -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "fast private" -- "$word")
    return
  fi
  if [[ $command == template ]]; then
    if ((COMP_CWORD == 2)); then
      mapfile -t COMPREPLY < <(compgen -W "list show capture --help" -- "$word")
      return
    fi
    command="template ${COMP_WORDS[2]}"
    if [[ $command == *show && $word != -* ]]; then
      mapfile -t COMPREPLY < <(compgen -W "$templates" -- "$word")
      return
    elif [[ " ${COMP_WORDS[*]} " == *" --from "* && $word != -* ]]; then
      _qnet_paths -f "$word"
      return
    fi
  fi
  case $command in
    run) flags="--help --config --helper-mode --relay-only --exit-node --peer --operators --hops --no-early-request
      --exit-country --template --socks-port --socks-bind --socks-auth --socks-unix --allow-uid --status-port
      --listen --advertise --cover-origin --cover-name --cover --site-root --site-upstream --site-transport
      --tls-cert --tls-key
      --behind-proxy --ech-configs --cover-ca --help-relay --help-directory --help-log --exit-abuse-email --exit-allow
      --exit-ports --exit-max-connections --exit-bind --dns-server --directory-store --directory-http --directory-token
      --directory-private --country-database --country --bandwidth --circuit-rate --family --lan-discovery
      --state-dir --log-level --log-file --log-json --log-destinations --no-exit-log --threads" ;;
    demo) flags="--help --socks-port --status-port --site-port --base-port --state-dir --log-level --log-file
      --log-json --log-destinations" ;;
    keygen) flags="--help --state-dir" ;;
    invite) flags="--help --advertise --cover-name --cover --site-transport --behind-proxy --ech-configs --state-dir
      --qr" ;;
    status) flags="--help --watch --status-port --state-dir --json" ;;
    circuits) flags="--help --status-port --state-dir --json" ;;
    peers) flags="--help --status-port --state-dir --json" ;;
    log) flags="--help --tail --status-port --state-dir --json" ;;
    mode) flags="--help --status-port --state-dir --json" ;;
    connect) flags="--help --status-port --state-dir --json" ;;
    disconnect) flags="--help --status-port --state-dir --json" ;;
    new-circuit) flags="--help --status-port --state-dir --json" ;;
    open) flags="--help --print --status-port --state-dir --json" ;;
    doctor) flags="--help --config --helper-mode --relay-only --exit-node --peer --operators --hops
      --no-early-request --exit-country --template --socks-port --socks-bind --socks-auth --socks-unix --allow-uid
      --status-port --listen
      --advertise --cover-origin --cover-name --cover --site-root --site-upstream --site-transport --tls-cert
      --tls-key --behind-proxy --ech-configs --cover-ca --exit-abuse-email --exit-allow --exit-ports
      --exit-max-connections --exit-bind --dns-server --directory-store --directory-http --directory-token
      --directory-private --country-database --country --bandwidth --circuit-rate --family --lan-discovery
      --state-dir --log-level --log-file --log-json --log-destinations --no-exit-log --threads --json" ;;
    cover\ check) flags="--help --advertise --cover-name" ;;
    family\ new) flags="--help" ;;
    template\ list) flags="--help" ;;
    template\ show) flags="--help --toml" ;;
    template\ capture) flags="--help --from --port --count --name --first-record" ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$word")
}

complete -F _qnet qnet
