"""Alarms over HTTP: the list, and what operators do. A request goes the way of a command on MQTT, so that it is in the log."""
from __future__ import annotations

import math
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field

from config.site import Site
from twin.alarms import Alarms
from twin.alarms.command import NOTE_MAX
from twin.alarms.rules import GUIDANCE, PRIORITIES, SHELF_MAX_MS
from twin.alarms.table import SUPPRESSED, WAITING, allowed
from twin.api.errors import Refused
from twin.api.schemas import Problem
from twin.events import Alarm, Answer
from twin.service.hub import Hub
from twin.wire.alarms import place
from twin.wire.messages import NAME, CommandMessage, encode_command

Ask = Callable[[str, str, bytes], Awaitable[Answer]]  # id, topic, payload of a command -> its answer
Verb = Literal["ack", "reset", "shelve", "unshelve", "remove", "restore"]
EXPIRES_MS = 10_000
LISTED = 100  # in a live frame
_PROBLEMS: dict[int | str, dict[str, Any]] = {code: {"model": Problem} for code in (404, 409, 422, 503)}


class AlarmInfo(BaseModel):
    """One alarm that is not normal."""

    id: str
    fault: str
    hall: str
    cls: str
    asset: str
    column: str = ""
    part: int = Field(-1, description="GPU of a rack, -1 for the asset itself")
    state: str = Field(description="unacknowledged, acknowledged, returned, latched_unacknowledged, latched, shelved, suppressed, out_of_service")
    waiting: bool = Field(description="for somebody to acknowledge it")
    priority: str = Field(description="high, medium or low, by the time until a limit is reached")
    active: bool = Field(description="whether the condition holds now")
    raised: int = Field(description="epoch ms of event time")
    changed: int
    consequence_s: float | None = Field(description="seconds until a limit is reached if nothing is done; null: none comes")
    text: str
    suspects: list[str] = Field(description="what the sensors cannot tell apart, the likeliest first")
    parent: str = Field("", description="the alarm that stands for this one")
    children: int = Field(0, description="alarms this one stands for")
    until: int | None = Field(None, description="end of shelving")
    author: str = Field("", description="who changed it last; empty: the twin")
    note: str = ""
    times: int = 1
    allowed: list[str] = Field(description="what can be done to it now")


class Share(BaseModel):
    """How often a priority was announced since the start, beside what ANSI/ISA-18.2 and EEMUA 191 expect."""

    priority: str
    announced: int
    share: float | None
    guidance: float


class AlarmsAnswer(BaseModel):
    """The most urgent first, then the newest."""

    ts: int | None = Field(description="event time of the last snapshot")
    alarms: list[AlarmInfo]
    suppressed: int = Field(description="alarms another one stands for")
    dropped: int
    shares: list[Share]


class Order(BaseModel):
    """Who does it, and how."""

    author: str = Field(pattern=NAME, description="who you are: 1 to 64 of A-Z a-z 0-9 _ . : @ -")
    minutes: float | None = Field(None, gt=0, le=SHELF_MAX_MS / 60_000, description="how long to shelve")
    note: str = Field("", max_length=NOTE_MAX)


class Done(BaseModel):
    """State after the request."""

    alarm: str
    state: str


def info(alarm: Alarm, children: int = 0) -> AlarmInfo:
    hall, cls, asset = place(alarm)
    return AlarmInfo(
        id=alarm.id, fault=alarm.fault, hall=hall, cls=cls, asset=asset, column=alarm.column, part=alarm.part, state=alarm.state,
        waiting=alarm.state in WAITING, priority=PRIORITIES[alarm.priority], active=alarm.active, raised=alarm.raised_ms,
        changed=alarm.changed_ms, consequence_s=alarm.consequence_s if math.isfinite(alarm.consequence_s) else None, text=alarm.text,
        suspects=list(alarm.suspects), parent=alarm.parent, children=children, until=alarm.until_ms if alarm.until_ms >= 0 else None,
        author=alarm.author, note=alarm.note, times=alarm.times, allowed=list(allowed(alarm.state)))


def listed(alarms: Alarms, suppressed: bool = False) -> list[AlarmInfo]:
    """Waiting ones first, by priority, then the newest; suppressed ones only when asked for."""
    children = Counter(a.parent for a in alarms.alarms.values() if a.parent)
    shown = [a for a in alarms.alarms.values() if suppressed or a.state != SUPPRESSED]
    shown.sort(key=lambda a: (a.state not in WAITING, not a.active, a.priority, -a.raised_ms, a.id))
    return [info(a, children[a.id]) for a in shown]


def answer(hub: Hub, suppressed: bool = False) -> AlarmsAnswer:
    """Everything about the alarms of a hub."""
    alarms = hub.alarms
    total = sum(alarms.announced)
    shares = [Share(priority=PRIORITIES[p], announced=n, share=n / total if total else None, guidance=GUIDANCE[p])
              for p, n in zip(PRIORITIES, alarms.announced, strict=True)]
    hidden = sum(a.state == SUPPRESSED for a in alarms.alarms.values())
    return AlarmsAnswer(ts=hub.snapshot.ts_ms if hub.snapshot else None, alarms=listed(alarms, suppressed), suppressed=hidden,
                        dropped=alarms.dropped, shares=shares)


def brief(alarms: Alarms) -> dict[str, Any]:
    """The alarms of a live frame."""
    shown = listed(alarms)
    return {"list": [a.model_dump() for a in shown[:LISTED]], "total": len(shown), "waiting": sum(a.waiting for a in shown)}


def add_routes(routes: APIRouter, hub: Hub, clock_ms: Callable[[], int], ask: Ask | None) -> None:
    @routes.get("/api/alarms", tags=["alarms"], summary="Alarms that are not normal")
    async def get_alarms(suppressed: Annotated[bool, Query(description="also those another alarm stands for")] = False) -> AlarmsAnswer:
        """Life cycle by ANSI/ISA-18.2. Priority is the time an operator has; `shares` watches how it is used."""
        return answer(hub, suppressed)

    @routes.post("/api/alarms/{id}/{verb}", tags=["alarms"], summary="Acknowledge, shelve, reset ... an alarm", responses=_PROBLEMS)
    async def post_alarm(id: Annotated[str, Path(max_length=300)], verb: Verb, order: Order) -> Done:
        """`ack`; `shelve` for `minutes`; `unshelve`; `reset` one that latches; `remove` from service and `restore`. 409 when its state does not
        allow it. The request is a command like those on MQTT: in the log, answered there as well, under the author's name."""
        if id not in hub.alarms.alarms:
            raise Refused(404, f"alarm: {id[:80]!r} is not known", sorted(hub.alarms.alarms)[:50])
        if ask is None:
            raise Refused(503, "this service takes no commands", "start it with a queue")
        return await _do(hub.site, clock_ms(), ask, id, verb, order)


async def _do(site: Site, now_ms: int, ask: Ask, id: str, verb: str, order: Order) -> Done:
    arguments: dict[str, Any] = {"alarm": id, "note": order.note} | ({"minutes": order.minutes} if order.minutes is not None else {})
    message = CommandMessage(now_ms, f"http-{uuid4().hex}", order.author, now_ms + EXPIRES_MS, f"alarm.{verb}", arguments)
    try:
        reply = await ask(message.id, *encode_command(site, site.assets["site"][0], message))
    except TimeoutError:
        raise Refused(503, "the twin did not answer in time; it may still do it", "look at /api/alarms") from None
    if not reply.ok:
        raise Refused(409, str(reply.result.get("error", "refused")), None)
    return Done(alarm=id, state=str(reply.result["state"]))
