#!/usr/bin/env bash
# Install Debian packages, as root or through a sudo that asks nothing; say what is missing when neither works.
set -euo pipefail
root=()
if [ "$(id -u)" != 0 ]; then
  if ! sudo -n true 2>/dev/null; then
    echo "not root: install these Debian packages yourself: $*" >&2
    exit 1
  fi
  root=(sudo -n)
fi
export DEBIAN_FRONTEND=noninteractive
install=("${root[@]}" env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get install -y -qq --no-install-recommends "$@")
"${install[@]}" >/dev/null 2>&1 || { "${root[@]}" apt-get update -qq && "${install[@]}" >/dev/null; }
