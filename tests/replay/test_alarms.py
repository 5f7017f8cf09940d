"""Alarms in the fold: limits from the snapshot, commands by MQTT and HTTP in one log, and the same alarms from its replay."""
from __future__ import annotations

import asyncio

import httpx
import numpy as np
import pytest
from fastapi.testclient import TestClient

from config.classes import CLASSES
from config.site import Site
from tests.messages import T0, loop, reading, run, site, steady
from twin.alarms.limits import FAULTS
from twin.api.alarms import AlarmsAnswer, answer
from twin.console.app import create_app
from twin.engine import listen, start, unroll
from twin.events import AlarmChange, Answer, Command, Effect, Event, Gateway
from twin.service.clock import ManualClock
from twin.service.fold import replay
from twin.service.hub import Hub
from twin.service.loop import Service
from twin.sources.inbox import Inbox, Message
from twin.wire.messages import CommandMessage, encode_command
from twin.wire.native import codec, encode_reading

LEAK = "h1:rack:r003:leak_detected"


def wet(second: float) -> Event:
    return reading("rack", 2, second, supply_c=42.0, leak_on=1.0)


def changes(effects: list[Effect]) -> list[AlarmChange]:
    return [e for e in effects if isinstance(e, AlarmChange)]


def ask(second: float, id: str, name: str = "alarm.ack", expires: float = 60.0, **arguments: object) -> Command:
    ts = T0 + round(second * 1000)
    return Command(ts, id, "ann", ts + round(expires * 1000), name, arguments, "reply/to")


def test_a_wet_detector_is_an_alarm_and_is_acknowledged_by_command() -> None:
    twin, effects = run([wet(0.5), loop(4.0), ask(4.0, "c-1", alarm=LEAK)])
    raised, acked = changes(effects)
    assert (raised.alarm.id, raised.ts_ms, raised.alarm.priority) == (LEAK, T0 + 1000, 1)
    assert (acked.alarm.state, acked.alarm.author, twin.alarms.alarms[LEAK].state) == ("acknowledged", "ann", "acknowledged")


@pytest.mark.parametrize(("command", "said"), [
    (ask(4, "c", alarm="nothing"), "no alarm"), (ask(4, "c"), "alarm: missing"), (ask(4, "c", alarm=5), "must be text"),
    (ask(4, "c", "alarm.shelve", alarm=LEAK, minutes="5"), "must be a number"), (ask(4, "c", "alarm.shelve", alarm=LEAK, minutes=True), "must be a number"),
    (ask(4, "c", "alarm.shelve", alarm=LEAK), "minutes"), (ask(4, "c", alarm=LEAK, force=1), "no argument"), (ask(4, "c", expires=-1, alarm=LEAK), "expired")])
def test_a_command_that_cannot_be_done_says_why(command: Command, said: str) -> None:
    twin, effects = run([wet(0.5), loop(4.0), command])
    reply = next(e for e in effects if isinstance(e, Answer))
    assert not reply.ok and said in str(reply.result["error"])
    assert twin.alarms.alarms[LEAK].state == "unacknowledged"


def test_a_repeated_command_acts_once() -> None:
    shelve, again = ask(4, "c-1", "alarm.shelve", alarm=LEAK, minutes=5), ask(4, "c-1", "alarm.shelve", alarm=LEAK, minutes=5)
    _, effects = run([wet(0.5), loop(4.0), shelve, ask(4, "c-2", "alarm.unshelve", alarm=LEAK), again])
    assert [c.change for c in changes(effects)] == ["raise", "shelve", "unshelve", "raise"]
    assert sum(isinstance(e, Answer) for e in effects) == 3


def test_a_gateway_that_stays_away_explains_the_silence_of_its_hall() -> None:
    steps = [e for s in range(20) for e in (loop(float(s)), reading("cdu", 0, float(s), tcs_supply_c=42.0))]
    left = [Gateway(T0 + 20_000, "h1/gw-1", False), *(reading("weather", 0, float(s), dry_bulb_c=10.0) for s in range(21, 140))]
    twin, _ = run([*steps, *left])
    assert {a.id for a in twin.alarms.alarms.values() if a.state == "unacknowledged"} == {"h1:gateway:gw-1:gateway_offline"}
    assert {a.id for a in twin.alarms.alarms.values() if a.fault == "silent"} == {"h1:loop:fws:silent", "h1:cdu:cdu-01:silent"}


def test_supply_far_off_its_set_point_for_a_minute() -> None:
    twin, effects = run([loop(float(s), supply_c=38.0 + min(s, 100) * 0.15) for s in range(220)])
    first = changes(effects)[0].alarm
    assert (first.id, first.priority) == ("h1:loop:fws:supply_band:supply_c", 2) and "above its set point 38.0" in first.text
    assert first.raised_ms - first.since_ms >= 60_000
    twin, effects = run([loop(220.0 + s, supply_c=38.0) for s in range(400)], twin)
    assert twin.alarms.alarms[first.id].state == "returned"


