"""What a step of the live twin takes while what-ifs run in the worker beside it, against the same twin alone: turn and turn about."""
from __future__ import annotations

import asyncio
import contextlib
import statistics
import time

from config.load import load_site
from twin.bench._telemetry import gpus, readings
from twin.engine import Twin, advance, start
from twin.engine.ahead import present
from twin.service.asker import Asker
from twin.service.request import Request
from twin.whatif.ground import ground

ROUNDS, STEPS, START_MS = 6, 25, 1_790_000_000_000
ASKED = Request(ask="pump-trip first/cdu-03", horizon_s=3600.0)


def run(site: str = "valence") -> dict[str, float | int | str]:
    """Median seconds a step, on the clock and of the core, alone and beside; the ratio is the median of rounds next to each other."""
    return asyncio.run(_run(site))


async def _run(name: str) -> dict[str, float | int | str]:
    live = Live(name)
    asker = Asker(live.site, live.present)
    try:
        await asker.ask(ASKED)
        await live.steps(STEPS)
        alone, beside = [], []
        for _ in range(ROUNDS):
            alone.append(await live.steps(STEPS))
            asking = asyncio.create_task(_ever(asker))
            await asyncio.sleep(0.2)
            beside.append(await live.steps(STEPS))
            asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asking
            await asker.ask(ASKED)  # the worker is ready again
    finally:
        asker.close()
    clock, core = ([statistics.median(r[i] for r in rounds) for rounds in (alone, beside)] for i in (0, 1))
    ratios = [statistics.median(b[i] / a[i] for a, b in zip(alone, beside, strict=True)) for i in (0, 1)]
    return {"steps": ROUNDS * STEPS, "alone_ms": round(clock[0] * 1e3, 2), "beside_ms": round(clock[1] * 1e3, 2), "alone_cpu_ms": round(core[0] * 1e3, 2),
            "beside_cpu_ms": round(core[1] * 1e3, 2), "clock_ratio": round(ratios[0], 3), "cpu_ratio": round(ratios[1], 3)}


async def _ever(asker: Asker) -> None:
    while True:
        await asker.ask(ASKED)


class Live:
    """A twin that is fed a second of messages a step."""

    def __init__(self, name: str):
        self.site = load_site(name)
        self.ground = ground(self.site)
        self.twin: Twin = start(self.site)
        self._second = 0

    def present(self) -> object:
        return present(self.ground, self.twin)

    async def steps(self, count: int) -> tuple[float, float]:
        """Median seconds of a step: on the clock, of the core."""
        clock, core = [], []
        for _ in range(count):
            at = START_MS + 1000 * self._second
            events = [*readings(self.site, at, 1), *(gpus(self.site, at, 1) if self._second % 30 == 0 else ())]
            self._second += 1
            began = time.perf_counter(), time.thread_time()
            for event in events:
                self.twin, _ = advance(self.site, self.twin, event)
            clock.append(time.perf_counter() - began[0])
            core.append(time.thread_time() - began[1])
            await asyncio.sleep(0.01)
        return statistics.median(clock), statistics.median(core)
