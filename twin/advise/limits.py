"""What must hold at every point, and by how much each limit would be eased to see what it costs."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from twin.advise.trial import MARKS

Array = np.ndarray
HELD_K, SHORT, RESERVE = 1.0, 0.05, 0.98  # K above a set point, share of pressure missing, fan speed: within these a set point is held and has a reserve


@dataclass(frozen=True, slots=True)
class Limit:
    """`sign * mark` must not be above `sign * at` [L]; a point that stood beyond at the start may stay where it was."""

    name: str
    title: str  # with {at}
    mark: str
    at: Array  # [L]
    sign: float  # 1: at most, -1: at least
    scale: float  # of the mark that counts as one broken unit
    ease: float = 0.0  # by which it is eased to see what it costs; 0: it is not a matter of choice
    unit: str = ""
    factor: float = 1.0  # SI of one unit

    def broken(self, marks: Array) -> Array:
        """[n, L] how far beyond, in units of `scale`."""
        return np.maximum(self.sign * (marks[..., MARKS.index(self.mark)] - self.at), 0.0) / self.scale

    def eased(self) -> Limit:
        return replace(self, at=self.at + self.sign * self.ease)


def limits(margin_k: float, air_c: Array, now: Array) -> list[Limit]:
    """Limits of a site that stands at marks `now` [L, M]; `air_c` [L] is the warmest air of its halls."""
    def of(mark: str) -> Array:
        return now[:, MARKS.index(mark)]

    one = np.ones(len(now))
    margin = np.minimum(margin_k, of("gpu_margin_k"))
    return [
        Limit("gpu_margin", "GPUs stay {at} below throttling", "gpu_margin_k", margin, -1.0, 1.0, 1.0, "K"),
        Limit("network", "the network takes no more heat than it wants", "over_network_w", np.maximum(0.0, of("over_network_w")), 1.0, 1e5, 5e5, "kW", 1e3),
        Limit("hall_air", "hall air stays at most at {at}", "air_c", np.maximum(air_c, of("air_c")), 1.0, 1.0, 1.0, "degC"),
        Limit("coolant", "CDUs hold their coolant", "coolant_off_k", np.maximum(HELD_K, of("coolant_off_k")), 1.0, 1.0),
        Limit("water", "the plant holds its facility water", "water_off_k", np.maximum(HELD_K, of("water_off_k")), 1.0, 1.0),
        Limit("pressure", "pumps hold their pressures", "flow_short", np.maximum(SHORT, of("flow_short")), 1.0, 0.05),
        Limit("fans", "fans keep a reserve", "effort", np.maximum(RESERVE * one, of("effort")), 1.0, 0.05),
    ]


def judge(found: list[Limit], goal: str) -> Callable[[Array], tuple[Array, Array]]:
    """What a search minimises: limits broken first, then cost, or heat sold with cost as the tie."""
    cost, sold = MARKS.index("cost_eur_h"), MARKS.index("sold_w")

    def judged(marks: Array) -> tuple[Array, Array]:
        broken = sum(limit.broken(marks) for limit in found)
        return np.where(np.isfinite(broken), broken, np.inf), objective(marks, goal, cost, sold)

    return judged


HEAT_TIE = 1e-6  # MW of heat that a euro an hour is worth where heat is the goal: enough to choose among equals


def objective(marks: Array, goal: str, cost: int, sold: int) -> Array:
    """[n, L] EUR/h, or MW of heat not sold."""
    return marks[..., cost] if goal == "cost" else -marks[..., sold] / 1e6 + HEAT_TIE * marks[..., cost]


def changed(found: list[Limit], name: str, how: Callable[[Limit], Limit]) -> list[Limit]:
    return [how(limit) if limit.name == name else limit for limit in found]

