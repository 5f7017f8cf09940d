"""Limits of a plant, and when a future reaches them."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from twin.plant.stocks import DRY_PA, TRIP_LEVEL
from twin.plant.supply_types import KINDS
from twin.whatif.ground import Ground
from twin.whatif.phrase import number
from twin.whatif.record import Trajectory
from twin.whatif.span import clock
from twin.whatif.world import World

Array = np.ndarray
HARM, LOSS, WARNING = 3, 2, 1  # work is lost; a protection or a reserve is gone; a set point is not held
OFF_K = 3.0  # a loop further above its set point is no longer held
SLACK_S = 1.0  # a limit is reached sooner than without the perturbation by more than this
UNIT = {"degC": 1.0, "%": 0.01, "kPa": 1e3, "": 1.0}


@dataclass(frozen=True, slots=True)
class Limit:
    """`series` [n, rows] reaches `at` [rows] from below (`rising`) or from above."""

    name: str
    severity: int
    series: Callable[[Ground, Trajectory], Array]
    at: Callable[[Ground, World], Array]
    rising: bool
    unit: str
    cls: str  # of the rows
    says: str  # with {asset}, {limit}


@dataclass(frozen=True, slots=True)
class Reached:
    """A limit that a future reaches."""

    name: str
    severity: int
    asset: str
    row: int
    at_s: float
    limit: float  # in `unit`
    unit: str
    count: int  # rows that reach it before the end
    sentence: str


def _of(name: str) -> Callable[[Ground, Trajectory], Array]:
    return lambda _, t: t[name]


def _cdu_off(g: Ground, w: World) -> Array:
    return w.targets.tcs_supply + OFF_K


def _groups(g: Ground, kinds: tuple[str, ...]) -> Array:
    """[L * kinds] columns of `power.powered`."""
    loops = len(g.halls)
    return np.concatenate([KINDS.index(k) * loops + np.arange(loops) for k in kinds])


def _powered(kind: str) -> Callable[[Ground, Trajectory], Array]:
    def series(g: Ground, t: Trajectory) -> Array:
        here = g.supply.ups_member.sum(0) + g.supply.bus_member.sum(0) > 0
        rows = _groups(g, (kind,))
        return np.where(here[rows], t["power.powered"][:, rows], 1.0)

    return series


def _flat(value: float) -> Callable[[Ground, World], Array]:
    return lambda *_: np.array(value)


LIMITS = (
    Limit("gpu_shutdown", HARM, _of("rack.gpu_max_c"), lambda g, _: g.p.leaves.shutdown, True, "degC", "rack",
          "{asset} reaches {limit} degC and shuts down"),
    Limit("gpu_throttle", HARM, _of("rack.gpu_max_c"), lambda g, _: g.p.leaves.throttle, True, "degC", "rack", "{asset} reaches {limit} degC and throttles"),
    Limit("rack_power", HARM, _powered("rack"), _flat(0.999), False, "", "hall", "racks of {asset} lose power"),
    Limit("cdu_power", LOSS, _powered("cdu"), _flat(0.999), False, "", "hall", "CDUs of {asset} lose power"),
    Limit("pump_power", LOSS, _powered("pump"), _flat(0.999), False, "", "hall", "facility pumps of {asset} lose power"),
    Limit("cdu_level", LOSS, _of("cdu.level_pct"), _flat(TRIP_LEVEL), False, "%", "cdu", "the reservoir of {asset} is down to {limit} % and its pumps trip"),
    Limit("loop_pressure", LOSS, _of("loop.pressure_kpa"), _flat(DRY_PA), False, "kPa", "loop", "the facility loop of {asset} is down to {limit} kPa and its pumps trip"),
    Limit("battery_empty", LOSS, _of("ups.usable"), _flat(1e-6), False, "", "ups", "the battery of {asset} is empty"),
    Limit("ups_overload", LOSS, _of("ups.over"), _flat(0.5), True, "", "ups", "{asset} carries more than its rating"),
    Limit("genset_overload", LOSS, _of("genset.over"), _flat(0.5), True, "", "genset", "{asset} cannot carry what is asked"),
    Limit("transformer_overload", LOSS, _of("feed.transformer_over"), _flat(0.5), True, "", "feed", "the transformers of feed {asset} carry more than their rating"),
    Limit("coolant_off", WARNING, _of("cdu.tcs_supply_c"), _cdu_off, True, "degC", "cdu", "the coolant of {asset} reaches {limit} degC, 3 K above its set point"),
    Limit("water_off", WARNING, _of("loop.supply_c"), lambda g, w: w.targets.fws_supply + OFF_K, True, "degC", "loop",
          "the facility water of {asset} reaches {limit} degC, 3 K above its set point"),
    Limit("hall_air", WARNING, _of("loop.air_c"), lambda g, _: np.array([h.set_points.hall_air_c for h in g.site.model.halls]), True, "degC", "loop",
          "the air of {asset} reaches {limit} degC"),
    Limit("fans_full", WARNING, _of("loop.effort"), _flat(0.999), True, "", "loop", "the fans of {asset} run at full speed: no reserve is left"),
)


def crossing(seconds: Array, series: Array, limit: Array, rising: bool) -> Array:
    """[rows] s at which series [n, rows] first reaches limit [rows], between records by a straight line; inf where it does not."""
    over = (series - limit) * (1.0 if rising else -1.0)
    hit = over >= 0
    first = np.where(hit.any(0), hit.argmax(0), 0)
    cols = np.arange(series.shape[1])
    b, a = over[first, cols], over[np.maximum(first - 1, 0), cols]
    part = np.where(first > 0, -a / np.maximum(b - a, 1e-12), 1.0)
    before = np.where(first > 0, seconds[np.maximum(first - 1, 0)], seconds[first])
    return np.where(hit.any(0), before + np.clip(part, 0, 1) * (seconds[first] - before), np.inf)


def reached(g: Ground, world: World, t: Trajectory, base: Trajectory | None) -> list[Reached]:
    """Limits that a future reaches and its base does not, or later, by time; of each the first row."""
    found = [r for limit in LIMITS if (r := _reached(g, world, limit, t, base))]
    return sorted(found, key=lambda r: (r.at_s, -r.severity, r.name))


def times(g: Ground, world: World, limit: Limit, t: Trajectory) -> Array:
    """[rows] s."""
    series = limit.series(g, t)
    return crossing(t.seconds, series, np.broadcast_to(limit.at(g, world), series.shape[1:]), limit.rising)


def _reached(g: Ground, world: World, limit: Limit, t: Trajectory, base: Trajectory | None) -> Reached | None:
    at = times(g, world, limit, t)
    if base is not None:
        without = times(g, world, limit, base)
        at = np.where(at < without - SLACK_S, at, np.inf)
    if not np.isfinite(at).any():
        return None
    row = int(at.argmin())
    value = float(np.broadcast_to(limit.at(g, world), at.shape)[row]) / UNIT[limit.unit]
    asset = named(g, limit, row, t)
    said = limit.says.format(asset=asset, limit=number(value))
    return Reached(limit.name, limit.severity, asset, row, float(at[row]), value, limit.unit, int(np.isfinite(at).sum()), f"{said} at {clock(at[row])}")


def named(g: Ground, limit: Limit, row: int, t: Trajectory) -> str:
    if limit.cls == "rack":
        return f"rack {g.name('rack', row)}{gpu_named(t, row)}"
    if limit.cls in ("hall", "loop"):
        return f"hall {g.halls[row]}"
    return g.name(limit.cls, row)


def gpu_named(t: Trajectory, row: int) -> str:
    """` GPU 12` where one is hotter than the others of its rack."""
    die = t.last.die[row]
    return f" GPU {die.argmax() + 1}" if len(die) > 1 and die.max() - np.median(die) > 0.01 else ""
