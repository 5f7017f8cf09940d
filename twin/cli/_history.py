"""The day before, filled in behind the live demo by two child processes: the hidden plant's past, and a twin that follows it."""
from __future__ import annotations

import asyncio
import json
import subprocess
import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from config.settings import Settings
from twin.cli._children import Children

HOURS, STEP_S = 24.0, 60.0
POLITE = 5  # niceness: the live part comes first


class History:
    """Starts the children; `follow` shows how far they are."""

    def __init__(self, children: Children, settings: Settings, options: list[str], end_ms: int):
        end_ms -= end_ms % round(STEP_S * 1000)  # whole minutes: the present has the begun one
        plant = children.start("sensors.history", *options, "--hours", str(HOURS), "--step", str(STEP_S), "--end", str(end_ms),
                               stdout=subprocess.PIPE, niceness=POLITE)
        influx = ["--influx", settings.influx.url.get_secret_value()] if settings.influx.url else []
        self.process = children.start("twin.cli", "backfill", "--site", options[1], "--end", str(end_ms), "--step", str(STEP_S),
                                      "--hours", str(HOURS), "--store", str(settings.store.path), *influx,
                                      stdin=plant.stdout or subprocess.DEVNULL, stdout=subprocess.PIPE, niceness=POLITE)
        if plant.stdout is not None:
            plant.stdout.close()

    async def follow(self, console: Console) -> float | None:
        """Show the progress until the end; the seconds it took, None when it failed."""
        began = time.monotonic()
        columns = (TextColumn("history"), BarColumn(), TextColumn("{task.completed:.0f} of {task.total:.0f} h"), TimeElapsedColumn())
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("history", total=HOURS)
            async for line in self._lines():
                progress.update(task, completed=json.loads(line)["hours"])
        code = await asyncio.to_thread(self.process.wait)
        if code:
            console.print(f"[red]history not complete[/]: exit code {code}")
            return None
        console.print(f"[green]history[/] of {HOURS:g} h in {time.monotonic() - began:.1f} s")
        return time.monotonic() - began

    async def _lines(self):
        pipe = self.process.stdout
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
        while line := await reader.readline():
            yield line
