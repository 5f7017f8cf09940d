#!/usr/bin/env bash
# Install Debian packages, as root or through a sudo that asks nothing. The services they bring are not started:
# the tests start their own on free ports, and a newcomer's machine gains no open port.
set -euo pipefail
if [ "$(id -u)" = 0 ]; then
  root=()
elif sudo -n true 2>/dev/null; then
  root=(sudo -n)
else
  echo "not root: install these Debian packages yourself: $*" >&2
  exit 1
fi
command -v apt-get >/dev/null || { echo "no apt-get here: install these yourself: $*" >&2; exit 1; }

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '"${root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${root[@]}" install -m 755 /dev/stdin "$policy"
fi
install=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@")
"${install[@]}" >/dev/null 2>&1 || { "${root[@]}" apt-get update -qq && "${install[@]}" >/dev/null; }
