"""Delivery against servers made up for the purpose: what is written, tried again, split and buried; the disk in between."""
from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.load import load_site
from config.site import Site
from twin.events import Reading, Record
from twin.sinks.base import Sink
from twin.sinks.delivery.batch import Batcher
from twin.sinks.delivery.courier import FIRST_S, MOST_S, Courier
from twin.sinks.delivery.endpoint import Target
from twin.sinks.delivery.outcome import DONE, Kind, Outcome, classify
from twin.sinks.delivery.spool import Spool, SpoolBusy
from twin.sinks.influx import InfluxSink

AWAY = Outcome(Kind.AGAIN, "away")


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("valence")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Server:
    """Stores lines as a database does (once each); refuses lines that begin with `bad`; is away when told.

    `partial` as InfluxDB does with a type conflict: the good lines of a refused body are stored. Else nothing of it is.
    """

    def __init__(self, partial: bool = False, biggest: int = 10**9, answers: Callable[[], bool] = lambda: True):
        self.partial, self.biggest, self.answers = partial, biggest, answers
        self.stored: dict[bytes, int] = {}
        self.requests = 0

    def write(self, body: bytes) -> Outcome:
        self.requests += 1
        if not self.answers():
            return AWAY
        if len(body) > self.biggest:
            return Outcome(Kind.SPLIT, "too large")
        lines = body.splitlines()
        bad = any(line.startswith(b"bad") for line in lines)
        if not bad or self.partial:
            self.stored |= {line: self.requests for line in lines if not line.startswith(b"bad")}
        return Outcome(Kind.REFUSED, "bad line") if bad else DONE


def courier(folder: Path, server: Server, clock: Clock | None = None) -> Courier:
    return Courier(Spool(folder / "spool"), server.write, folder / "dead.jsonl", clock or Clock(), lambda: 1.0)


def dead(of: Courier) -> list[str]:
    return [json.loads(line)["line"] for line in of.dead.read_text().splitlines()] if of.dead.exists() else []


def body(*lines: str) -> bytes:
    return b"".join(line.encode() + b"\n" for line in lines)


# bodies


def test_a_body_is_bounded_in_lines_and_bytes() -> None:
    batcher = Batcher(max_lines=3, max_bytes=100)
    assert list(batcher.add([b"a"] * 7, 0.0)) == [b"a\na\na\n"] * 2
    assert batcher.rest() == b"a\n"
    assert list(batcher.add([b"x" * 60, b"y" * 60, b"z" * 200, b"w"], 0.0)) == [b"x" * 60 + b"\n", b"y" * 60 + b"\n", b"z" * 200 + b"\n"]


def test_a_body_is_due_by_age_of_its_first_line() -> None:
    batcher = Batcher(max_age_s=1.0)
    list(batcher.add([b"a"], 10.0))
    list(batcher.add([b"b"], 10.9))
    assert batcher.due(10.99) == b""
    assert batcher.due(11.0) == b"a\nb\n"
    assert batcher.due(99.0) == b""


# the spool


