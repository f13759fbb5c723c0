#!/bin/sh
# install_packages.sh FILE…: installs the Debian packages listed in the files that are not there yet, and says which.
set -eu

missing=""
# shellcheck disable=SC2013 # one word for each package
for package in $(sed 's/#.*//' "$@"); do
  case $package in
    # Often installed from elsewhere, under the same command names.
    nodejs) command -v node >/dev/null && continue ;;
    npm) command -v npm >/dev/null && continue ;;
    nginx-light) command -v nginx >/dev/null && continue ;;
  esac
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "QNet needs these packages, and this system has no apt-get to install them:$missing" >&2
  exit 1
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "QNet needs these packages; please have root install them: apt-get install$missing" >&2
    exit 1
  fi
  as_root="sudo"
fi
echo "Installing:$missing"

# Debian starts a server when it is installed (nginx, trojan). Tests start their own; this machine's ports stay free.
policy=/usr/sbin/policy-rc.d
placed=""
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  $as_root chmod 755 "$policy"
  placed="yes"
fi
clean_up() { [ -z "$placed" ] || $as_root rm -f "$policy"; }
trap clean_up EXIT

log=$(mktemp)
try() { # $1: what is done; the rest: how. apt's own words are shown only when it fails.
  what=$1
  shift
  if ! $as_root env DEBIAN_FRONTEND=noninteractive "$@" >"$log" 2>&1; then
    cat "$log" >&2
    echo "Could not $what; see above." >&2
    exit 1
  fi
}
try "read the package lists" apt-get update
# shellcheck disable=SC2086 # one word for each package
try "install the packages" apt-get install -y --no-install-recommends $missing
rm -f "$log"
