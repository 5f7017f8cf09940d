"""Lines into real InfluxDBs: everything good stored once, whatever happens on the way; the bad ones in the dead letters."""
from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import pytest
import urllib3

from config.classes import CLASSES
from config.load import load_site
from config.site import Site
from tests import servers
from twin.events import Reading, Record
from twin.sinks.delivery.batch import Batcher
from twin.sinks.delivery.courier import Courier
from twin.sinks.delivery.endpoint import Endpoint, Target, connect, version
from twin.sinks.delivery.forget import forget
from twin.sinks.delivery.outcome import Kind
from twin.sinks.delivery.spool import Spool
from twin.sinks.influx import InfluxSink

T0_NS = 1_712_000_000_000_000_000
COUNT = 50_000
DEADLINE_S = 120.0
BOTH = pytest.mark.parametrize("name", ["influx1", "influx2"])


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("valence")


def target(database: servers.Influx, bucket: str) -> Target:
    return Target(database.url, bucket, database.org, database.token, timeout_s=5.0)


def select(to: Target, query: str) -> list[list[object]]:
    """Rows of an InfluxQL query; both versions answer it."""
    headers = {"Authorization": f"Token {to.token}"} if to.token else {}
    answer = urllib3.request("GET", f"{to.url}/query", fields={"db": to.bucket, "q": query, "epoch": "ns"}, headers=headers)
    return [row for series in answer.json()["results"][0].get("series", []) for row in series["values"]]


def good(n: int) -> bytes:
    return f"flood,site=s,hall=h,id=a{n % 50},src=sensor,scenario=actual v={float(n)!r} {T0_NS + n * 1_000_000}".encode()


def courier(folder: Path, write: Callable) -> Courier:
    return Courier(Spool(folder / "spool"), write, folder / "dead.jsonl", time.monotonic, lambda: 0.0)


def fill(to: Courier, lines: list[bytes]) -> None:
    batcher = Batcher()
    for body in [*batcher.add(lines, 0.0), batcher.rest()]:
        to.spool.append(body)


def run(of: Courier) -> None:
    """Until the spool is empty; the waits are those that the back-off asks for."""
    until = time.monotonic() + DEADLINE_S
    while (wait := of.wait_s()) is not None:
        assert time.monotonic() < until, of.trouble
        threading.Event().wait(wait)
        of.attempt()