def test_the_spool_keeps_order_over_a_restart(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for n in range(12):
        spool.append(b"%d\n" % n)
    spool.remove(spool.oldest()[0])
    spool.close()
    second, found = Spool(tmp_path), []
    second.append(b"new\n")
    while (entry := second.oldest()) is not None:
        found.append(entry[1])
        second.remove(entry[0])
    assert found == [b"%d\n" % n for n in range(1, 12)] + [b"new\n"]
    assert second.bytes == 0


def test_a_file_that_was_being_written_in_a_crash_is_not_delivered(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.append(b"whole\n")
    spool.close()
    (tmp_path / "000000000002.tmp").write_bytes(b"hal")
    second = Spool(tmp_path)
    assert len(second) == 1 and not list(tmp_path.glob("*.tmp"))


def test_two_processes_do_not_share_a_spool(tmp_path: Path) -> None:
    first = Spool(tmp_path)
    with pytest.raises(SpoolBusy, match="another process"):
        Spool(tmp_path)
    first.close()


def test_a_full_share_of_the_disk_gives_up_the_oldest_and_says_so(tmp_path: Path) -> None:
    spool = Spool(tmp_path, max_bytes=10)
    for n in range(5):
        spool.append(b"%d234\n" % n)
    assert (len(spool), spool.lost, spool.bytes) == (2, 3, 10)
    assert spool.oldest()[1] == b"3234\n"


# delivery


def test_waits_double_up_to_the_most_and_start_anew(tmp_path: Path) -> None:
    clock, up = Clock(), [False]
    of = courier(tmp_path, Server(answers=lambda: up[0]), clock)
    of.spool.append(body("a"))
    waits = []
    for _ in range(12):
        assert not of.attempt()
        waits.append(of.wait_s())
        assert not of.attempt()  # not before its time
        clock.now += of.wait_s()
    assert waits[:4] == pytest.approx([FIRST_S, 2 * FIRST_S, 4 * FIRST_S, 8 * FIRST_S])
    assert waits[-1] == MOST_S and of.counters["retried"] == 12 and of.trouble == "away"
    up[0] = True
    assert of.attempt() and of.trouble == "" and of.wait_s() is None


def test_a_server_that_names_a_time_is_not_asked_before(tmp_path: Path) -> None:
    clock = Clock()
    of = Courier(Spool(tmp_path), lambda _: Outcome(Kind.AGAIN, "busy", after_s=90.0), tmp_path / "d", clock, lambda: 0.0)
    of.spool.append(body("a"))
    of.attempt()
    assert of.wait_s() == 90.0


STATUSES = {204: Kind.DONE, 200: Kind.DONE, 400: Kind.REFUSED, 422: Kind.REFUSED, 413: Kind.SPLIT,
            401: Kind.AGAIN, 404: Kind.AGAIN, 429: Kind.AGAIN, 500: Kind.AGAIN, 503: Kind.AGAIN}


@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
def test_what_a_status_means(status: int, kind: Kind) -> None:
    assert classify(status, "said").kind is kind


def test_retry_after_in_seconds_is_heard() -> None:
    assert classify(429, "", "7").after_s == 7.0
    assert classify(429, "", "Wed, 21 Oct 2015 07:28:00 GMT").after_s == 0.0


def test_a_body_too_large_is_halved(tmp_path: Path) -> None:
    server = Server(biggest=20)
    of = courier(tmp_path, server)
    of.spool.append(body(*(f"line{n:03d}" for n in range(64))))
    assert of.attempt()
    assert len(server.stored) == 64 and dead(of) == []


def test_one_bad_line_costs_few_requests(tmp_path: Path) -> None:
    server = Server()
    of = courier(tmp_path, server)
    of.spool.append(body(*(f"line{n}" for n in range(3000)), "bad", *(f"more{n}" for n in range(1999))))
    assert of.attempt()
    assert server.requests <= 2 * 13 + 1 and len(server.stored) == 4999 and dead(of) == ["bad"]


@settings(max_examples=60, deadline=None)
@given(data=st.data(), partial=st.booleans())
def test_whatever_happens_good_lines_are_stored_and_bad_ones_buried(
    data: st.DataObject, partial: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bad = data.draw(st.lists(st.booleans(), min_size=1, max_size=40))
    lines = [f"{'bad' if b else 'good'}{n}" for n, b in enumerate(bad)]
    fails = iter(data.draw(st.lists(st.booleans(), max_size=30)))
    server = Server(partial, biggest=data.draw(st.integers(8, 400)), answers=lambda: not next(fails, False))
    clock, folder = Clock(), tmp_path_factory.mktemp("delivery")
    of = courier(folder, server, clock)
    batcher = Batcher(max_lines=data.draw(st.integers(1, 50)))
    for part in [*batcher.add([line.encode() for line in lines], 0.0), batcher.rest()]:
        of.spool.append(part)
    while (wait := of.wait_s()) is not None:
        clock.now += wait
        of.attempt()
        if data.draw(st.integers(0, 9)) == 0:  # the process ends and comes back
            of.spool.close()
            of = courier(folder, server, clock)
    of.spool.close()
    assert {line.decode() for line in server.stored} == {line for line in lines if line.startswith("good")}
    assert dead(of) == [line for line in lines if line.startswith("bad")]


# the sink itself


def sink(site: Site, folder: Path) -> InfluxSink:
    return InfluxSink(site, Target("http://127.0.0.1:9", "boucle", timeout_s=0.2), folder)


def cdu(n: int) -> Record:
    return Record(Reading(1_712_000_000_000 + n, "cdu", 0, n, 1, np.full(12, 0.5)))


def test_it_is_a_sink(site: Site, tmp_path: Path) -> None:
    made = sink(site, tmp_path)
    assert isinstance(made, Sink) and made.health()["ok"]


def test_the_token_is_not_printed() -> None:
    assert "secret" not in repr(Target("http://x", "b", "o", "secret"))


async def test_flush_means_on_disk_while_the_server_is_away(site: Site, tmp_path: Path) -> None:
    made = sink(site, tmp_path)
    await made.open()
    made.put([cdu(n) for n in range(10)])
    await made.flush()
    lines = b"".join(path.read_bytes() for path in sorted((tmp_path / "spool").glob("*.lines"))).splitlines()
    assert len(lines) == 10 and all(line.startswith(b"cdu,site=valence,hall=h1,id=cdu-01,src=sensor,scenario=actual ") for line in lines)
    await made.close()
    health = made.health()
    assert not health["ok"] and health["retried"] >= 1 and health["written"] == 0


async def test_a_full_disk_is_waited_for(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = sink(site, tmp_path)
    full, append = [True, True], made._spool.append

    def scarce(data: bytes) -> None:
        if full:
            full.pop()
            raise OSError(28, "No space left on device")
        append(data)

    monkeypatch.setattr(made._spool, "append", scarce)
    await made.open()
    made.put([cdu(0)])
    await made.flush()
    assert len(list((tmp_path / "spool").glob("*.lines"))) == 1 and not full
    await made.close()
