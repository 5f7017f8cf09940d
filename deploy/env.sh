#!/usr/bin/env bash
# Make .venv hold a lock file and this project. Usage: env.sh run|test|grafana
# A stamp with the checksum of what was installed makes every later call cost milliseconds. `run` is content with
# an environment made for `test` or `grafana`, since both hold it.
set -euo pipefail
cd "$(dirname "$0")/.."
want=$1
stamp=.venv/.boucle

sum() { cat "requirements/$1.txt" pyproject.toml | sha256sum | cut -d' ' -f1; }

current() {
  [ -x .venv/bin/boucle ] && [ -f "$stamp" ] && read -r have hash root <"$stamp" || return 1
  [ "$hash" = "$(sum "$have")" ] && [ "$root" = "$PWD" ] || return 1
  case "$want-$have" in run-* | grafana-test) return 0 ;; *) [ "$want" = "$have" ] ;; esac
}

if current; then exit 0; fi
if [ "$want" = run ] && [ -f "$stamp" ]; then read -r want _ <"$stamp"; fi

uv=$(deploy/uv.sh)
export UV_PYTHON_DOWNLOADS=never
# the machine's own certificates, where it has some: many networks put a proxy with its own authority in between
if [ -s /etc/ssl/certs/ca-certificates.crt ]; then export UV_SYSTEM_CERTS=true UV_NATIVE_TLS=true; fi
echo "installing the packages of requirements/$want.txt into .venv" >&2
[ "$([ -f "$stamp" ] && cut -d' ' -f3- "$stamp")" = "$PWD" ] && .venv/bin/python -c '' 2>/dev/null || "$uv" venv --quiet --clear --python "$(deploy/python.sh)" .venv
"$uv" pip sync --quiet --python .venv/bin/python --require-hashes "requirements/$want.txt"
"$uv" pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation --editable .
echo "compiling the plant: a minute or two, once" >&2
.venv/bin/python -m sensors.warm & sensors=$!
.venv/bin/python -m twin.bench._warm
wait "$sensors"
echo "$want $(sum "$want") $PWD" >"$stamp"
