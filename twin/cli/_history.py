"""The day before, filled in behind the live demo by two child processes: the hidden plant's past, and a twin that follows it."""
from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from config.settings import Settings
from config.site import Site
from twin.cli._children import Children
from twin.cli.backfill import fill_from, progress

HOURS, STEP_S = 24.0, 60.0
POLITE = 5  # niceness: the live part comes first


class History:
    """Its children exist from the start and wait; `follow` lets them go and shows how far they are."""

    def __init__(self, children: Children, site: Site, settings: Settings, seed: int, end_ms: int):
        end_ms -= end_ms % round(STEP_S * 1000)  # whole minutes: the present has the begun one
        waits, self._go = os.pipe()
        frames_out, frames_in = os.pipe()
        children.start("past plant", "sensors.history:on_request", waits, frames_in, (self._go, frames_out), site, (HOURS, STEP_S, seed, end_ms), niceness=POLITE)
        os.close(waits)
        os.close(frames_in)
        self._said, says = os.pipe()
        self.process = children.start("past twin", f"{__name__}:follow", frames_out, self._said, says, site, settings, end_ms, niceness=POLITE)
        os.close(frames_out)
        os.close(says)

    async def follow(self, console: Console) -> float | None:
        """Show the progress until the end; the seconds it took, None when it failed."""
        began = time.monotonic()
        os.write(self._go, b"!")
        columns = (TextColumn("history"), BarColumn(), TextColumn("{task.completed:.0f} of {task.total:.0f} h"), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("history", total=HOURS)
            async for line in self._lines():
                progress.update(task, completed=json.loads(line)["hours"])
        await asyncio.to_thread(self.process.join)
        if self.process.exitcode:
            console.print(f"[red]history not complete[/]: exit code {self.process.exitcode}")
            return None
        console.print(f"[green]history[/] of {HOURS:g} h in {time.monotonic() - began:.1f} s")
        return time.monotonic() - began

    async def _lines(self) -> AsyncIterator[bytes]:
        reader = asyncio.StreamReader()
        pipe = os.fdopen(self._said, "rb")
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        while line := await reader.readline():
            yield line


def follow(frames: int, said: int, says: int, site: Site, settings: Settings, end_ms: int) -> None:
    """The twin of the past: frames from one pipe, progress as JSON lines into another."""
    os.close(said)
    with os.fdopen(frames, "rb") as stream, os.fdopen(says, "w", buffering=1) as out:
        asyncio.run(fill_from(stream, site, settings, end_ms, HOURS, STEP_S, lambda hours: out.write(progress(hours))))
