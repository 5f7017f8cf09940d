"""The plant's types as records of plain numbers, which compiled code reads by the same names; no batch axes.

A record is one row of a structured array: `rack = plant.racks[r]` then `rack.film`, in numpy `plant.racks["film"]` is [R].
"""
from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterable
from typing import Any

import numpy as np

from twin.plant import nodes, pipe
from twin.plant.step import LoopFlows
from twin.plant.types import Core, Flows, Parameters, State, Wiring

Array = np.ndarray


def record(names: Iterable[str]) -> np.dtype:
    return np.dtype([(n, np.float64) for n in names])


def _fields(cls: type) -> tuple[str, ...]:
    return tuple(cls.__dataclass_fields__)


CORE = record(f for f in _fields(Core) if f not in ("capacity", "loss"))
FLOWS = record(LoopFlows._fields)
CDU = record((
    "ua", "hot_share", "volumetric", "rated_tcs", "rated_fws", "supply_capacity", "return_capacity", "fws_flow", "pump",  # parameters and inputs as in twin.plant.types
    "g", "g_tcs", "g_fws",  # W/K of the exchanger; capacity flow W/K and flow m3/s it holds for
    "tcs_supply", "tcs_return", "heat",  # degC, degC, W of the last step
    "supply_at", "supply_slope", "back_at", "back_slope", "heat_at", "heat_slope",  # lines while its loop is solved
))  # fmt: skip
RACK = record((
    "volumetric",  # J/(m3 K) of its coolant
    "die", "plate", "manifold", "each",  # J/K of one node of the arrays; how many GPUs one node stands for
    "store", "plate_store", "link", "through", "fixed", "back",  # coefficients of one node at the present step length
    "film", "flow", "other", "air",  # W/K of a clean plate, m3/s, W to liquid, W to air during this step
    "leaving", "inlet", "at", "slope",  # degC coolant leaving and arriving; line while its CDU is solved
    "a", "b", "die_sum", "plate_sum", "pattern",  # heat a - b * inlet [W]; sums over its nodes [K], of their power [W]
    "liquid", "gpu",  # W into coolant and W of all GPUs in the last step
))  # fmt: skip

# rack_first [C + 1] first rack of each CDU, cdu_first [L + 1] first CDU of each loop; records core [L], cdus [C], racks [R], flows [L];
# capacity, loss [L, N] J/K, W/K; power [R, K] W, factor [R, K] of the plates; die, plate [R, K], temps [L, N], mains [L, 2, M] degC;
# k [N, N], b [N], cells [M] room for one loop
Plant = namedtuple("Plant", ["rack_first", "cdu_first", "core", "capacity", "loss", "cdus", "racks", "flows", "power", "factor",
                             "die", "plate", "temps", "mains", "k", "b", "cells"])


def table(dtype: np.dtype, rows: int, source: Any = None) -> Array:
    """Records [rows]; fields that `source` has are taken from it."""
    out = np.zeros(rows, dtype)
    for name in dtype.names if source is not None else ():
        if hasattr(source, name):
            out[name] = getattr(source, name)
    return out


def copied(records: Array) -> Array:
    """A copy as plain numbers: numpy copies records field by field, twenty times slower."""
    return records.view(np.float64).copy().view(records.dtype)


def plant(p: Parameters, state: State, each: int = 1) -> Plant:
    """Buffers of a plant; a node of its leaves stands for `each` GPUs."""
    w, loops = p.wiring, len(p.core.ambient)
    factor = np.array(p.leaves.plate_factor, dtype=float)
    racks = table(RACK, len(factor))
    racks["each"], racks["manifold"], racks["volumetric"] = each, p.leaves.manifold_capacity, p.leaves.volumetric
    racks["die"], racks["plate"] = each * p.leaves.die_capacity, each * p.leaves.plate_capacity
    out = Plant(*_firsts(w), table(CORE, loops, p.core), *(np.array(x, dtype=float) for x in (p.core.capacity, p.core.loss)),
                table(CDU, len(w.cdu_loop), p.cdus), racks, table(FLOWS, loops), np.zeros_like(factor), factor,
                np.empty_like(factor), np.empty_like(factor), np.empty((loops, nodes.N)), np.empty((loops, 2, pipe.CELLS)),
                np.zeros((nodes.N, nodes.N)), np.zeros(nodes.N), np.zeros(pipe.CELLS))
    put(out, state)
    return out


def _firsts(w: Wiring) -> tuple[Array, Array]:
    return np.append(w.cdu_racks, len(w.rack_cdu)), np.append(w.loop_cdus, len(w.cdu_loop))


def put(to: Plant, state: State) -> None:
    """The plant in this state."""
    to.die[:], to.plate[:], to.temps[:], to.mains[:] = state.die, state.plate, state.core, state.mains
    to.racks["leaving"], to.cdus["tcs_supply"], to.cdus["tcs_return"] = state.manifold, state.tcs_supply, state.tcs_return


def view(of: Plant) -> State:
    """The plant's state as views: true until the next step."""
    return State(of.die, of.plate, of.racks["leaving"], of.cdus["tcs_supply"], of.cdus["tcs_return"], of.temps, of.mains)


def get(of: Plant) -> State:
    """A copy of the plant's state."""
    now = view(of)
    return State(*(np.array(getattr(now, f)) for f in _fields(State)))


def account(of: Plant) -> Flows:
    """The account of the last step, a copy."""
    return Flows(rack_liquid=of.racks["liquid"].copy(), cdu_heat=of.cdus["heat"].copy(), **{f: of.flows[f].copy() for f in FLOWS.names})


def step_length(of: Plant, p: Parameters, dt: float) -> None:
    """Coefficients of every rack's nodes at a step of `dt` seconds."""
    r = of.racks
    store, plate_store, link = r["die"] / dt, r["plate"] / dt, r["each"] * p.leaves.die_plate
    r["store"], r["plate_store"], r["link"] = store, plate_store, link
    r["through"], r["back"] = link / (store + link), 1.0 / (store + link)
    r["fixed"] = plate_store + store * r["through"]
