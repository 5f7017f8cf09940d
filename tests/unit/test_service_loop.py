"""The service loop: what is counted, handed over, acknowledged, kept and closed, and in which order."""
from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from config.load import load_site
from twin.events import ACTUAL, Answer, DeadLetter, Emit, Reading, Record, Rejected, Snapshot, Tick
from twin.service import loop
from twin.service.clock import ManualClock
from twin.service.hub import Hub
from twin.service.letters import DeadLetters
from twin.service.loop import Service
from twin.sources.inbox import Inbox, Message
from twin.wire.native import codec

T0 = 1_790_000_000_000
TOPIC = "dc/valence/h1/cdu/cdu-01/tele"


@pytest.fixture(scope="module")
def site():
    return load_site("valence")


@dataclass
class Journal:
    """One list in which every part writes what it did."""

    steps: list[str] = field(default_factory=list)

    def acknowledge(self, mids):
        self.steps.append(f"ack {list(mids)}")


@dataclass
class ListSink:
    journal: Journal
    name: str = "list"
    effects: list[Any] = field(default_factory=list)
    closed: bool = False

    async def open(self):
        self.journal.steps.append("sink open")

    def put(self, effects, lane="live"):
        self.effects.extend(effects)
        self.journal.steps.append(f"put {len(effects)}")

    def finish(self, lane):
        raise AssertionError("the live lane has no end")

    async def flush(self):
        self.journal.steps.append("sink flushed")

    def health(self):
        return {"ok": True, "detail": "", "rows": len(self.effects)}

    async def close(self):
        self.closed = True
        self.journal.steps.append("sink closed")


@dataclass
class ListLog:
    journal: Journal
    messages: list[Message] = field(default_factory=list)

    def append(self, message):
        self.messages.append(message)

    def flush(self):
        self.journal.steps.append(f"logged {len(self.messages)}")

    def close(self):
        self.journal.steps.append("log closed")


def snapshot(ts_ms: int) -> Snapshot:
    return Snapshot(ts_ms, ACTUAL, {}, {}, {}, {}, np.zeros((1, 1)), np.zeros((1, 1)))


def advance(site, held, event):
    """A twin that records at once and makes a snapshot at each tick; its state is what it has seen."""
    if isinstance(event, Reading):
        return [*held, event], (Record(event),)
    if isinstance(event, Rejected):
        return held, (DeadLetter(event),)
    if isinstance(event, Tick):
        return [*held, event], (Emit(snapshot(event.ts_ms)),)
    return held, (Answer(event, True),)


def make(site, journal, **parts):
    sink = ListSink(journal)
    service = Service(site, [], unroll, codec(site).decode, Hub(site), Inbox(), ManualClock(T0), sinks=(sink,), **parts)
    return service, sink


def unroll(site, held, event):
    return [advance(site, held, event)]


def tele(n: int, journal: Journal | None = None, **changed) -> Message:
    body = {"ts": T0 + n, "seq": n, "q": 1, "tcs_supply_c": 31.5} | changed
    return Message(T0 + n, TOPIC, json.dumps(body).encode(), mid=n + 1, receipt=journal)


async def run_through(service, messages):
    for message in messages:
        service.inbox.put(message)
    service.stop()
    await asyncio.wait_for(service.run(), 5)


async def test_every_reading_reaches_the_sink_and_the_hub(site):
    service, sink = make(site, Journal())
    await run_through(service, [tele(n) for n in range(600)])
    recorded = [e.reading.seq for e in sink.effects if isinstance(e, Record)]
    assert recorded == list(range(600))
    assert service.hub.counters["received"] == service.hub.counters["recorded"] == 600
    assert service.hub.readings[("cdu", 0)].seq == 599


async def test_acknowledged_only_when_logged_and_handed_over(site):
    journal = Journal()
    service, _ = make(site, journal, log=ListLog(journal))
    await run_through(service, [tele(n, journal) for n in range(3)])
    first = next(s for s in journal.steps if "ack" in s)
    before = journal.steps[: journal.steps.index(first)]
    assert any(s.startswith("put") for s in before) and any(s.startswith("logged") for s in before)
    acknowledged = [int(m) for s in journal.steps if s.startswith("ack") for m in s[5:-1].split(",")]
    assert acknowledged == [1, 2, 3]


async def test_a_failing_sink_leaves_the_messages_unacknowledged(site):
    journal = Journal()
    service, sink = make(site, journal)
    sink.put = lambda effects: (_ for _ in ()).throw(OSError("disk full"))
    with pytest.raises(OSError, match="disk full"):
        await run_through(service, [tele(0, journal)])
    assert not any("ack" in s for s in journal.steps)
    assert sink.closed


