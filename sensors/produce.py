"""What a run publishes: a simulated plant with its faults, a recorded heat day on the simulated plant, or recorded telemetry."""
from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from config.site import Site
from sensors.faults import SensorFaults, parse
from sensors.publish import Fleet, Pace, Report, live, rest
from sensors.recorded.heat import read_heat
from sensors.recorded.maps import load_map
from sensors.recorded.replay import Recording, record
from sensors.simulate import simulated
from sensors.station import Station
from sensors.truth.draw import draw

Producer = Callable[[asyncio.Event, Report], Awaitable[None]]
AHEAD = 250  # messages that may wait for the broker before a replay waits for it, so that no gateway runs away from another


def simulation(site: Site, fleet: Fleet, pace: Pace, seed: int, faults: tuple[str, ...] = (), heat: Path | None = None,
               epw: Path | None = None, gpus: bool = True) -> Producer:
    """A simulated plant from `pace.start_ms` on; with `heat`, its CDUs give off what was recorded, and its weather is the file's."""
    placed, start = [parse(text) for text in faults], pace.start_ms / 1000.0
    load = outdoor = None
    if heat is not None:
        day = read_heat(heat, site)
        load, outdoor = day.load(draw(site, seed), start, seed), None if epw else day.weather(start)
    truth = simulated(site, seed, pace.start_ms, placed, load, outdoor, epw)
    station = Station.of(truth, seed, gpus, SensorFaults.of(site, placed, start, seed))
    return live(station, fleet, pace)


def recorded(site: Site, fleet: Fleet, pace: Pace, name: str, folder: Path) -> Producer:
    """Recorded telemetry through the map `name`, every sample, at `pace.speed`."""
    return replay(record(site, load_map(name), folder, pace.start_ms), fleet, pace)


def replay(recording: Recording, fleet: Fleet, pace: Pace) -> Producer:
    """Publish a recording in its own time divided by the speed; waits for a slow broker, and for the last message."""
    async def produce(stop: asyncio.Event, report: Report) -> None:
        began = time.monotonic()
        first = recording.span_ms()[0]

        def over() -> bool:
            return pace.for_s is not None and time.monotonic() - began >= pace.for_s

        for ts_ms, frame in recording.frames():
            ahead = (ts_ms - first) / 1000.0 / pace.speed - (time.monotonic() - began)
            if ahead > 0:
                await rest(stop, ahead)
            while fleet.waiting() > AHEAD and not stop.is_set() and not over():
                await rest(stop, 0.05)
            if stop.is_set() or over():
                return
            fleet.put(frame)
            report.event_seconds = (ts_ms - first) / 1000.0
        while fleet.waiting() and not stop.is_set() and not over():
            await rest(stop, 0.05)
    return produce
