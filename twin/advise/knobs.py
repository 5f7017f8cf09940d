"""Set points that may move: where they stand, how far and in what steps, what they write onto the world, and how a what-if says them."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.whatif.ground import Ground
from twin.whatif.world import World

Array = np.ndarray
TITLES = {"fws_supply_c": "facility supply", "tcs_supply_c": "coolant supply", "fws_dp_kpa": "pressure across the hall",
          "tcs_dp_kpa": "pressure across the racks", "heat_pump_load": "heat-pump load", "pumps": "facility pumps running"}
Write = Callable[[Ground, World, Array, Array], World]  # ground, world, loops [n], values [n] in the knob's unit


@dataclass(frozen=True, slots=True)
class Knob:
    """A set point of a loop, in the unit an operator sets it in: the present value, or whole multiples of `step` around it."""

    name: str
    title: str
    unit: str
    step: float
    now: Array  # [L]
    low: Array  # [L] steps below the present value that may be taken, <= 0
    high: Array  # [L] steps above
    write: Write
    words: str  # of a what-if, with {value} and {hall}

    def values(self, loops: Array, steps: Array) -> Array:
        """[n] of loops [n] that many steps from where they stand."""
        now = self.now[loops]
        return np.where(steps == 0, now, np.round(now / self.step + steps) * self.step)

    def value(self, loop: int, steps: int) -> float:
        return float(self.values(np.array([loop]), np.array([steps]))[0])


def knobs(g: Ground, w: World, running: Array, names: Sequence[str] | None) -> list[Knob]:
    """Knobs that the site has, of those named. `running` [L] facility pumps are on."""
    t, cdus = w.targets, g.p.wiring.loop_cdus
    one = np.ones(len(g.halls))
    found = [
        _ranged("fws_supply_c", "degC", 0.5, t.fws_supply, -8.0 * one, 8.0 * one, 10.0, 55.0, _aim("fws_supply", 1.0)),
        _ranged("tcs_supply_c", "degC", 0.5, t.tcs_supply[cdus], -8.0 * one, 8.0 * one, 12.0, 60.0, _aim("tcs_supply", 1.0)),
        _ranged("fws_dp_kpa", "kPa", 5.0, t.loop_dp / 1e3, -0.5 * t.loop_dp / 1e3, 0.2 * t.loop_dp / 1e3, 20.0, 600.0, _aim("loop_dp", 1e3)),
        _ranged("tcs_dp_kpa", "kPa", 5.0, t.cdu_dp[cdus] / 1e3, -0.5 * t.cdu_dp[cdus] / 1e3, 0.2 * t.cdu_dp[cdus] / 1e3, 10.0, 600.0,
                _aim("cdu_dp", 1e3)),
        _heat_pump(g, t.heatpump),
        _ranged("pumps", "", 1.0, running, 1.0 - running, g.m.loop_pumps - running, 1.0, 100.0, _staged, "pump-staging {value:.0f} {hall}"),
    ]
    return [k for k in found if (names is None or k.name in names) and (k.high - k.low).max() > 0]


def _ranged(name: str, unit: str, step: float, now: Array, down: Array, up: Array, least: float, most: float, write: Write,
            words: str = "") -> Knob:
    """A knob that moves from `down` (below 0) to `up` around the present value, within what is allowed at all."""
    low, high = np.maximum(now + down, least), np.minimum(now + up, most)
    return Knob(name, TITLES[name], unit, step, np.array(now, dtype=float), np.minimum(np.ceil((low - now) / step - 1e-9), 0.0).astype(int),
                np.maximum(np.floor((high - now) / step + 1e-9), 0.0).astype(int), write, words or f"set-point {name} {{value:g}} {{hall}}")


def _heat_pump(g: Ground, wanted: Array) -> Knob:
    """Load asked of the heat pumps, 0 .. 100 %."""
    has, now = g.p.core.heatpump_source > 0.0, 100.0 * wanted
    low, high = np.ceil(-now / 5.0 - 1e-9), np.floor((100.0 - now) / 5.0 + 1e-9)
    return Knob("heat_pump_load", TITLES["heat_pump_load"], "%", 5.0, now, (has * low).astype(int), (has * high).astype(int), _aim("heatpump", 0.01), "heat-pump-load {value:g}% {hall}")


def _aim(name: str, si: float) -> Write:
    """Write a target of loops, or of the CDUs on them."""
    def write(g: Ground, w: World, loops: Array, values: Array) -> World:
        now = getattr(w.targets, name)
        by_loop = np.full(len(g.halls), np.nan)
        by_loop[loops] = values * si
        by_row = by_loop if len(now) == len(by_loop) and name in ("fws_supply", "loop_dp", "heatpump") else by_loop[g.p.wiring.cdu_loop]
        return w.aim(**{name: np.where(np.isnan(by_row), now, by_row)})

    return write


def _staged(g: Ground, w: World, loops: Array, values: Array) -> World:
    least, most = w.targets.pumps_least.copy(), w.targets.pumps_most.copy()
    least[loops] = most[loops] = values
    return w.aim(pumps_least=least, pumps_most=most)


def turned(g: Ground, w: World, found: Sequence[Knob], point: Array) -> World:
    """The world with knobs [L, K] so many steps from where they stand; those that stay are not written."""
    for k, knob in enumerate(found):
        loops = np.flatnonzero(point[:, k])
        if len(loops):
            w = knob.write(g, w, loops, knob.values(loops, point[loops, k]))
    return w


def spelled(g: Ground, found: Sequence[Knob], point: Array) -> list[str]:
    """The same as words of a what-if; halls that go to one value together."""
    out = []
    for k, knob in enumerate(found):
        values = {loop: round(knob.value(loop, point[loop, k]), 6) for loop in np.flatnonzero(point[:, k])}
        for value in sorted(set(values.values())):
            names = [g.halls[loop] for loop, v in values.items() if v == value]
            out.append(knob.words.format(value=value, hall="all" if len(names) == len(g.halls) else ",".join(names)))
    return out


def held(found: Sequence[Knob], loops: Array) -> list[Knob]:
    """Knobs that may move at these loops alone."""
    return [replace(k, low=k.low * free, high=k.high * free) for k in found for free in [np.isin(np.arange(len(k.now)), loops).astype(int)]]
