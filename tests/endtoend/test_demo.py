"""`boucle demo` as a newcomer types it: live by itself, a day behind it, gone without a trace however it ends."""
from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.servers import ROOT, free_port

PATIENCE_S = 180.0  # a loaded machine


@contextmanager
def demo(*options: str) -> Iterator[subprocess.Popen[str]]:
    argv = [sys.executable, "-m", "twin.cli", "demo", *options]
    process = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def metrics(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as reply:
        lines = reply.read().decode().splitlines()
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))}


def await_metric(process: subprocess.Popen[str], port: int, name: str, least: float) -> dict[str, float]:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        with suppress(OSError):
            found = metrics(port)
            if found.get(name, -1.0) >= least:
                return found
        time.sleep(0.1)
    raise AssertionError(f"{name} never reached {least}")


def processes_with(text: str) -> list[int]:
    """Ids of the processes whose command line has `text`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if text in path.read_bytes().decode(errors="replace"):
                found.append(int(path.parent.name))
    return found


def marked(broker: object) -> str:
    """The part of a command line that only one test's demo has."""
    return f"--broker-port\0{broker}\0"


def await_gone(text: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while processes_with(text):
        assert time.monotonic() < until, processes_with(text)
        time.sleep(0.05)


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_live_then_stopped_by_a_signal(end):
    port, broker = free_port(), free_port()
    with demo("--port", str(port), "--broker-port", str(broker), "--no-history", "--json") as process:
        await_metric(process, port, 'boucle_messages_total{kind="recorded"}', 300)
        found = await_metric(process, port, 'boucle_messages_total{kind="snapshots"}', 3)
        assert found['boucle_part_up{part="broker"}'] == found['boucle_part_up{part="store"}'] == 1
        assert len(processes_with(marked(broker))) > 1  # forked children have our command line
        process.send_signal(end)
        out, err = process.communicate(timeout=PATIENCE_S)
    report = json.loads(out)
    assert process.returncode == 0, err
    assert report["first_snapshot_seconds"] > 0 and report["memory_mb"] > 0
    assert report["counters"]["recorded"] > 300
    assert not [k for k in report["counters"] if k.startswith("rejected")]
    await_gone(marked(broker))


def test_ends_by_itself():
    with demo("--port", "0", "--for", "0.5", "--no-history", "--json") as process:
        out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    assert json.loads(out)["url"].startswith("http://127.0.0.1:")


@pytest.mark.parametrize("option", ["--port", "--broker-port"])
def test_a_taken_port_is_named_and_nothing_is_left(option):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        options = {"--port": "0", "--broker-port": str(free_port())} | {option: port}
        with demo("--no-history", *(word for pair in options.items() for word in pair)) as process:
            _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert f"port {port}" in err and option in err
    assert "Traceback" not in err
    await_gone(marked(options["--broker-port"]))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends the children on Linux only")
def test_children_end_even_when_the_demo_is_killed():
    port, broker = free_port(), free_port()
    with demo("--port", str(port), "--broker-port", str(broker), "--no-history") as process:
        await_metric(process, port, 'boucle_messages_total{kind="received"}', 1)
        assert len(processes_with(marked(broker))) > 1
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        await_gone(marked(broker))


def test_faster_than_real_time_and_nothing_is_late():
    port = free_port()
    with demo("--port", str(port), "--speed", "20", "--no-history", "--json") as process:
        before = await_metric(process, port, "boucle_event_time_seconds", 1)["boucle_event_time_seconds"]
        found = await_metric(process, port, "boucle_event_time_seconds", before + 60)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE_S)
    assert found['boucle_messages_total{kind="recorded"}'] > 0
    assert found.get('boucle_messages_total{kind="late"}', 0) < 0.1 * found['boucle_messages_total{kind="recorded"}']


def test_a_past_is_filled_in_behind(tmp_path):
    """An hour instead of a day, as the demo does it: the hidden plant's past on a pipe to a twin of its own."""
    end_ms, store = 1_790_000_040_000, tmp_path / "past.sqlite"  # a whole minute
    common = ["--site", "valence", "--end", str(end_ms), "--hours", "1", "--step", "60"]
    plant = subprocess.Popen([sys.executable, "-m", "sensors.history", *common], cwd=ROOT, stdout=subprocess.PIPE)
    fill = subprocess.run([sys.executable, "-m", "twin.cli", "backfill", *common, "--store", str(store)], cwd=ROOT, stdin=plant.stdout,
                          capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert plant.wait(PATIENCE_S) == 0 and fill.returncode == 0, fill.stderr
    assert json.loads(fill.stdout.splitlines()[-1]) == {"hours": 1.0}
    query = ("SELECT s.src, count(*), min(p.ts_ms), max(p.ts_ms) FROM points p JOIN series s ON s.id = p.series "
             "WHERE s.measurement = 'loop_1m' GROUP BY s.src ORDER BY s.src")
    with sqlite3.connect(store) as db:
        rows = db.execute(query).fetchall()
    assert [r[0] for r in rows] == ["sensor", "twin"]
    for _, count, first, last in rows:
        assert 60 <= count <= 61
        assert end_ms - 3_660_000 <= first and last == end_ms


def test_a_broken_pipe_of_history_is_an_error_not_a_short_day(tmp_path):
    store = tmp_path / "past.sqlite"
    argv = [sys.executable, "-m", "twin.cli", "backfill", "--end", "1790000000000", "--store", str(store)]
    done = subprocess.run(argv, cwd=ROOT, input=b"\x05\x00\xff\x00\x00\x00dc/", capture_output=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 1
    assert b"ended inside a frame" in done.stderr
