"""Alarms on the wire: a retained message an alarm on MQTT, a line a change in InfluxDB. An empty payload takes an alarm away."""
from __future__ import annotations

import math

import msgspec

from config.site import SITE_LEVEL, Asset, Site
from twin.alarms.rules import PRIORITIES
from twin.alarms.table import NORMAL, STATES, SUPPRESSED
from twin.events import ACTUAL, Alarm, AlarmChange
from twin.wire import topics
from twin.wire.lines import TWIN, escape_tag, prefix

MEASUREMENT = "alarm"
FIELDS = ("priority", "state", "active", "consequence_s", "change", "state_name", "text", "author", "alarm")
TAGS = ("class", "fault")  # beside those of every line
_NS = 1_000_000


class AlarmMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """One alarm that is not normal. Retained; an empty payload when it is normal again or another one stands for it."""

    ts: int  # of its last change, epoch ms
    id: str
    fault: str
    hall: str
    cls: str
    asset: str
    state: str
    priority: str
    active: bool
    raised: int
    text: str
    column: str = ""
    part: int = -1
    consequence_s: float | None = None
    suspects: tuple[str, ...] = ()
    until: int | None = None
    author: str = ""
    note: str = ""
    times: int = 1


def place(alarm: Alarm) -> tuple[str, str, str]:
    """(hall, class, asset) of an alarm, as its id has them."""
    hall, cls, asset, *_ = alarm.id.split(":")
    return hall, cls, asset


def topic(site: Site, alarm: Alarm) -> str:
    """`{root}/{site}/{hall}/alarm/{rest of the id}/state`."""
    hall, _, rest = alarm.id.partition(":")
    return f"{site.model.root}/{site.id}/{hall}/{topics.ALARM}/{rest}/state"


def message(alarm: Alarm) -> AlarmMessage:
    hall, cls, asset = place(alarm)
    seconds = alarm.consequence_s if math.isfinite(alarm.consequence_s) else None
    return AlarmMessage(alarm.changed_ms, alarm.id, alarm.fault, hall, cls, asset, alarm.state, PRIORITIES[alarm.priority], alarm.active,
                        alarm.raised_ms, alarm.text, alarm.column, alarm.part, seconds, alarm.suspects,
                        alarm.until_ms if alarm.until_ms >= 0 else None, alarm.author, alarm.note, alarm.times)


def encode_alarm(site: Site, alarm: Alarm) -> tuple[str, bytes]:
    """(topic, payload); publish retained, QoS 1."""
    gone = alarm.state in (NORMAL, SUPPRESSED)
    return topic(site, alarm), b"" if gone else msgspec.json.encode(message(alarm))


def decode_alarm(payload: bytes) -> AlarmMessage | None:
    """A retained alarm as a subscriber reads it; None when it is over."""
    return msgspec.json.decode(payload, type=AlarmMessage) if payload else None


def alarm_line(site: Site, change: AlarmChange) -> bytes:
    """Line protocol of one change. Its serial is in the nanoseconds, so that two changes of one moment stay two."""
    alarm = change.alarm
    hall, cls, asset = place(alarm)
    start = prefix(MEASUREMENT, site.id, Asset(hall or SITE_LEVEL, cls, asset, 0), TWIN, ACTUAL)
    tags = "".join(f",{k}={escape_tag(v)}" for k, v in zip(TAGS, (cls, alarm.fault), strict=True))
    numbers = {"priority": float(alarm.priority), "state": float(STATES.index(alarm.state)), "active": float(alarm.active),
               "consequence_s": alarm.consequence_s}
    texts = {"change": change.change, "state_name": alarm.state, "text": alarm.text, "author": alarm.author, "alarm": alarm.id}
    body = ",".join([*(f"{k}={v!r}" for k, v in numbers.items() if math.isfinite(v)), *(f"{k}={quoted(v)}" for k, v in texts.items() if v)])
    return f"{start.rstrip(' ')}{tags} {body} {change.ts_ms * _NS + change.serial % _NS}".encode()


def quoted(text: str) -> str:
    r"""A string field: \ and " escaped, line ends as blanks."""
    clean = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + " ".join(clean.split("\n")).replace("\r", " ") + '"'