def letters(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def check_stored(to: Target, lines: int) -> None:
    count, total = select(to, "SELECT count(v), sum(v) FROM flood")[0][1:]
    assert (count, total) == (lines, sum(range(lines)))


@BOTH
def test_the_version_is_found_and_the_bucket_made(name: str, request: pytest.FixtureRequest) -> None:
    database = request.getfixturevalue(name)
    to = target(database, "made-by-us")
    assert version(to).startswith(name[-1])
    endpoint = connect(to)
    assert endpoint.write(good(7) + b"\n").kind is Kind.DONE
    assert [row[1] for row in select(to, "SELECT v FROM flood")] == [7.0]
    endpoint.close()


@BOTH
def test_a_future_that_takes_an_older_ones_name_leaves_nothing_of_it(name: str, request: pytest.FixtureRequest) -> None:
    """Between the two stands a body that takes it away; other scenarios, and other sites, stay."""
    to = target(request.getfixturevalue(name), "futures")
    endpoint = connect(to)
    for site, scenario, second in (("s", "whatif", 1), ("s", "whatif", 2), ("s", "actual", 1), ("t", "whatif", 1)):
        assert endpoint.write(f"loop,site={site},scenario={scenario} v={second} {second}000000000\n".encode()).kind is Kind.DONE
    assert endpoint.write(forget("s", "whatif")).kind is Kind.DONE
    assert endpoint.write(b"loop,site=s,scenario=whatif v=7 3000000000\n").kind is Kind.DONE
    found = {site: [row[1] for row in select(to, f"SELECT v FROM loop WHERE scenario = 'whatif' AND site = '{site}'")] for site in "st"}
    assert found == {"s": [7.0], "t": [1.0]}
    assert [row[1] for row in select(to, "SELECT v FROM loop WHERE scenario = 'actual'")] == [1.0]
    endpoint.close()


@BOTH
@pytest.mark.parametrize("packed", [False, True])
def test_both_ways_of_packing(name: str, packed: bool, request: pytest.FixtureRequest) -> None:
    database = request.getfixturevalue(name)
    to = Target(database.url, f"packed-{packed}", database.org, database.token, gzip=packed)
    endpoint = connect(to)
    assert endpoint.write(b"".join(good(n) + b"\n" for n in range(5000))).kind is Kind.DONE
    check_stored(to, 5000)
    endpoint.close()


@BOTH
def test_a_bad_line_and_a_type_conflict_cost_only_themselves(name: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    to = target(request.getfixturevalue(name), "faults")
    endpoint = connect(to)
    conflict = f'flood,site=s,hall=h,id=a7,src=sensor,scenario=actual v="text" {T0_NS + 10**9}'.encode()
    lines = [good(n) for n in range(3000)]
    assert endpoint.write(lines[0] + b"\n").kind is Kind.DONE  # `v` is a float from here on
    lines[1500:1500] = [b"this is no line", conflict]
    of = courier(tmp_path, endpoint.write)
    fill(of, lines)
    run(of)
    assert {letter["line"] for letter in letters(of.dead)} == {"this is no line", conflict.decode()}
    assert all(letter["reason"] for letter in letters(of.dead))
    assert (of.counters["written"], of.counters["dead"]) == (3000, 2)
    check_stored(to, 3000)
    endpoint.close()


class Restarting:
    """A server that is killed hard after so many writes, and comes back at the same place some attempts later."""

    def __init__(self, start: Callable, folder: Path, after: int, away: int):
        self.start, self.folder, self.after, self.away = start, folder, after, away
        self.stack = ExitStack()
        self.database: servers.Influx = self.stack.enter_context(start(folder))
        self.target = target(self.database, "boucle")
        self.endpoint: Endpoint = connect(self.target)
        self.writes = 0

    def write(self, body: bytes):
        self.writes += 1
        if self.writes == self.after:
            self.database.process.send_signal(signal.SIGKILL)
            self.database.process.wait()
        elif self.writes == self.after + self.away:
            self.stack.close()
            self.database = self.stack.enter_context(self.start(self.folder))
            self.target = target(self.database, "boucle")
            self.endpoint = connect(self.target)
        return self.endpoint.write(body)


@contextmanager
def again1(folder: Path) -> Iterator[servers.Influx]:
    with servers.influx1(folder) as database:
        yield database


@contextmanager
def again2(folder: Path) -> Iterator[servers.Influx]:
    """`servers.influx2` without the set-up when the folder has been set up."""
    binary, port = servers.require("influx2"), servers.free_port()
    url = f"http://127.0.0.1:{port}"
    paths = [f"--bolt-path={folder}/bolt", f"--engine-path={folder}/engine", f"--sqlite-path={folder}/sqlite"]
    argv = [binary, *paths, f"--http-bind-address=127.0.0.1:{port}", "--reporting-disabled", "--log-level=error"]
    new = not (folder / "bolt").exists()
    with servers.running(argv, folder, lambda: servers.answers(f"{url}/health")) as process:
        setup = {"username": "boucle", "password": "only-for-this-test", "org": "plant", "bucket": "boucle", "token": "t" * 32}
        if new:
            servers.post(f"{url}/api/v2/setup", dict(setup))
        yield servers.Influx(url, "plant", "boucle", setup["token"], folder, process)


@pytest.mark.parametrize("start", [again1, again2], ids=["influx1", "influx2"])
def test_a_server_killed_in_the_middle_loses_nothing(start: Callable, tmp_path: Path) -> None:
    server = Restarting(start, tmp_path, after=5, away=3)
    with server.stack:
        lines = [good(n) for n in range(COUNT)]
        conflict = f'flood,site=s,hall=h,id=a7,src=sensor,scenario=actual v="text" {T0_NS + 10**9}'.encode()
        lines[30_000:30_000] = [b"flood,site= broken"]
        lines[40_000:40_000] = [conflict]
        of = courier(tmp_path, server.write)
        fill(of, lines)
        run(of)
        assert of.counters["retried"] == 3
        assert of.counters["written"] == COUNT
        assert {letter["line"] for letter in letters(of.dead)} == {"flood,site= broken", conflict.decode()}
        check_stored(server.target, COUNT)


@BOTH
async def test_the_sink_delivers_what_was_put(name: str, site: Site, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    to = target(request.getfixturevalue(name), "sink")
    sink = InfluxSink(site, to, tmp_path)
    await sink.open()
    rng = np.random.default_rng(3)
    readings = [Reading(1_712_000_000_000 + 1000 * s, "rack", row, s, 1, rng.uniform(0.0, 1.0, len(CLASSES["rack"].measured)))
                for s in range(20) for row in range(site.count("rack"))]
    sink.put([Record(r) for r in readings])
    assert await sink.drain(DEADLINE_S), sink.health()
    await sink.close()
    assert sink.health()["written"] >= len(readings)  # the aggregates of the unfinished minute come on closing
    found = select(to, "SELECT supply_c FROM rack WHERE id = 'r003'")
    assert [v for _, v in found] == [round(r.values[0], 6) for r in readings if r.row == 2]


@BOTH
async def test_a_second_life_delivers_what_the_first_left(name: str, site: Site, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    database = request.getfixturevalue(name)
    nowhere = Target(f"http://127.0.0.1:{servers.free_port()}", "second", database.org, database.token, timeout_s=1.0)
    first = InfluxSink(site, nowhere, tmp_path)
    await first.open()
    first.put([Record(Reading(1_712_000_000_000, "cdu", 1, 0, 1, np.full(12, 0.25)))])
    await first.close()
    assert not first.health()["ok"] and len(list((tmp_path / "spool").glob("*.lines"))) == 1
    to = target(database, "second")
    second = InfluxSink(site, to, tmp_path)
    await second.open()
    assert await second.drain(DEADLINE_S), second.health()
    await second.close()
    assert [v for _, v in select(to, "SELECT tcs_supply_c FROM cdu")] == [0.25]
