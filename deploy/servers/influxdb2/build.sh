#!/usr/bin/env bash
# Build InfluxDB 2.7.12 from its Go module into the cache: minutes the first time, nothing afterwards.
# Exit code 3: this machine has no Go or no Rust.
set -euo pipefail
cd "$(dirname "$0")"
servers=${XDG_CACHE_HOME:-$HOME/.cache}/boucle/servers
target=$servers/influxd-2.7.12
[ -x "$target" ] && exit 0

export PATH=$PATH:/usr/local/go/bin:$HOME/go/bin:$HOME/.cargo/bin
for tool in go cargo clang pkg-config protoc; do
  command -v "$tool" >/dev/null || { echo "InfluxDB 2.7.12 cannot be built: $tool is missing" >&2; exit 3; }
done

mkdir -p "$servers"
exec 9>"$servers/influxd-2.7.12.lock"
flock 9
[ -x "$target" ] && exit 0

echo "building InfluxDB 2.7.12 into $servers, once; this takes three to six minutes" >&2
log=$servers/influxd-2.7.12.log
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
# flux is a Rust library behind cgo; its default features deny warnings that a current compiler raises,
# and its own toolchain file asks for an old one
printf '#!/bin/sh\nexec cargo "$@" -p flux --no-default-features --features cffi\n' >"$tools/cargo-flux"
chmod +x "$tools/cargo-flux"
export RUSTUP_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-stable} GOTOOLCHAIN=local GOFLAGS=-mod=readonly CC=clang
{
  GOFLAGS='' GOBIN=$tools go install github.com/influxdata/pkg-config@v0.2.14 &&
    PKG_CONFIG=$tools/pkg-config CARGO=$tools/cargo-flux go build -trimpath -ldflags='-s -w' -o "$target.part" .
} >"$log" 2>&1 || { tail -30 "$log" >&2; echo "InfluxDB 2.7.12 was not built; the whole log is $log" >&2; exit 1; }
mv "$target.part" "$target"
