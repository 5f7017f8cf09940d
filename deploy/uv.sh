#!/usr/bin/env bash
# Print the path of uv; install it into the cache when the machine has none.
# `pip --target` and a private venv both leave an externally managed system Python alone (PEP 668).
set -euo pipefail
cache=${XDG_CACHE_HOME:-$HOME/.cache}/boucle/uv
version=0.9.0 # the oldest we trust with dependency groups and `venv --clear`

works() {
  local has
  has=$("$1" --version 2>/dev/null | cut -d' ' -f2) && [ -n "$has" ] || return 1
  [ "$(printf '%s\n' "$version" "$has" | sort -V | head -1)" = "$version" ]
}

if found=$(command -v uv) && works "$found"; then
  echo "$found"
  exit
fi
if works "$cache/bin/uv"; then
  echo "$cache/bin/uv"
  exit
fi

python=$("$(dirname "$0")/python.sh")
export PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1
echo "installing uv into $cache" >&2
if "$python" -m pip --version >/dev/null 2>&1; then
  "$python" -m pip install --quiet --upgrade --target "$cache" "uv>=$version" >&2
elif "$python" -c 'import ensurepip' 2>/dev/null; then
  "$python" -m venv "$cache" && "$cache/bin/python" -m pip install --quiet "uv>=$version" >&2
else
  "$(dirname "$0")/apt.sh" python3-pip python3-venv >&2
  "$python" -m pip install --quiet --upgrade --target "$cache" "uv>=$version" >&2
fi
works "$cache/bin/uv" || { echo "uv could not be installed: install it, then repeat" >&2; exit 1; }
echo "$cache/bin/uv"
