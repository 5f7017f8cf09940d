"""The measured morning followed by the twin in process: what it showed before each reading, and what it foresaw half an hour before it.

A future is the twin itself, gone on from its belief at a reading and deaf to the temperatures: told the heat and the weather that then came and the
flows, fans and pumps then measured; told heat and weather alone, all machines as they were; told nothing.
"""
from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from config.classes import CLASSES
from config.site import Site
from twin.engine import start
from twin.engine.tick import take_step
from twin.engine.twin import Twin
from twin.events import Reading
from twin.wire.native import codec

Array = np.ndarray
Steps = Mapping[int, list[Reading]]  # end of a step [ms] -> its readings
Filter = Callable[[Reading], Reading | None]

FOLLOWED = {"tower supply": ("tower", "supply_c"), "tower return": ("tower", "return_c"), "hot supply": ("loop", "supply_c"), "hot return": ("loop", "return_c")}
PLACES = tuple((cls, CLASSES[cls].column(column)) for cls, column in FOLLOWED.values())
HEAT = CLASSES["cdu"].column("heat_kw")
HORIZON_S, SETTLED_S = 1800.0, 3600.0


def _loads(r: Reading) -> Reading | None:
    return r if r.cls in ("cdu", "weather") else None


def hides_temperatures(r: Reading) -> Reading | None:
    """All but the temperatures that are foreseen."""
    hidden = [at for cls, at in PLACES if cls == r.cls]
    if not hidden:
        return r
    values = r.values.copy()
    values[hidden] = np.nan
    return Reading(r.ts_ms, r.cls, r.row, r.seq, r.q, values)


def _nothing(r: Reading) -> None:
    return None


GIVEN: dict[str, Filter] = {"heat, weather, machines": hides_temperatures, "heat, weather": _loads, "nothing": _nothing}


@dataclass(frozen=True)
class Morning:
    """What was read, shown and foreseen; degC, one column a temperature of FOLLOWED.

    `seconds` [n] from the start; `read`, `shown`, `std`, `before` [n, 4]: the reading, what the twin showed a step before it, its standard deviation
    and the reading before it. `later`, `held` [m, 4]: readings and those half an hour before them; `foreseen[given]` [m, 4]. `heat` [steps, 2]: s, W.
    """

    seconds: Array
    read: Array
    shown: Array
    std: Array
    before: Array
    later: Array
    held: Array
    foreseen: Mapping[str, Array]
    heat: Array

    @property
    def innovations(self) -> Array:
        return self.read - self.shown


def rms(error: Array) -> Array:
    """Of every column."""
    return np.sqrt(np.mean(np.square(error), axis=0))


def skill(error: Array, persistence: Array) -> Array:
    """1 - RMSE / RMSE of persistence, of every column."""
    return 1.0 - rms(error) / rms(persistence)


def steps(site: Site, frames: Iterable[tuple[int, tuple[str, bytes]]]) -> Steps:
    """Readings of a recording by the step that takes them in."""
    decode, step = codec(site).decode, round(1000 * site.model.step_s)
    found = ((-(-ts_ms // step) * step, decode(*frame, ts_ms).event) for ts_ms, frame in frames)
    return {end: [e for _, e in some if isinstance(e, Reading)] for end, some in groupby(found, lambda f: f[0])}


def go_on(twin: Twin, told: Steps, until_ms: int, heard: Filter) -> Twin:
    """The twin at `until_ms`, having heard of what came what the filter lets through."""
    while twin.next_ms <= until_ms:
        kept = map(heard, told.get(twin.next_ms, ()))
        twin, _ = take_step(twin, [r for r in kept if r is not None])
    return twin


def shown(twin: Twin) -> Array:
    """[2, 4] the temperatures as the twin shows them, and their standard deviations."""
    assert twin.snapshot is not None
    return np.array([[table[cls][0, at] for cls, at in PLACES] for table in (twin.snapshot.values, twin.snapshot.std)])


def _read(readings: Iterable[Reading]) -> Array | None:
    """The temperatures if they are all told."""
    said = {r.cls: r.values for r in readings}
    found = np.array([said[cls][at] if cls in said else np.nan for cls, at in PLACES])
    return found if np.isfinite(found).all() else None


def followed(site: Site, told: Steps) -> Iterator[tuple[int, Array | None, Twin, Twin]]:
    """Of every step its end [ms], the temperatures read in it if any, the twin before and after it."""
    after = replace(start(site), next_ms=min(told))
    for end in range(min(told), max(told) + 1, after.model.step_ms):
        before = after
        after, _ = take_step(before, told.get(end, []))
        yield end, _read(told.get(end, [])), before, after


def play(site: Site, told: Steps, every_s: float) -> Morning:
    """The recording scored once the twin has heard an hour of it; a future begins each `every_s` at a reading."""
    first, last, horizon, every = min(told) + round(1000 * SETTLED_S), max(told), round(1000 * HORIZON_S), round(1000 * every_s)
    reads, befores, futures, heat = {}, {}, {}, []
    for end, read, before, twin in followed(site, told):
        heat.append(((end - min(told)) / 1000.0, twin.latest.values["cdu"][:, HEAT].sum()))
        if read is None:
            continue
        reads[end] = read
        if end >= first:
            befores[end] = shown(before)
        if end >= first and end + horizon <= last and (end - first) % every == 0:
            futures[end] = [shown(go_on(twin, told, end + horizon, heard))[0] for heard in GIVEN.values()]
    return _scored(min(told), horizon, reads, befores, {end: f for end, f in futures.items() if end + horizon in reads}, np.array(heat))


def _scored(zero: int, horizon: int, reads: Mapping[int, Array], befores: Mapping[int, Array], futures: Mapping[int, list[Array]], heat: Array) -> Morning:
    previous = dict(zip(list(reads)[1:], reads, strict=False))
    return Morning(
        seconds=(np.array(list(befores)) - zero) / 1000.0, read=np.array([reads[end] for end in befores]),
        shown=np.array([s for s, _ in befores.values()]), std=np.array([s for _, s in befores.values()]),
        before=np.array([reads[previous[end]] for end in befores]),
        later=np.array([reads[end + horizon] for end in futures]), held=np.array([reads[end] for end in futures]),
        foreseen={name: np.array([f[i] for f in futures.values()]) for i, name in enumerate(GIVEN)}, heat=heat)
