"""The plant's types as named tuples of arrays, which compiled code can read: same names, same axes, no batch."""
from __future__ import annotations

from collections import namedtuple

import numpy as np

from twin.plant import nodes as core_nodes
from twin.plant import pipe
from twin.plant.types import Core, Flows, Inputs, State, Wiring

Array = np.ndarray


def _fields(cls: type) -> tuple[str, ...]:
    return tuple(cls.__dataclass_fields__)


# Columns of the tables of numbers of a loop; capacity and loss have one a node behind the others
CORE = tuple(f for f in _fields(Core) if f not in ("capacity", "loss"))
INPUTS = tuple(f for f in _fields(Inputs) if f not in ("gpu_power", "other_power", "air_power", "rack_flow", "fws_flow", "cdu_pump"))
FLOWS = tuple(f for f in _fields(Flows) if f not in ("rack_liquid", "cdu_heat"))

Wires = namedtuple("Wires", ["rack_first", "cdu_first"])  # [C + 1] first rack of each CDU, [L + 1] first CDU of each loop
# [R] coefficients of one GPU of each rack: gains and what follows from them; [R, K] the patterns of power and plate factor
LeafRows = namedtuple("LeafRows", ["store", "plate_store", "link", "through", "fixed", "back", "film", "power", "factor"])
# [R] J/K of one die, of one plate, of the manifold; W sum of the pattern; m3/s; W rest of the rack to liquid, to air; account
RackRows = namedtuple("RackRows", ["die", "plate", "manifold", "power", "flow", "other", "air", "liquid"])
# [C] as in twin.plant.types; account
CduRows = namedtuple("CduRows", ["ua", "supply_capacity", "return_capacity", "fws_flow", "pump", "heat"])
# What changes: temperatures as in twin.plant.types.State; then of each rack the sums of its dies and plates and its condensed
# a - b * s
Nodes = namedtuple("Nodes", ["die", "plate", "manifold", "tcs_supply", "tcs_return", "core", "mains", "die_sum", "plate_sum", "a", "b"])
# Lines of one loop's CDUs and racks while it is solved: at and slope
Work = namedtuple("Work", ["manifold_at", "manifold_slope", "supply_at", "supply_slope", "back_at", "back_slope", "heat_at", "heat_slope",
                           "inlet", "k", "b", "cells"])


def core_table(c: Core) -> Array:
    """Parameters of every loop, [L, columns]."""
    return np.concatenate([np.stack([np.broadcast_to(getattr(c, f), c.ambient.shape) for f in CORE], axis=-1), c.capacity, c.loss], axis=-1)


def input_table(u: Inputs, loops: int) -> Array:
    """Inputs of every loop, [L, columns]."""
    table = np.empty((loops, len(INPUTS)))
    for column, f in enumerate(INPUTS):
        table[:, column] = getattr(u, f)
    return table


def full(x: Array, length: int) -> Array:
    """A contiguous copy over `length`, by assignment: np.broadcast_to took most of the time of preparing a small plant."""
    out = np.empty(length)
    out[:] = x
    return out


def wires(w: Wiring) -> Wires:
    return Wires(np.append(w.cdu_racks, len(w.rack_cdu)), np.append(w.loop_cdus, len(w.cdu_loop)))


def nodes(state: State) -> Nodes:
    """A copy of the state in buffers."""
    given = {f: np.array(getattr(state, f), dtype=float) for f in _fields(State)}
    return Nodes(**given, **{f: np.zeros(given["manifold"].shape) for f in Nodes._fields if f not in given})


def work(racks: int, cdus: int) -> Work:
    """Room for the lines of every rack and CDU and for the core of one loop."""
    of_racks = ("manifold_at", "manifold_slope", "inlet")
    lines = {f: np.zeros(racks if f in of_racks else cdus) for f in Work._fields[:-3]}
    return Work(**lines, k=np.zeros((core_nodes.N, core_nodes.N)), b=np.zeros(core_nodes.N), cells=np.zeros(pipe.CELLS))
