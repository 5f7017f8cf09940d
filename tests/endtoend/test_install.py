"""What a newcomer installs is enough, and grafana-client does not break what stands beside it."""
from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests import servers

# grafana-client brings urllib3-future, which lays itself over urllib3, the transport of influxdb-client
WRITE = """
import sys
if sys.argv[2] == "beside":
    import grafana_client
import urllib3
from influxdb_client import InfluxDBClient
from influxdb_client.client.write_api import SYNCHRONOUS
from influxdb_client.rest import ApiException

with InfluxDBClient(sys.argv[1], token="secret", org="plant", enable_gzip=True) as client:
    assert client.ping()
    api = client.write_api(SYNCHRONOUS)
    api.write("bucket", record=b"cdu,id=a supply_c=31.9 1700000000000000000", write_precision="ns")
    try:
        api.write("refused", record=b"x")
    except ApiException as error:
        assert error.status == 400, error
    else:
        raise AssertionError("a refusal must be an exception")
print(urllib3.__version__)
"""


class Recorder(BaseHTTPRequestHandler):
    """Answers like the write interface and remembers what it was sent."""

    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, dict[str, str], bytes]]

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("X-Influxdb-Version", "test")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.answer(204)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        type(self).seen.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
        self.answer(400 if "bucket=refused" in self.path else 204)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def endpoint() -> Iterator[tuple[str, type[Recorder]]]:
    recorder = type("Fresh", (Recorder,), {"seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), recorder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", recorder
    server.shutdown()
    server.server_close()


def run(*argv: str | Path, **env: str) -> str:
    done = subprocess.run([*map(str, argv)], check=False, capture_output=True, text=True, timeout=300, env={**os.environ, **env}, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Python of an environment with the packages of `make demo` alone."""
    uv, place = servers.require("uv"), tmp_path_factory.mktemp("newcomer")
    python, certificates = place / "bin" / "python", {"UV_SYSTEM_CERTS": "true"}
    run(uv, "venv", "--quiet", "--clear", "--python", sys.executable, place)
    run(uv, "pip", "sync", "--quiet", "--python", python, "--require-hashes", servers.ROOT / "requirements" / "run.txt", **certificates)
    run(uv, "pip", "install", "--quiet", "--python", python, "--no-deps", "--no-build-isolation", "--editable", servers.ROOT)
    return python


def assert_written(seen: list[tuple[str, dict[str, str], bytes]]) -> None:
    path, headers, body = seen[0]
    assert path.startswith("/api/v2/write?") and "precision=ns" in path and "bucket=bucket" in path
    assert headers["authorization"] == "Token secret" and headers["content-encoding"] == "gzip" and body[:2] == b"\x1f\x8b"
    assert len(seen) == 2


def test_influxdb_client_works_beside_grafana_client(endpoint: tuple[str, type[Recorder]]) -> None:
    version = run(sys.executable, "-c", WRITE, endpoint[0], "beside")
    assert version == importlib.metadata.version("urllib3-future"), "the overlay this test is about is gone"
    assert_written(endpoint[1].seen)


def test_influxdb_client_works_without_it(endpoint: tuple[str, type[Recorder]], newcomer: Path) -> None:
    version = run(newcomer, "-c", WRITE, endpoint[0], "alone")
    assert version == importlib.metadata.version("urllib3")
    assert_written(endpoint[1].seen)


IMPORT_ALL = """
import importlib, pkgutil, sys
import config, twin, sensors
names = [m.name for p in (config, twin, sensors) for m in pkgutil.walk_packages(p.__path__, p.__name__ + ".")]
for name in names:
    if not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""


def test_every_module_loads_with_what_a_newcomer_installs(newcomer: Path, tmp_path: Path) -> None:
    assert int(run(newcomer, "-c", IMPORT_ALL, NUMBA_CACHE_DIR=str(tmp_path))) > 10


def test_the_command_starts(newcomer: Path) -> None:
    assert "demo" in run(newcomer.parent / "boucle", "--help")