def test_a_steady_plant_has_no_alarm() -> None:
    assert changes(run([*sorted(steady(40, np.random.default_rng(3)), key=lambda e: e.ts_ms), loop(60.0)])[1]) == []


def test_order_of_arrival_within_the_lateness_changes_no_alarm() -> None:
    events = [e for s in range(60) for e in (wet(s + 0.1), loop(s + 0.2, supply_c=46.0), reading("cdu", 0, s + 0.3, tcs_supply_c=60.0))]
    swapped = [e for i in range(0, len(events), 3) for e in reversed(events[i:i + 3])]
    assert changes(run([*events, loop(70.0)])[1]) == changes(run([*swapped, loop(70.0)])[1]) != []


def test_every_limit_names_a_fault() -> None:
    assert set(FAULTS) == {"gpu_margin", "supply_band", "leak_detected", "gateway_offline", "silent"}
    assert all("leak_on" in CLASSES[c].measured for c in ("rack",))


# one queue for every door, and its log


class Tape:
    """The event log, in memory."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def append(self, message: Message) -> None:
        self.messages.append(message)

    def flush(self) -> None: ...

    def close(self) -> None: ...


class Told:
    """A sink that keeps what it was told."""

    name = "told"

    def __init__(self) -> None:
        self.effects: list[Effect] = []

    async def open(self) -> None: ...

    def put(self, effects, lane: str = "live") -> None:
        self.effects += effects

    def finish(self, lane: str) -> None: ...

    async def flush(self) -> None: ...

    def health(self) -> dict:
        return {"ok": True, "detail": ""}

    async def close(self) -> None: ...


def message(event) -> Message:
    return Message(event.ts_ms, *encode_reading(site(), event))


def by_mqtt(place: Site, now_ms: int) -> Message:
    asked = CommandMessage(now_ms, "m-1", "bob", now_ms + 5000, "alarm.shelve", {"alarm": LEAK, "minutes": 5})
    return Message(now_ms, *encode_command(place, place.assets["site"][0], asked))


async def acted() -> tuple[Tape, list[Effect], AlarmsAnswer, tuple[int, ...]]:
    """A leak; acknowledged over HTTP, shelved over MQTT; one HTTP request too many."""
    place, tape, told, inbox = site(), Tape(), Told(), Inbox()
    hub, clock, wire = Hub(place), ManualClock(T0), codec(place)
    service = Service(place, start(place), unroll, wire.decode, hub, inbox, clock, (told,), tape, alarms=lambda twin: twin.alarms)
    app = create_app(hub, None, clock_ms=clock.now_ms, ask=service.ask)
    running = asyncio.create_task(service.run())
    for second in (0.5, 4.0):
        inbox.put(message(wet(second)))
    async with hub.changed:
        await hub.changed.wait_for(lambda: LEAK in hub.alarms.alarms)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://twin") as client:
        done = await client.post(f"/api/alarms/{LEAK}/ack", json={"author": "ann"})
        inbox.put(by_mqtt(place, clock.now_ms()))
        late = await client.post(f"/api/alarms/{LEAK}/ack", json={"author": "ann"})
        none = await client.post("/api/alarms/nothing/ack", json={"author": "ann"})
    shown = answer(hub)
    service.stop()
    await running
    assert done.json() == {"alarm": LEAK, "state": "acknowledged"} and "possible: unshelve, remove" in late.json()["error"]
    return tape, told.effects, shown, (late.status_code, none.status_code)


async def test_http_and_mqtt_go_one_way_and_a_replay_gives_the_same_alarms() -> None:
    tape, effects, shown, statuses = await acted()
    assert [(c.change, c.alarm.author) for c in changes(effects)] == [("raise", ""), ("ack", "ann"), ("shelve", "bob")]
    assert statuses == (409, 404)
    assert [(a.id, a.state, a.allowed) for a in shown.alarms] == [(LEAK, "shelved", ["unshelve", "remove"])]
    again = list(replay(site(), start(site()), listen, codec(site()).decode, tape.messages))
    assert changes(again) == changes(effects)


def test_bodies_are_checked_and_a_service_without_a_queue_says_so() -> None:
    hub = Hub(site(), alarms=run([wet(0.5), loop(4.0)])[0].alarms)
    client = TestClient(create_app(hub, None, clock_ms=lambda: T0))
    listed = client.get("/api/alarms").json()
    assert [(a["id"], a["waiting"], a["priority"]) for a in listed["alarms"]] == [(LEAK, True, "high")]
    assert [s["announced"] for s in listed["shares"]] == [1, 0, 0]
    url = f"/api/alarms/{LEAK}/ack"
    for body in ({}, {"author": "a b"}, {"author": "ann", "minutes": 0}, {"author": "ann", "minutes": 1e9}):
        assert client.post(url, json=body).status_code == 422
    assert client.post(f"/api/alarms/{LEAK}/open", json={"author": "ann"}).status_code == 422
    assert client.post(url, json={"author": "ann"}).status_code == 503
