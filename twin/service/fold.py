"""What one message means to the fold: the same for live messages and for a log that is replayed."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

from config.site import Site
from twin.events import Effect, Event, Reading, Rejected, Tick
from twin.sources.inbox import Message

NEVER_OLD = ("/tele", "/gpu", "/cmd")  # a broker that keeps these does not make them news


class Decoded(Protocol):
    """What a message gave: an event if anything of it can be used, and everything wrong with it."""

    @property
    def event(self) -> Event | None: ...

    @property
    def problems(self) -> Sequence[Rejected]: ...


Listen = Callable[[Site, Any, Iterable[Event]], Iterable[tuple[Any, Sequence[Effect]]]]
Unroll = Callable[[Site, Any, Event], Iterable[tuple[Any, Sequence[Effect]]]]  # the same in parts
Decode = Callable[[str, bytes, int], Decoded]


def stale(message: Message) -> bool:
    """A retained message on a topic where only fresh ones count."""
    return message.retained and message.topic.endswith(NEVER_OLD)


def events(decode: Decode, message: Message) -> tuple[Event, ...]:
    """The events of a message: what was wrong with it, then what can be used."""
    decoded = decode(message.topic, message.payload, message.received_ms)
    return tuple(decoded.problems) if decoded.event is None else (*decoded.problems, decoded.event)


def last_tick(site: Site, newest_ms: int) -> Tick:
    """The tick behind which nothing up to `newest_ms` waits any more, and no further step is taken.

    Steps end at multiples of the step; the watermark trails a tick by twice the lateness.
    """
    step_ms = round(site.model.step_s * 1000)
    return Tick(-(-newest_ms // step_ms) * step_ms + 2 * round(site.model.lateness_s * 1000))


def replay(site: Site, twin: Any, listen: Listen, decode: Decode, messages: Iterable[Message]) -> Iterator[Effect]:
    """Every effect of a log, moved by event time alone: the order of arrival within the lateness changes nothing."""
    for _, effects in listen(site, twin, _told(site, decode, messages)):
        yield from effects


def _told(site: Site, decode: Decode, messages: Iterable[Message]) -> Iterator[Event]:
    """Events of a log, and the tick that releases the last of them."""
    newest = -1
    for message in messages:
        for event in () if stale(message) else events(decode, message):
            if isinstance(event, Reading):
                newest = max(newest, event.ts_ms)
            yield event
    if newest >= 0:
        yield last_tick(site, newest)
