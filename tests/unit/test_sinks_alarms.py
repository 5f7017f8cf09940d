"""Where alarms go: retained messages that are taken away again, lines of the database, rows of the local store."""
from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from config.site import Site
from tests.alarms import Stage, finding
from tests.messages import site as valence
from twin.events import AlarmChange
from twin.sinks.base import Sink
from twin.sinks.local import LocalStore
from twin.sinks.mqtt_alarms import MqttAlarms
from twin.wire.alarms import AlarmMessage, alarm_line, decode_alarm, encode_alarm
from twin.wire.native import decode_all
from twin.wire.topics import filters

TOPIC = "dc/valence/h1/alarm/rack:r003:leak_detected/state"
LEAK = "h1:rack:r003:leak_detected"


@pytest.fixture
def site() -> Site:
    return valence()


def story() -> list[AlarmChange]:
    """A leak that comes, is acknowledged, dries and is reset."""
    stage = Stage().see(finding("leak_detected", "rack", 2, 0.0)).ask("ack", LEAK, "ann@plant", note="on my way").see(seconds=60).ask("reset", LEAK)
    return stage.changes


class Broker:
    """Keeps what is retained; `away` refuses."""

    def __init__(self, **retained: bytes) -> None:
        self.retained: dict[str, bytes] = dict(retained)
        self.away, self.connections = False, 1

    async def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        if self.away:
            raise ConnectionError("no broker")
        assert (qos, retain) == (1, True)
        self.retained[topic] = payload
        if not payload:
            del self.retained[topic]


async def opened(site: Site, broker: Broker, kept: Path | None = None) -> MqttAlarms:
    sink = MqttAlarms(site, broker.publish, lambda: broker.connections, kept, retry_s=0.01)
    await sink.open()
    return sink


# on the wire


def test_an_alarm_goes_out_and_comes_back(site: Site) -> None:
    alarm = story()[1].alarm
    topic, payload = encode_alarm(site, alarm)
    got = decode_alarm(payload)
    assert topic == TOPIC
    assert (got.id, got.hall, got.cls, got.asset, got.fault) == (LEAK, "h1", "rack", "r003", "leak_detected")
    assert (got.state, got.priority, got.active, got.author, got.note) == ("acknowledged", "high", True, "ann@plant", "on my way")
    assert (got.ts, got.raised, got.consequence_s, got.text) == (alarm.changed_ms, alarm.raised_ms, 0.0, alarm.text)


def test_every_field_of_the_message_is_described(site: Site) -> None:
    stage = Stage().see(replace(finding("fouling"), suspects=(("fouling", finding("x").place), ("flow_gain", finding("x").place))))
    stage.ask("shelve", "h1:cdu:cdu-01:fouling", minutes=5)
    sent = json.loads(encode_alarm(site, stage["h1:cdu:cdu-01:fouling"])[1])
    assert sent["until"] == stage.now_ms + 300_000 and len(sent["suspects"]) == 2 and "consequence_s" not in sent
    assert sent.keys() <= {f.name for f in msgspec.structs.fields(AlarmMessage)}


def test_what_is_over_or_suppressed_is_an_empty_payload(site: Site) -> None:
    leak = story()[0].alarm
    for state in ("normal", "suppressed"):
        assert encode_alarm(site, replace(leak, state=state)) == (TOPIC, b"")
    assert decode_alarm(b"") is None


def test_the_twin_does_not_listen_to_its_own_alarms(site: Site) -> None:
    assert not any("alarm" in f or f.endswith("state") for f in filters(site))
    assert decode_all(site, TOPIC, b"{}", 0).problems[0].reason == "unknown_asset"


def test_lines_have_bounded_tags_and_never_collide(site: Site) -> None:
    changes = story()
    lines = [alarm_line(site, c).decode() for c in changes]
    assert lines[0].startswith("alarm,site=valence,hall=h1,id=r003,src=twin,scenario=actual,class=rack,fault=leak_detected priority=1.0,")
    assert len({line.rpartition(" ")[2] for line in lines}) == len(lines)
    assert all(int(line.rpartition(" ")[2]) // 1_000_000 == c.ts_ms for line, c in zip(lines, changes, strict=True))
    odd = replace(changes[0], alarm=replace(changes[0].alarm, text='a "b" \\ c\nd'))
    assert 'text="a \\"b\\" \\\\ c d"' in alarm_line(site, odd).decode()


# the broker


async def test_a_leak_is_held_from_first_to_last(site: Site) -> None:
    broker, seen = Broker(), []
    sink = await opened(site, broker)
    assert isinstance(sink, Sink)
    for change in story():
        sink.put([change])
        await sink.flush()
        got = decode_alarm(broker.retained.get(TOPIC, b""))
        seen.append(got.state if got else None)
    assert seen == ["unacknowledged", "acknowledged", "latched", None]
    await sink.close()


async def test_a_broker_that_is_away_gets_the_newest_when_it_is_back(site: Site) -> None:
    broker = Broker()
    broker.away = True
    sink = await opened(site, broker)
    sink.put(story()[:2])
    await sink.flush()
    assert not sink.health()["ok"] and broker.retained == {}
    broker.away = False
    while sink.health()["waiting"]:
        await asyncio.sleep(0)
    assert decode_alarm(broker.retained[TOPIC]).state == "acknowledged" and sink.health()["ok"]
    await sink.close()


async def test_a_broker_that_forgot_is_told_again(site: Site) -> None:
    broker = Broker()
    sink = await opened(site, broker)
    sink.put(story()[:1])
    await sink.flush()
    broker.retained.clear()
    broker.connections += 1
    while TOPIC not in broker.retained:
        await asyncio.sleep(0)
    await sink.close()


async def test_after_a_restart_nothing_is_left_that_is_no_alarm(site: Site, tmp_path: Path) -> None:
    broker = Broker()
    first = await opened(site, broker, tmp_path / "alarms.json")
    first.put(story()[:1])
    await first.flush()
    await first.close()
    assert TOPIC in broker.retained
    second = await opened(site, broker, tmp_path / "alarms.json")
    await second.flush()
    assert broker.retained == {} and json.loads((tmp_path / "alarms.json").read_text()) == []
    await second.close()


async def test_a_torn_file_is_no_reason_to_stop(site: Site, tmp_path: Path) -> None:
    (tmp_path / "alarms.json").write_text('["dc/')
    sink = await opened(site, Broker(), tmp_path / "alarms.json")
    await sink.flush()
    assert sink.health()["ok"]
    await sink.close()


async def test_filled_in_history_raises_no_alarm_now(site: Site) -> None:
    broker = Broker()
    sink = await opened(site, broker)
    sink.put(story(), "history")
    await sink.flush()
    assert broker.retained == {}
    await sink.close()


# the local store


async def test_every_change_is_a_row_with_its_author(site: Site, tmp_path: Path) -> None:
    store = LocalStore(site, tmp_path / "x.sqlite")
    await store.open()
    store.put(story())
    store.put(story())  # a replay writes the same rows
    await store.flush()
    with closing(sqlite3.connect(tmp_path / "x.sqlite")) as db:
        rows = db.execute("SELECT change, before, state, author FROM alarms ORDER BY ts_ms, serial").fetchall()
    assert rows == [("raise", "normal", "unacknowledged", ""), ("ack", "unacknowledged", "acknowledged", "ann@plant"),
                    ("latch", "acknowledged", "latched", ""), ("reset", "latched", "normal", "ann")]
    await store.close()
