"""Real servers for the tests: each on loopback, on a free port, in a folder of its own, gone when the test session ends."""
from __future__ import annotations

import json
import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

from twin.bench._machine import listens
from twin.bench._machine import server as running
from twin.sources.broker import free_port

__all__ = ["free_port", "listens", "running"]

ROOT = Path(__file__).resolve().parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "boucle"
SBIN = "/usr/local/sbin:/usr/sbin:/sbin"

# name -> (command, how it comes to a machine)
INSTALLED = {
    "mosquitto": ("mosquitto", "Debian package mosquitto"),
    "nats": ("nats-server", "Debian package nats-server"),
    "influx1": ("influxd", "Debian package influxdb"),
    "influx2": (str(CACHE / "servers" / "influxd-2.7.12"), "deploy/servers/influxdb2/build.sh"),
    "chromium": ("chromium", "Debian package chromium"),
    "uv": ("uv", "deploy/uv.sh"),
}


@dataclass(frozen=True)
class Broker:
    """An MQTT 3.1.1 listener. `folder` holds its configuration, log and store."""

    host: str
    port: int
    folder: Path
    process: subprocess.Popen[bytes]


@dataclass(frozen=True)
class Influx:
    """An InfluxDB. On 1.x the bucket is a database and there is no token."""

    url: str
    org: str
    bucket: str
    token: str
    folder: Path
    process: subprocess.Popen[bytes]


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() == "true"


def unavailable(reason: str) -> NoReturn:
    """Not run here, with the reason; on the build machine that is a failure."""
    if in_ci():
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def find(name: str) -> str | None:
    """Path of an installed server or tool, None when it is missing."""
    path = f"{os.environ.get('PATH', '')}:{SBIN}:{CACHE / 'uv' / 'bin'}"
    return shutil.which(os.environ.get(f"TEST_{name.upper()}", INSTALLED[name][0]), path=path)


def require(name: str) -> str:
    """Path of an installed server or tool; the test is skipped, or fails in CI, when it is missing."""
    path = find(name)
    if path is None:
        unavailable(f"{name} is not installed ({INSTALLED[name][1]})")
    return path


def reference(path: str = "") -> Path:
    """A file or folder of the reference data, from BOUCLE_REFERENCE or the folder beside the repository."""
    base = Path(os.environ.get("BOUCLE_REFERENCE") or ROOT.parent / "shared" / "reference")
    found = base / path
    if not found.exists():
        unavailable(f"reference data {path or base} not found (set BOUCLE_REFERENCE)")
    return found


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return bool(reply.status < 300)
    except OSError:
        return False


def post(url: str, body: dict[str, object] | None = None) -> bytes:
    data = json.dumps(body or {}).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method="POST")
    with urllib.request.urlopen(request, timeout=30) as reply:
        return bytes(reply.read())


MOSQUITTO_PLACE = ("listener", "allow_anonymous", "password_file", "persistence_location", "acl_file")


def mosquitto_conf(port: int, folder: Path) -> str:
    """The shipped configuration with its limits, at another place and open to anyone on loopback."""
    shipped = (ROOT / "deploy/mosquitto/mosquitto.conf").read_text().splitlines()
    kept = [line for line in shipped if line.split(" ")[0] not in MOSQUITTO_PLACE]
    here = [f"listener {port} 127.0.0.1", "allow_anonymous true", f"persistence_location {folder}/"]
    return "\n".join([*kept, *here, ""]) if os.geteuid() else "\n".join([*kept, *here, "user root", ""])


@contextmanager
def mosquitto(folder: Path, port: int | None = None) -> Iterator[Broker]:
    """Start it again with the same folder and port to see what outlived a restart."""
    port = port or free_port()
    conf = folder / "mosquitto.conf"
    conf.write_text(mosquitto_conf(port, folder))
    with running([require("mosquitto"), "-c", str(conf)], folder, lambda: listens(port)) as process:
        yield Broker("127.0.0.1", port, folder, process)


NATS_CONF = """
server_name: boucle
listen: "127.0.0.1:{port}"
jetstream {{ store_dir: "{folder}/store" }}
mqtt {{ listen: "127.0.0.1:{mqtt}" }}
"""


@contextmanager
def nats(folder: Path) -> Iterator[Broker]:
    """The MQTT listener of nats-server (it needs JetStream and a server name)."""
    mqtt = free_port()
    conf = folder / "nats.conf"
    conf.write_text(NATS_CONF.format(port=free_port(), mqtt=mqtt, folder=folder))
    with running([require("nats"), "-c", str(conf)], folder, lambda: listens(mqtt)) as process:
        yield Broker("127.0.0.1", mqtt, folder, process)


INFLUX1_CONF = """
reporting-disabled = true
bind-address = "127.0.0.1:{rpc}"
[meta]
  dir = "{folder}/meta"
[data]
  dir = "{folder}/data"
  wal-dir = "{folder}/wal"
  query-log-enabled = false
[http]
  bind-address = "127.0.0.1:{port}"
  log-enabled = false
[monitor]
  store-enabled = false
"""


@contextmanager
def influx1(folder: Path) -> Iterator[Influx]:
    """InfluxDB 1.x with an empty database `boucle`."""
    binary, port = require("influx1"), free_port()
    url = f"http://127.0.0.1:{port}"
    conf = folder / "influxdb.conf"
    conf.write_text(INFLUX1_CONF.format(port=port, rpc=free_port(), folder=folder))
    with running([binary, "run", "-config", str(conf)], folder, lambda: answers(f"{url}/ping")) as process:
        post(f"{url}/query?q=CREATE%20DATABASE%20boucle")
        yield Influx(url, "", "boucle", "", folder, process)


@contextmanager
def influx2(folder: Path) -> Iterator[Influx]:
    """InfluxDB 2.x, set up with an organisation, a bucket and a token."""
    binary, port = require("influx2"), free_port()
    url = f"http://127.0.0.1:{port}"
    paths = [f"--bolt-path={folder}/bolt", f"--engine-path={folder}/engine", f"--sqlite-path={folder}/sqlite"]
    argv = [binary, *paths, f"--http-bind-address=127.0.0.1:{port}", "--reporting-disabled", "--log-level=error"]
    with running(argv, folder, lambda: answers(f"{url}/health")) as process:
        setup = {"username": "boucle", "password": "only-for-this-test", "org": "plant", "bucket": "boucle", "token": "t" * 32}
        post(f"{url}/api/v2/setup", dict(setup))
        yield Influx(url, setup["org"], setup["bucket"], setup["token"], folder, process)
