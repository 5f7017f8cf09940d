#!/usr/bin/env bash
# Resolve pyproject.toml into the lock files. They hold names, versions and hashes, and no address.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=$(deploy/uv.sh)

lock() {
  local out=$1
  shift
  "$uv" pip compile pyproject.toml --group build "$@" --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-annotate --no-header --quiet -o "requirements/$out.txt"
}

mkdir -p requirements
lock run
lock grafana --extra grafana --constraint requirements/run.txt
lock test --group test --extra grafana --extra cluster --constraint requirements/run.txt
wc -l requirements/*.txt
