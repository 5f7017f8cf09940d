"""`boucle run` on a real broker: what it keeps, what waits for it, how it ends, what it says when it cannot start."""
from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.load import load_site
from tests import servers
from tests.endtoend.test_demo import PATIENCE_S, await_metric
from tests.servers import ROOT, free_port
from twin.cli.replay import write_lines
from twin.sources.log import read_log

RECEIVED = 'boucle_messages_total{kind="received"}'


@contextmanager
def run(folder: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    environment = os.environ | {"BOUCLE_STORE__PATH": str(folder / "run.sqlite"), "BOUCLE_MQTT__CLIENT_ID": folder.name}
    argv = [sys.executable, "-m", "twin.cli", "run", *options]
    process = subprocess.Popen(argv, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def publish(broker: servers.Broker, seconds: float) -> int:
    """A simulated Valence for a while; how many messages were sent."""
    argv = [sys.executable, "-m", "sensors", "--site", "valence", "--broker", f"mqtt://127.0.0.1:{broker.port}", "--for", str(seconds), "--json"]
    return json.loads(subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True, timeout=PATIENCE_S).stdout)["messages"]


def stop(process: subprocess.Popen[str]) -> str:
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    return err


def test_logged_stored_and_replayed(tmp_path, mosquitto):
    port, log = free_port(), tmp_path / "events.log"
    with run(tmp_path, "--broker", f"mqtt://127.0.0.1:{mosquitto.port}", "--port", str(port), "--log", str(log)) as process:
        await_metric(process, port, 'boucle_part_up{part="broker"}', 1)
        publish(mosquitto, 4.0)
        found = await_metric(process, port, RECEIVED, 200)
        stop(process)
    messages = list(read_log(log))
    assert len(messages) >= found[RECEIVED]
    replayed = write_lines(load_site("valence"), iter(messages), None)
    with sqlite3.connect(tmp_path / "run.sqlite") as db:
        stored = db.execute("SELECT count(*) FROM points p JOIN series s ON s.id = p.series WHERE s.src = 'sensor' AND s.measurement IN "
                            "('rack', 'cdu', 'loop', 'feed')").fetchone()[0]
    kept = [m for m in messages if m.topic.split("/")[3] in ("rack", "cdu", "loop", "feed") and m.topic.endswith("/tele")]
    assert stored == len(kept) > 0
    assert replayed["rejected"] == 0
    assert replayed["readings"] == len([m for m in messages if m.topic.endswith(("/tele", "/gpu"))])


def test_what_is_sent_while_it_is_away_is_not_lost(tmp_path, mosquitto):
    options = ("--broker", f"mqtt://127.0.0.1:{mosquitto.port}", "--port")
    port = free_port()
    with run(tmp_path, *options, str(port)) as process:
        await_metric(process, port, 'boucle_part_up{part="broker"}', 1)
        stop(process)
    sent = publish(mosquitto, 3.0)
    meta = sum(len(rows) for rows in load_site("valence").assets.values())  # published too, and not for the twin
    with run(tmp_path, *options, str(port)) as process:
        await_metric(process, port, RECEIVED, sent - meta)
        stop(process)


def test_a_broker_that_is_away_is_shown_and_waited_for(tmp_path):
    port = free_port()
    with run(tmp_path, "--broker", f"mqtt://127.0.0.1:{free_port()}", "--port", str(port)) as process:
        found = await_metric(process, port, 'boucle_part_up{part="store"}', 1)
        assert found['boucle_part_up{part="broker"}'] == 0
        assert "broker lost, trying again" in stop(process)


def refused(tmp_path: Path, *options: str) -> str:
    with run(tmp_path, *options) as process:
        _, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 2
    assert "Traceback" not in err
    return err


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"port {port}" in refused(tmp_path, "--broker", "mqtt://127.0.0.1", "--port", port)


@pytest.mark.parametrize(("options", "words"), [
    ((), "BOUCLE_MQTT__URL"),
    (("--broker", "http://plant"), "BOUCLE_MQTT__URL"),
    (("--broker", "mqtt://plant", "--influx", "nonsense"), "BOUCLE_INFLUX__URL"),
    (("--site", "nowhere"), "nowhere"),
])
def test_settings_that_cannot_work_are_named(tmp_path, options, words):
    assert words in refused(tmp_path, *options)


def test_a_foreign_file_is_no_log(tmp_path):
    (tmp_path / "x.log").write_text("hello world")
    assert "x.log: not an event log" in refused(tmp_path, "--broker", "mqtt://127.0.0.1", "--port", "0", "--log", str(tmp_path / "x.log"))
    assert (tmp_path / "x.log").read_text() == "hello world"
