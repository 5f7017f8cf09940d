"""A sink that works in a task of the event loop: started, woken by `put`, idle when all is sent, ended at `close`."""
from __future__ import annotations

import asyncio


class TaskSink:
    """What the MQTT sinks have in common; a subclass has `name` and `_run`."""

    name: str

    def __init__(self) -> None:
        self._work, self._idle = asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._trouble = ""
        self._closing = False

    async def open(self) -> None:
        self._task = asyncio.create_task(self._run(), name=self.name)

    def finish(self, lane: str) -> None:
        """Nothing is aggregated here."""

    async def flush(self) -> None:
        """Returns when all is sent, or the broker does not answer."""
        if self._task is not None:
            await self._idle.wait()

    async def _run(self) -> None:
        raise NotImplementedError

    def _woken(self) -> None:
        self._idle.clear()
        self._work.set()

    async def _end(self) -> None:
        """A cancellation that meets the end of a publish is lost (`asyncio.wait_for` before Python 3.12), so the flag ends the task as well."""
        self._closing = True
        self._work.set()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
