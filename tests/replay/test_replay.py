"""Replay: the same bytes each time, and the same bytes whatever the order of arrival within the lateness."""
from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys

import pytest

from config.load import load_site
from twin.bench import _telemetry as telemetry
from twin.cli.replay import write_lines
from twin.sources.inbox import Message
from twin.sources.log import read_log, write_log
from twin.wire.native import encode_reading

SECONDS, T0_MS, DELAY_MS = 6, 1_790_000_000_000, 40


@pytest.fixture(scope="module")
def site():
    return load_site("valence")


@pytest.fixture(scope="module")
def recorded(site):
    readings = sorted([*telemetry.readings(site, T0_MS, SECONDS), *telemetry.gpus(site, T0_MS, SECONDS)], key=lambda r: r.ts_ms)
    return [Message(r.ts_ms + DELAY_MS, *encode_reading(site, r)) for r in readings]


@pytest.fixture(scope="module")
def expected(site, recorded):
    return write_lines(site, iter(recorded), None)


def test_every_message_becomes_a_line_and_every_second_a_snapshot(expected, recorded):
    assert expected["readings"] == len(recorded)
    assert expected["snapshots"] == SECONDS
    assert expected["rejected"] == 0


def test_twice_the_same_bytes(site, recorded, expected, tmp_path):
    write_log(tmp_path / "events.log", recorded)
    reports = [write_lines(site, read_log(tmp_path / "events.log"), tmp_path / f"{n}.lp") for n in range(2)]
    assert (tmp_path / "0.lp").read_bytes() == (tmp_path / "1.lp").read_bytes()
    assert reports[0] == reports[1] == expected
    assert (tmp_path / "0.lp").read_bytes().count(b"\n") == expected["lines"]


@pytest.mark.parametrize("seed", range(3))
def test_shuffled_within_the_lateness_the_same_bytes(site, recorded, expected, seed):
    rng = random.Random(seed)
    delay_ms = 0.99 * site.model.lateness_s * 1000
    shuffled = sorted(recorded, key=lambda m: m.received_ms + rng.uniform(0, delay_ms))
    assert shuffled != recorded
    assert write_lines(site, iter(shuffled), None) == expected


def test_repeated_messages_change_nothing_but_their_own_count(site, recorded, expected):
    doubled = [m for message in recorded for m in (message, message)]
    assert write_lines(site, iter(doubled), None) == expected | {"messages": 2 * len(recorded)}


def test_a_changed_message_changes_the_bytes(site, recorded, expected):
    changed = [recorded[0]._replace(payload=recorded[0].payload.replace(b'"q":1', b'"q":2')), *recorded[1:]]
    assert write_lines(site, iter(changed), None)["sha256"] != expected["sha256"]


def test_bad_messages_are_counted_and_leave_the_rest_alone(site, recorded, expected):
    bad = [recorded[0]._replace(payload=b"{"), recorded[0]._replace(topic="elsewhere"), recorded[0]._replace(retained=True)]
    report = write_lines(site, iter([*bad, *recorded]), None)
    assert report["rejected"] == 2
    assert report["sha256"] == expected["sha256"]


def boucle(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", "from twin.cli.main import main; main()", *args], check=False, capture_output=True, text=True)


def test_the_command_writes_the_file_and_reports(recorded, expected, tmp_path):
    write_log(tmp_path / "events.log", recorded)
    result = boucle("replay", str(tmp_path / "events.log"), "--lines", str(tmp_path / "out.lp"), "--json")
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout) == expected
    assert hashlib.sha256((tmp_path / "out.lp").read_bytes()).hexdigest() == expected["sha256"]


def test_a_file_that_is_no_log_is_named(tmp_path):
    (tmp_path / "x.log").write_text("hello")
    result = boucle("replay", str(tmp_path / "x.log"))
    assert result.returncode == 2
    assert "x.log: not an event log" in result.stderr
