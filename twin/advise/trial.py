"""What a point of set points would do: futures of lumped racks, all points of a poll together, seen hall by hall.

Halls meet only in the electrical supply, so each hall's measures are its own; the supply's losses and the base load are shared out by load.
A future begins at the present state with the new set points and is judged after a transition, so that no heat drawn from stores is earned.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from twin.advise.knobs import Knob, turned
from twin.physics.water import VOLUMETRIC
from twin.plant.design import SINK_LIFT
from twin.whatif.accounts import J_KWH
from twin.whatif.ensemble import hottest
from twin.whatif.ground import Ground
from twin.whatif.motion import averaged
from twin.whatif.record import Trajectory
from twin.whatif.schedule import Piece, Span
from twin.whatif.start import Start
from twin.whatif.together import CHUNK, Future, together
from twin.whatif.world import World

Array = np.ndarray
TRANSITION_S, STEP_S, RECORDS = 1800.0, 10.0, 12
MARKS = ("cost_eur_h", "sold_w", "gpu_margin_k", "air_c", "coolant_off_k", "water_off_k", "flow_short", "effort", "over_network_w")
WORST = {"gpu_margin_k": np.min}  # over time; means of the first two, the greatest of the others


@dataclass(frozen=True, slots=True)
class Trial:
    """The future in which points are tried."""

    g: Ground
    start: Start
    plan: Sequence[Piece]  # without any change, in steps of STEP_S
    found: Sequence[Knob]
    network_c: float | None

    def world(self, w: World, point: Array) -> World:
        """A world with the knobs [L, K] turned and the network supplied at the temperature that is wished."""
        w = turned(self.g, w, self.found, point)
        return w if self.network_c is None else supplied(w, self.network_c)

    def __call__(self, points: Array) -> Array:
        """Marks [n, L, M] of points [n, L, K]."""
        return np.concatenate([self._chunk(points[i : i + CHUNK]) for i in range(0, len(points), CHUNK)])

    def _chunk(self, points: Array) -> Array:
        g, s = self.g, self.start
        body = averaged(s.state, s.machines)
        plans = [[replace(piece, world=self.world(piece.world, point)) for piece in self.plan] for point in points]
        begun = [replace(s, world=plan[0].world) for plan in plans]
        found = together(g, [Future(b, plan, body) for b, plan in zip(begun, plans, strict=True)], grid(self.plan), STEP_S)
        return np.stack([marks(g, b, plan, hottest(g, t, s, plan, STEP_S)) for t, b, plan in zip(found, begun, plans, strict=True)])


def supplied(w: World, network_c: float) -> World:
    """The world with a network supplied at another temperature that wants as much heat: more water where it is colder."""
    t = w.targets
    fall = np.maximum(t.sink_out - SINK_LIFT - t.dh_return, 0.0) / np.maximum(network_c - t.dh_return, 1.0)
    return w.aim(sink_out=np.full_like(t.sink_out, network_c + SINK_LIFT), dh_flow=t.dh_flow * fall)


def grid(plan: Sequence[Piece]) -> list[Span]:
    """Records: one at the end of the transition, then RECORDS of the time that counts."""
    steps, first = plan[-1].first + plan[-1].steps, int(TRANSITION_S / STEP_S)
    return [Span(0, first, first), Span(first, steps - first, max((steps - first) // RECORDS, 1))]


def marks(g: Ground, start: Start, plan: Sequence[Piece], t: Trajectory) -> Array:
    """Marks [L, M] of a future, from its records after the transition."""
    late = t.seconds >= TRANSITION_S
    worlds = [plan[i].world for i in piece_of(plan, t.seconds[late])]
    found = measured(g, start.world, worlds, {name: v[late] for name, v in t.values.items()})
    return np.stack([WORST.get(name, np.mean if i < 2 else np.max)(found[name], axis=0) for i, name in enumerate(MARKS)], axis=-1)


def piece_of(plan: Sequence[Piece], seconds: Array) -> Array:
    ends = np.array([(piece.first + piece.steps) * STEP_S for piece in plan])
    return np.minimum(np.searchsorted(ends, seconds), len(plan) - 1)


def measured(g: Ground, w: World, worlds: Sequence[World], v: dict[str, Array]) -> dict[str, Array]:
    """Measures [n, L] of records, each in its own world; `w` has the set points."""
    wiring, t = g.p.wiring, w.targets
    over = v["cdu.tcs_supply_c"] - t.tcs_supply
    short = 1.0 - np.minimum(v["loop.dp_kpa"] / t.loop_dp, np.minimum.reduceat(v["cdu.dp_kpa"] / t.cdu_dp, wiring.loop_cdus, axis=-1))
    return {
        "cost_eur_h": costs(g, worlds, v), "sold_w": v["loop.sold_w"],
        "gpu_margin_k": np.minimum.reduceat(v["rack.gpu_margin_k"], wiring.loop_racks, axis=-1),
        "air_c": v["loop.air_c"], "coolant_off_k": np.maximum.reduceat(over, wiring.loop_cdus, axis=-1), "water_off_k": v["loop.supply_c"] - t.fws_supply,
        "flow_short": short, "effort": v["loop.effort"], "over_network_w": v["loop.sold_w"] - network_takes(worlds),
    }


def network_takes(worlds: Sequence[World]) -> Array:
    """Heat [n, L] W that brings the network's water to the temperature it is to be supplied with."""
    by_world = {id(w): VOLUMETRIC * w.targets.dh_flow * np.maximum(w.targets.sink_out - SINK_LIFT - w.targets.dh_return, 0.0) for w in worlds}
    return np.stack([by_world[id(w)] for w in worlds])


def costs(g: Ground, worlds: Sequence[World], v: dict[str, Array]) -> Array:
    """Net cost [n, L] EUR/h: each hall's power with its part of what the site takes beside, less its heat."""
    own = g.p.wiring.racks_to_loops(v["rack.power_kw"]) + g.p.wiring.cdus_to_loops(v["cdu.power_kw"])
    own = own + sum(v[f"loop.{part}"] for part in ("pump_w", "fan_w", "heatpump_electric_w", "chiller_electric_w"))
    power = own * (v["site.facility_kw"] / np.maximum(own.sum(-1), 1.0))[:, None]
    prices = [w.prices for w in worlds]
    power_price, heat_price = (np.array([getattr(p, name) for p in prices])[:, None] for name in ("power_eur_mwh", "heat_eur_mwh"))
    return (power * power_price - v["loop.sold_w"] * heat_price) * 3600.0 / J_KWH / 1e3
