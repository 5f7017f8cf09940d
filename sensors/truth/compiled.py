"""The hidden plant's step as compiled code, and its values as compiled code takes them."""
from __future__ import annotations

from dataclasses import fields
from typing import Any, NamedTuple

import numpy as np

from sensors.truth import steps
from sensors.truth.effects import Effects
from sensors.truth.parameters import STORES, Parameters
from sensors.truth.plug import Plugs
from sensors.truth.state import State
from sensors.truth.tables import table
from twin.kernels import kernel


class Known(NamedTuple):
    """Parameters: a table of each kind of asset, and of GPUs what is needed at every step."""

    rack: np.ndarray
    cdu: np.ndarray
    hall: np.ndarray
    feed: np.ndarray
    rack_cdu: np.ndarray  # (R,) rows
    rack_hall: np.ndarray
    cdu_hall: np.ndarray
    share: np.ndarray  # (R, G)
    film_share: np.ndarray
    die: np.ndarray
    plate: np.ndarray
    joint: np.ndarray
    tcs_volumetric: float
    fws_volumetric: float
    base_w: float


class Moved(NamedTuple):
    """The state, written in place."""

    rack: np.ndarray
    cdu: np.ndarray
    hall: np.ndarray
    feed: np.ndarray
    die: np.ndarray
    plate: np.ndarray
    water: Plugs


class Struck(NamedTuple):
    """Effects of faults."""

    rack: np.ndarray
    cdu: np.ndarray
    hall: np.ndarray
    feed: np.ndarray
    plate_flow: np.ndarray
    plate_film: np.ndarray
    plates_hit: bool


class Load(NamedTuple):
    """As `sensors.truth.racks.RackLoad`."""

    gpu: np.ndarray
    other: np.ndarray
    air: np.ndarray


class Air(NamedTuple):
    """Outdoors, degC."""

    dry_bulb: float
    wet_bulb: float


def known(p: Parameters, base_w: float) -> Known:
    """The parameters of a plant whose common services draw `base_w`."""
    r, loss = p.rack, dict(zip(("loss_idle", "loss_load", "loss_square"), p.feed.loss.T, strict=True))
    stores = {name: getattr(p.hall, name) for name in STORES}
    tables = [table(_columns(x) | more, n) for x, more, n in ((r, {}, len(r.cdu)), (p.cdu, {}, len(p.cdu.hall)), (p.hall, stores, len(p.hall.rated)),
                                                              (p.feed, loss, len(p.feed.rating)))]
    rows = [np.ascontiguousarray(x, np.int64) for x in (r.cdu, r.hall, p.cdu.hall)]
    grids = [np.ascontiguousarray(x, float) for x in (r.share, r.film_share, r.die, r.plate, r.joint)]
    return Known(*tables, *rows, *grids, float(p.tcs_volumetric), float(p.fws_volumetric), float(base_w))


def _columns(values: Any) -> dict[str, np.ndarray]:
    """Columns of a dataclass; grids and single numbers stay out."""
    return {f.name: v for f in fields(values) if np.ndim(v := getattr(values, f.name)) == 1}


def moved(s: State) -> Moved:
    return Moved(s.rack, s.cdu, s.hall, s.feed, s.die, s.plate, s.water)


def struck(e: Effects) -> Struck:
    return Struck(e.rack, e.cdu, e.hall, e.feed, e.plate_flow, e.plate_film, e.plates_hit)


@kernel()
def advance(p, s, e, load, air, network, wiring, joints, t, dt):
    """One part of a step of `dt` [s] from `t` [epoch s] on: heat stored after it, heat that left, both J, and electric power that came in [W]."""
    steps.flows(p, s, e, dt)
    metal, lost = steps.water(p, s, e, load, air, network, joints, t, dt)
    steps.levels(p, s, e, dt)
    steps.electricity(p, s, e, wiring, dt)
    return steps.balance(p, s, metal, lost, dt)
