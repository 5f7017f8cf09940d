"""The service's side of what-ifs and advice: one worker process, a short queue, answers as bytes, progress, cancelling."""
from __future__ import annotations

import asyncio
import contextlib
import gc
import multiprocessing
import pickle
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from config.site import Site
from twin.events import Snapshot
from twin.service.advice_request import AdviceRequest, wish
from twin.service.request import Request, question
from twin.service.worker import work
from twin.whatif.ground import Ground
from twin.whatif.refusal import Refused
from twin.whatif.start import Start

MOST = 8  # that run or wait
LONGEST_S = 300.0
GRACE_S = 5.0  # for a cancelled one to notice
Tell = Callable[[float], None]


class Busy(Refused):
    """Too many already run or wait."""


class Stopped(Refused):
    """Cancelled, out of time, or the worker was lost."""


def _none(at_ms: int) -> Start:
    raise Refused("at", "this service keeps no moments: start it with a store")


@dataclass
class Asker:
    """`present` gives the start of a future from now, `stored` that from a moment [epoch ms] kept before: values, worked out in the caller's process."""

    site: Site
    present: Callable[[], Start]
    stored: Callable[[int], Start] = _none
    show: Callable[[Sequence[Snapshot]], None] = lambda found: None  # futures, for stores and brokers
    most: int = MOST
    longest_s: float = LONGEST_S
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _running: dict[str, asyncio.Event] = field(default_factory=dict)
    _process: BaseProcess | None = None
    _pipe: Connection | None = None
    _cancel: Any = None
    _count: int = 0

    async def ask(self, r: Request | AdviceRequest, tell: Tell = lambda share: None) -> bytes:
        """The answer's bytes. Raises Refused, Busy or Stopped."""
        q = wish(r) if isinstance(r, AdviceRequest) else question(r)
        if len(self._running) >= self.most:
            raise Busy("", f"{len(self._running)} what-ifs run or wait: at most {self.most}; try again")
        self._count += 1
        name = r.id or f"whatif-{self._count}"
        if name in self._running:
            raise Busy("id", f"{name} already runs")
        cancelled = self._running[name] = asyncio.Event()
        try:
            async with self._turn:
                start = await self._start(r, getattr(q, "at", None))
                return await self._work(pickle.dumps((r, q, start)), tell, cancelled)
        finally:
            del self._running[name]

    async def _start(self, r: Request | AdviceRequest, at_ms: int | None) -> Start | None:
        if r.start == "designed":
            if at_ms is not None:
                raise Refused("at", "a designed start has no moment: leave out either `at` or `start`")
            return None
        return self.present() if at_ms is None else await asyncio.to_thread(self.stored, at_ms)

    def fork(self, g: Ground) -> None:
        """Start the worker now, with all that this process has in memory: to be called before it starts a thread."""
        gc.collect()
        gc.freeze()  # the collector would write into the pages that are shared
        self._begin("fork", g)

    def pids(self) -> list[int]:
        """Process ids of the worker, if there is one."""
        return [p.pid for p in (self._process,) if p is not None and p.pid and p.is_alive()]

    def cancel(self, name: str) -> bool:
        """Stop one that runs or waits; whether there was one."""
        found = self._running.get(name)
        if found is not None:
            found.set()
        return found is not None

    def close(self) -> None:
        """End the worker."""
        if self._process is not None and self._pipe is not None:
            self._pipe.close()
            self._process.terminate()
            self._process.join(1.0)
            self._process = self._pipe = None

    def _started(self) -> Connection:
        if self._process is None or not self._process.is_alive() or self._pipe is None:
            return self._begin("spawn", None)
        return self._pipe

    def _begin(self, method: str, g: Ground | None) -> Connection:
        context: Any = multiprocessing.get_context(method)
        self._pipe, theirs = context.Pipe()
        self._cancel = context.Event()
        far = self._pipe if method == "fork" else None
        self._process = context.Process(target=work, args=(self.site, g, theirs, far, self._cancel), daemon=True, name="whatif")
        self._process.start()
        theirs.close()
        return self._pipe

    async def _work(self, job: bytes, tell: Tell, cancelled: asyncio.Event) -> bytes:
        if cancelled.is_set():
            raise Stopped("", "cancelled")
        pipe = self._started()
        self._cancel.clear()
        try:
            await asyncio.to_thread(pipe.send_bytes, job)
            found = await self._outcome(pipe, tell, cancelled)
        except (EOFError, OSError):
            self.close()
            raise Stopped("", "the worker was lost: ask again") from None
        except asyncio.CancelledError:
            self.close()  # whatever it would say next belongs to nobody
            raise
        if found[0] == "answer":
            self.show(found[2])
            return found[1]
        raise Refused(found[1], found[2]) if found[0] == "refused" else Stopped("", "cancelled")

    async def _outcome(self, pipe: Connection, tell: Tell, cancelled: asyncio.Event) -> tuple:
        """What the worker says in the end; it is ended where it does not notice that it was cancelled."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self.longest_s
        while True:
            ready = await _readable(pipe, cancelled, until - loop.time())
            if ready:
                said = await asyncio.to_thread(pipe.recv)
                if said[0] != "share":
                    return said
                tell(said[1])
                continue
            if self._cancel.is_set() or loop.time() >= until:
                self.close()
                raise Stopped("", "cancelled" if self._cancel.is_set() else f"not done within {self.longest_s:g} s")
            self._cancel.set()
            until = loop.time() + GRACE_S


async def _readable(pipe: Connection, cancelled: asyncio.Event, within_s: float) -> bool:
    """True when the pipe has something to say, False when cancelled or out of time."""
    loop, said = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(pipe.fileno(), said.set)
    waits = [asyncio.ensure_future(said.wait())] + ([] if cancelled.is_set() else [asyncio.ensure_future(cancelled.wait())])
    try:
        await asyncio.wait(waits, timeout=max(within_s, 0.0), return_when=asyncio.FIRST_COMPLETED)
        return said.is_set()
    finally:
        loop.remove_reader(pipe.fileno())
        for wait in waits:
            wait.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*waits, return_exceptions=True)
