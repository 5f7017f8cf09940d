"""Transfer switch and gensets of a feed: who holds the bus, and for how long of the step.

Events fall inside a step: every delay is kept as seconds that have passed, so the bus is alive from the very moment the switch closes
and the outcome does not hang on the step. Retransfer is closed (no break): NFPA 110, 2022, annex A asks for 30 minutes of stable grid.
"""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from twin.physics.elementwise import clip, where
from twin.plant.supply_types import Supply, SupplyInputs, SupplyState

Array = np.ndarray
NEVER = 1e12  # s, longer than any run


class Window(NamedTuple):
    """What holds the bus during the step, all [..., F]: the grid for a share of it, gensets for `on_s` with a rising limit."""

    grid: Array  # share of the step
    on_s: Array  # s on load
    first_w: Array  # W accepted when they come on
    limit_w: Array  # W of the sets that run
    ramp: Array  # W/s
    dt: float  # s


class Timing(NamedTuple):
    """Seconds until each event, counted from the start of the step; NEVER where it is not due."""

    ready: Array  # genset in tolerance
    go: Array  # switch reaches the genset side
    back: Array  # switch reaches the grid side


class Switch(NamedTuple):
    """State of switch, timers and ramp as in SupplyState, all [..., F]."""

    position: Array
    moved_s: Array
    stable_s: Array
    run_s: Array
    genset_ramp_w: Array


@register_jitable
def alive(w: Window) -> Array:
    """Share of the step with the bus alive."""
    return w.grid + w.on_s / w.dt


@register_jitable
def timing(p: Supply, s: SupplyState, u: SupplyInputs) -> Timing:
    """When the gensets are ready and the switch moves. Gensets that died on load, and are not there again before the switch can move, send it back."""
    lost, onto = u.grid_ok < 0.5, s.position > 0.5
    called = (lost | onto) & (u.genset_able > 0.0)
    ready = where(called, np.maximum(p.genset_start - s.run_s, 0.0), NEVER)
    move = np.maximum(u.transfer_delay_s - s.moved_s, 0.0)
    go = where(lost & np.logical_not(onto), ready + move, NEVER)
    wait = where(ready > move, move, np.maximum(p.retransfer - s.stable_s, 0.0))
    return Timing(ready, go, where(np.logical_not(lost) & onto, wait, NEVER))


@register_jitable
def window(p: Supply, s: SupplyState, u: SupplyInputs, t: Timing, dt: float) -> Window:
    """Who holds the bus between the events of the step."""
    lost, onto = u.grid_ok < 0.5, s.position > 0.5
    grid_s = where(lost, 0.0, where(onto, np.maximum(dt - t.back, 0.0), dt))
    on_s = clip(np.minimum(t.back, dt) - where(onto, t.ready, t.go), 0.0, dt)
    limit = u.genset_able * p.genset_rating
    first = where(onto & (t.ready <= 0.0), np.minimum(s.genset_ramp_w, limit), 0.0)
    return Window(grid_s / dt, on_s, first, limit, u.genset_able * p.genset_ramp, dt)


@register_jitable
def moved(p: Supply, s: SupplyState, u: SupplyInputs, t: Timing, w: Window) -> Switch:
    """Switch, timers and ramp after the step."""
    lost, onto, dt = u.grid_ok < 0.5, s.position > 0.5, w.dt
    go, back = t.go <= dt, t.back <= dt
    position = where(go, 1.0, where(back, 0.0, s.position))
    away, home = lost & np.logical_not(onto), np.logical_not(lost) & onto
    waited = where(away, np.maximum(dt - t.ready, 0.0), where(home & (t.ready > 0.0), dt, -NEVER))
    running = (t.ready < NEVER) & (lost | (position > 0.5))
    ramped = np.minimum(w.limit_w, w.first_w + w.ramp * w.on_s)
    return Switch(
        position,
        where(go | back, 0.0, np.maximum(s.moved_s + waited, 0.0)),
        where(lost, 0.0, np.minimum(s.stable_s + dt, p.retransfer)),
        where(running, np.minimum(s.run_s + dt, p.genset_start), 0.0),
        where((position > 0.5) & (w.on_s > 0.0), ramped, 0.0),
    )


@register_jitable
def genset_mean(w: Window, need: Array) -> Array:
    """Mean power [W] of the gensets over the step for a load of `need` [W]: the integral of min(need, limit, first + ramp t)."""
    most = np.minimum(need, w.limit_w)
    start = np.minimum(w.first_w, most)
    rise = np.minimum((most - start) / np.maximum(w.ramp, 1e-9), w.on_s)
    reached = np.minimum(most, start + w.ramp * rise)
    return (0.5 * (start + reached) * rise + most * (w.on_s - rise)) / w.dt


@register_jitable
def draw(w: Window, need: Array) -> Array:
    """Mean power [W] the bus gives over the step to a load of `need` [W]."""
    return w.grid * need + genset_mean(w, need)


def genset_phase(p: Supply, s: SupplyState) -> Array:
    """[..., F] int: 0 stopped, 1 starting, 2 running without load, 3 on load."""
    ready = s.run_s >= p.genset_start
    return np.where(s.run_s <= 0.0, 0, np.where(~ready, 1, np.where(s.position > 0.5, 3, 2)))
