"""The one queue between sources and the fold: it never drops; when it is full, sources stop reading."""
from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol


class Receipt(Protocol):
    """Where a message came from, when the sender waits for an acknowledgement."""

    def acknowledge(self, mids: Sequence[int]) -> None: ...


class Message(NamedTuple):
    """One message as it arrived. `received_ms` is epoch milliseconds at the shell's clock."""

    received_ms: int
    topic: str
    payload: bytes
    retained: bool = False
    mid: int = 0
    receipt: Receipt | None = None


class Inbox:
    """First in, first out. `limit` is where sources must pause, not where messages are lost."""

    def __init__(self, limit: int = 20_000):
        self._messages: deque[Message] = deque()
        self._arrived = asyncio.Event()
        self._room: list[Callable[[], None]] = []
        self.limit = limit

    def __len__(self) -> int:
        return len(self._messages)

    @property
    def full(self) -> bool:
        return len(self._messages) >= self.limit

    def put(self, message: Message) -> None:
        self._messages.append(message)
        self._arrived.set()

    def when_room(self, call: Callable[[], None]) -> None:
        """Call back once, as soon as the queue is half empty."""
        self._room.append(call)

    async def room(self) -> None:
        """Wait while the queue is full, until it is half empty."""
        if self.full:
            free = asyncio.Event()
            self.when_room(free.set)
            await free.wait()

    async def take(self, most: int, wait_s: float) -> list[Message]:
        """Up to `most` messages; waits at most `wait_s` for the first one."""
        if not self._messages and wait_s > 0:
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), wait_s)
            except TimeoutError:
                return []
        messages = [self._messages.popleft() for _ in range(min(most, len(self._messages)))]
        self._offer_room()
        return messages

    def _offer_room(self) -> None:
        if self._room and len(self._messages) <= self.limit // 2:
            waiting, self._room = self._room, []
            for call in waiting:
                call()
