"""A start on a site that is larger by halls without power, so that a future with them can be set beside one without."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import TypeVar

import numpy as np

from twin.plant.types import Parameters
from twin.whatif.ground import Ground, ground
from twin.whatif.perturbation import Perturbation
from twin.whatif.start import Start, designed
from twin.whatif.world import World, at

T = TypeVar("T")


def extended(g: Ground, start: Start, perturbations: Sequence[Perturbation]) -> tuple[Ground, Start]:
    """The ground and start with the halls that perturbations add; both as they were where none does."""
    wider = g
    for p in perturbations:
        if hasattr(p, "extend"):
            wider = ground(p.extend(wider))
    if wider is g:
        return g, start
    full = designed(wider)
    state, machines, stocks = (longer(getattr(start, f), getattr(full, f)) for f in ("state", "machines", "stocks"))
    world = replace(without_power(wider, len(g.halls), longer(start.world, full.world)), prices=start.world.prices)
    known = None if start.known is None else _known(start.known, wider.p)
    m = None if start.m is None else longer(start.m, wider.m)
    return wider, replace(start, m=m, state=state, machines=machines, stocks=stocks, world=world, known=known, doubt=None)


def longer(old: T, new: T) -> T:
    """A value of arrays with the rows of `new` behind those of `old`."""
    if is_dataclass(old):
        return replace(old, **{f.name: longer(getattr(old, f.name), getattr(new, f.name)) for f in fields(old)})
    return np.concatenate([old, new[len(old):]]) if isinstance(old, np.ndarray) else old


def _known(old: Parameters, new: Parameters) -> Parameters:
    """What was learned of the old halls, datasheets for the new."""
    return replace(new, leaves=replace(new.leaves, plate_factor=longer(old.leaves.plate_factor, new.leaves.plate_factor)),
                   cdus=longer(old.cdus, new.cdus), core=longer(old.core, new.core))


def without_power(g: Ground, first: int, w: World) -> World:
    """Halls from `first` on take nothing and sell nothing."""
    loops = np.arange(first, len(g.halls))
    racks, cdus, t = np.flatnonzero(g.p.wiring.rack_loop >= first), np.flatnonzero(g.p.wiring.cdu_loop >= first), w.targets
    off = {"rack_powered": racks, "cdu_powered": cdus} | dict.fromkeys(("loop_powered", "fan_powered", "heatpump_powered", "chiller_powered", "air_fan"), loops)
    off |= dict.fromkeys(("gpu_power", "other_power", "air_power"), racks)
    return w.aim(**{name: at(rows, 0.0, getattr(t, name)) for name, rows in off.items()})