async def test_bad_input_is_counted_by_reason_and_kept_with_its_payload(site, tmp_path):
    letters = DeadLetters(tmp_path / "dead.jsonl")
    service, _ = make(site, Journal(), letters=letters)
    bad = [Message(T0, TOPIC, b"{"), Message(T0, "nowhere", b"{}"), Message(T0, "\ufffd", b"\xff"), tele(0, tcs_supply_c=305.0)]
    await run_through(service, [*bad, tele(1)])
    counters = service.hub.counters
    assert counters["received"] == 5 and counters["recorded"] == 1
    assert counters["rejected_json"] == 1 and counters["rejected_unknown_topic"] == 2 and counters["rejected_range"] == 1
    kept = [json.loads(line) for line in (tmp_path / "dead.jsonl").read_text().splitlines()]
    assert [k["reason"] for k in kept] == ["json", "unknown_topic", "unknown_topic", "range"]
    assert kept[0]["payload"] == "{" and kept[2]["payload"] == "\\xff"
    assert [r.reason for r in service.hub.rejected] == [k["reason"] for k in kept]


async def test_what_the_twin_counts_is_shown_as_it_is_not_added_up(site):
    service, _ = make(site, Journal(), counts=lambda held: {"late": sum(isinstance(e, Reading) for e in held), "duplicate": 1})
    await run_through(service, [tele(n) for n in range(1500)])
    assert service.hub.counters["late"] == 1500 and service.hub.counters["duplicate"] == 1


async def test_retained_telemetry_is_ignored_but_acknowledged(site):
    journal = Journal()
    service, sink = make(site, journal)
    await run_through(service, [tele(0, journal)._replace(retained=True)])
    assert service.hub.counters["retained_ignored"] == 1
    assert not any(isinstance(e, Record) for e in sink.effects)
    assert "ack [1]" in journal.steps


async def test_stopping_drains_releases_and_closes_in_order(site):
    journal = Journal()
    service, sink = make(site, journal, log=ListLog(journal))
    await run_through(service, [tele(n) for n in range(2000)])
    assert len([e for e in sink.effects if isinstance(e, Record)]) == 2000
    last = [e for e in service.twin if isinstance(e, Tick)][-1]
    assert last.ts_ms - 2 * site.model.lateness_s * 1000 >= T0 + 1999
    assert journal.steps[-2:] == ["sink closed", "log closed"]


async def test_snapshots_wake_the_readers_of_the_hub(site):
    service, _ = make(site, Journal())

    async def wait():
        async with service.hub.changed:
            await service.hub.changed.wait_for(lambda: service.hub.snapshot is not None)
        service.stop()

    await asyncio.wait_for(asyncio.gather(service.run(), wait()), 5)
    assert service.hub.snapshot.ts_ms >= T0
    assert service.hub.health["list"]["ok"]


async def test_commands_are_answered(site):
    answers = []

    async def answer(effect):
        answers.append(effect)

    service, _ = make(site, Journal(), answer=answer)
    body = {"ts": T0, "id": "c1", "author": "me", "expires": T0 + 1000, "name": "ping", "arguments": {}}
    await run_through(service, [Message(T0, "dc/valence/h1/cdu/cdu-01/cmd", json.dumps(body).encode())])
    assert [a.command.id for a in answers] == ["c1"]


def test_dead_letters_cannot_grow_without_bound(tmp_path):
    letters = DeadLetters(tmp_path / "dead.jsonl", most_bytes=3000)
    for n in range(200):
        letters.write(Rejected(n, "json", TOPIC, "", "x" * 50), b"y" * 5000)
    letters.close()
    assert sum(f.stat().st_size for f in tmp_path.iterdir()) <= 6000
    last = (tmp_path / "dead.jsonl").read_text().splitlines()[-1]
    assert json.loads(last)["ts_ms"] == 199 and json.loads(last)["bytes"] == 5000


async def test_an_event_worth_many_steps_leaves_the_others_their_turn(site, monkeypatch):
    """A jump of the watermark over hours: between its slow steps, effects are handed over and other tasks run."""
    monkeypatch.setattr(loop, "SLICE_S", -1.0)  # every step is too long
    turns: list[int] = []

    def slow(_site, held, event):
        if isinstance(event, Tick):
            return
        for n in range(5):
            turns.append(n)
            yield [*held, n], (Emit(snapshot(event.ts_ms + n)),)

    journal = Journal()
    service, sink = make(site, journal)
    service.unroll = slow

    async def other():
        while len(turns) < 5:
            seen.append(len(sink.effects))
            await asyncio.sleep(0)

    seen: list[int] = []
    service.inbox.put(tele(0))
    task = asyncio.create_task(other())
    running = asyncio.create_task(service.run())
    await task
    service.stop()
    await running
    assert sorted(set(seen)) == [0, 1, 2, 3, 4]
