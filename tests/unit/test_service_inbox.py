"""The queue in front of the fold: order, waiting, and room for sources that paused."""
from __future__ import annotations

from twin.sources.inbox import Inbox, Message


def message(n: int) -> Message:
    return Message(n, f"t/{n}", b"")


async def test_first_in_first_out():
    inbox = Inbox()
    for n in range(5):
        inbox.put(message(n))
    assert [m.received_ms for m in await inbox.take(3, 0)] == [0, 1, 2]
    assert [m.received_ms for m in await inbox.take(3, 0)] == [3, 4]


async def test_nothing_is_dropped_beyond_the_limit():
    inbox = Inbox(limit=2)
    for n in range(10):
        inbox.put(message(n))
    assert inbox.full
    assert len(await inbox.take(100, 0)) == 10


async def test_an_empty_queue_gives_an_empty_batch():
    assert await Inbox().take(10, 0.001) == []


async def test_paused_sources_are_called_once_when_half_is_free():
    inbox, calls = Inbox(limit=4), []
    for n in range(4):
        inbox.put(message(n))
    inbox.when_room(lambda: calls.append(len(inbox)))
    await inbox.take(1, 0)
    assert calls == []
    await inbox.take(1, 0)
    await inbox.take(1, 0)
    assert calls == [2]
