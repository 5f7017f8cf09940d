#!/usr/bin/env bash
# Install the real servers the tests talk to: Debian's packages, and InfluxDB 2.x from its Go module.
# What cannot be had is named; with CI=true that is an error, elsewhere the tests that need it are not run.
set -euo pipefail
cd "$(dirname "$0")"
export PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); } # command, Debian package
need mosquitto mosquitto
need influxd influxdb
need nats-server nats-server
need chromium chromium
if [ ! -x "${XDG_CACHE_HOME:-$HOME/.cache}/boucle/servers/influxd-2.7.12" ]; then
  need clang clang
  need pkg-config pkg-config
  need protoc protobuf-compiler
fi

give_up() {
  echo "$1" >&2
  [ "${CI:-}" != true ] || exit 1
}

if [ ${#missing[@]} -gt 0 ]; then
  echo "installing ${missing[*]}" >&2
  ../apt.sh "${missing[@]}" || give_up "not installed: ${missing[*]}; the tests that need them are not run"
fi
influxdb2/build.sh || give_up "the tests against InfluxDB 2.x are not run"
