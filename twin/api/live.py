"""Server-sent events: each frame is encoded once and handed to every reader; a slow reader loses frames, never memory."""
from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from twin.api.frame import encode
from twin.api.view import HallView
from twin.events import Snapshot
from twin.service.hub import Hub

WAITING_FRAMES = 2  # a reader's queue
MAX_READERS = 100
BEAT_S = 2.0  # a beat tells a silent plant from a lost connection
PERIOD_S = 0.8  # at most one frame a period however fast event time runs


class Live:
    """Fans frames out by hall. Works only while somebody reads."""

    def __init__(self, hub: Hub, clock_ms: Callable[[], int], period_s: float = PERIOD_S, beat_s: float = BEAT_S):
        self._hub, self._clock_ms, self._period_s, self._beat_s = hub, clock_ms, period_s, beat_s
        self._views: dict[str, HallView] = {}
        self._readers: dict[str, set[asyncio.Queue[bytes | None]]] = {}
        self._task: asyncio.Task[None] | None = None

    @property
    def readers(self) -> int:
        return sum(map(len, self._readers.values()))

    @property
    def full(self) -> bool:
        return self.readers >= MAX_READERS

    async def stream(self, hall: str) -> AsyncIterator[bytes]:
        """Frames of one hall for one reader, a beat when nothing happens; ends when the server closes."""
        queue: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING_FRAMES)
        queue.put_nowait(self._message(hall))
        self._readers.setdefault(hall, set()).add(queue)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._pump())
        try:
            while (message := await self._next(queue)) is not None:
                yield message
        finally:
            self._leave(hall, queue)

    async def _next(self, queue: asyncio.Queue[bytes | None]) -> bytes | None:
        try:
            return await asyncio.wait_for(queue.get(), self._beat_s)
        except TimeoutError:
            if self._task is not None and self._task.done():
                self._task.result()  # raises what stopped the frames
            return b"event: beat\ndata: %d\n\n" % self._clock_ms()

    def _leave(self, hall: str, queue: asyncio.Queue[bytes | None]) -> None:
        self._readers[hall].discard(queue)
        if not self.readers and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _pump(self) -> None:
        sent: Snapshot | None = self._hub.snapshot
        while True:
            async with self._hub.changed:
                await self._hub.changed.wait_for(lambda: self._hub.snapshot is not sent)  # noqa: B023 read at each wake-up
            sent = self._hub.snapshot
            for hall, queues in self._readers.items():
                if queues:
                    _offer_all(queues, self._message(hall))
            await asyncio.sleep(self._period_s)

    def _message(self, hall: str) -> bytes:
        view = self._views.setdefault(hall, HallView(self._hub.site, hall))
        return b"data: " + encode(self._hub, view, self._clock_ms()) + b"\n\n"

    def close(self) -> None:
        """End every stream, so that a server can stop at once."""
        for queues in self._readers.values():
            _offer_all(queues, None)


def _offer_all(queues: set[asyncio.Queue[bytes | None]], message: bytes | None) -> None:
    for queue in queues:
        if queue.full():
            queue.get_nowait()
        queue.put_nowait(message)
