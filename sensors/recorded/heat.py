"""A recorded day of heat per CDU as the load of the hidden plant, with its own wet bulb where the file has one."""
from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from config.site import Site
from sensors.loads import HeatLoad
from sensors.noise import stream
from sensors.recorded.table import RecordError, read_table, rising
from sensors.truth.parameters import Parameters
from sensors.weather import WeatherAt, from_series

_POWER = re.compile(r"power\[(\d+)\]$")


@dataclass(frozen=True)
class HeatDay:
    """`times` [s from the start of the file], `heat` [W] of shape (times, CDUs), `wet_bulb` [degC] or None."""

    times: np.ndarray
    heat: np.ndarray
    wet_bulb: np.ndarray | None

    def load(self, p: Parameters, start_s: float, seed: int) -> HeatLoad:
        """The load of a plant when the file begins at `start_s` [epoch s]."""
        spread = np.clip(1 + 0.03 * stream(seed, "heat").standard_normal(p.rack.share.shape), 0.8, 1.2)
        return HeatLoad(p, self.times + start_s, self.heat, spread)

    def weather(self, start_s: float) -> WeatherAt | None:
        return None if self.wet_bulb is None else from_series(self.times + start_s, self.wet_bulb)


def read_heat(path: Path, site: Site) -> HeatDay:
    """Columns `time` or `time_s` [s], `power[1..n]` [W] for the n CDUs in row order, optionally one named like wet bulb [degC]."""
    table = read_table(path)
    named = {int(m[1]): c for c in table.columns if (m := _POWER.match(c))}
    count = site.count("cdu")
    if sorted(named) != list(range(1, count + 1)):
        raise RecordError(f"{path}:1: needs columns power[1] to power[{count}] for the CDUs of {site.id}, has {len(named)}")
    clock = next((c for c in ("time", "time_s") if c in table.columns), None)
    if clock is None:
        raise RecordError(f"{path}:1: needs a column time or time_s in seconds")
    heat = np.stack([table.column(named[n]) for n in range(1, count + 1)], axis=1)
    if np.isnan(heat).any():
        row, n = np.argwhere(np.isnan(heat))[0]
        raise RecordError(f"{path}:{row + 2}: power[{n + 1}]: blank")
    wet = next((c for c in table.columns if re.search(r"wet.?bulb", c, re.IGNORECASE)), None)
    return HeatDay(rising(path, table.column(clock)), heat, table.column(wet) if wet else None)
