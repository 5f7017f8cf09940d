"""One step of one loop as compiled code, made from `twin.plant.facility` and `twin.plant.step` by running them on symbols.

What a part adds to the core and to the account is written once, for numpy. Racks, CDUs, pipes and the elimination are loops
over arrays and have compiled files of their own.
"""
from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from twin.plant import compiled_types as ct
from twin.plant import facility, nodes, pipe
from twin.plant import step as whole
from twin.plant.cdu import Line
from twin.plant.compiled_cdu import cdu_ends, cdu_lines
from twin.plant.compiled_formulas import define
from twin.plant.compiled_leaves import advance
from twin.plant.compiled_linear import begin, solve
from twin.plant.compiled_pipe import outlet, push
from twin.plant.network import Network
from twin.plant.traced import Fields, Sym, Tape, Vec, retarget, text

ARGUMENTS = "l, dt, wires, cdus, core, racks, leaf, inputs, nodes, work, flows, load, next_load"


class _Grid(dict):
    """Entries of the matrix or the right-hand side that anything is added to."""

    def __getitem__(self, key: Any) -> Any:
        return self.get(key[1:], 0.0)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key[1:], value)


class _Traced(Network):
    """A network whose entries are expressions."""

    def __init__(self, storage: Vec, before: Vec):
        self.k, self.b = _Grid(), _Grid()
        for n in range(nodes.N):
            self.k[..., n, n] = storage[..., n]
            self.b[..., n] = storage[..., n] * before[..., n]

    def write(self, tape: Tape) -> None:
        tape.call((), "begin(k)")
        for (i, j), value in self.k.items():
            tape.call((), f"k[{i}, {j}] = {text(value)}")
        for (i,), value in self.b.items():
            tape.call((), f"b[{i}] = {text(value)}")
        tape.call((), "solve(k, b)")


def _vector(tape: Tape, table: str, first: int = 0) -> Vec:
    return Vec([tape.emit(f"{table}[l, {first + n}]") for n in range(nodes.N)])


def lines() -> list[str]:
    """Code of `loop_step`: returns residual over throughput of the loop's account."""
    tape = Tape()
    dt = Sym(tape, "dt")
    core = Fields(tape, "core", ct.CORE, capacity=_vector(tape, "core", len(ct.CORE)), loss=_vector(tape, "core", len(ct.CORE) + nodes.N))
    at, slope, water, air_power = tape.call(("heat_at", "heat_slope", "water", "air_power"),
                                            "cdu_lines(l, dt, wires, cdus, racks, nodes, work)")
    flow = tape.emit("math.nan")  # of a CDU: known here by its sum alone
    inputs = Fields(tape, "inputs", ct.INPUTS, fws_flow=flow, air_power=air_power)
    sums = {at.name: at, slope.name: slope, np.maximum(flow, 0.0).name: water, air_power.name: air_power}
    wiring = SimpleNamespace(cdus_to_loops=lambda x: sums[x.name], racks_to_loops=lambda x: sums[x.name])
    p = SimpleNamespace(core=core, wiring=wiring)
    before = _vector(tape, "nodes.core")
    state = SimpleNamespace(core=before, mains=_Mains())
    halls = SimpleNamespace(heat=Line(at, slope))
    scope = retarget(facility, Network=_Traced, pipe=SimpleNamespace(CELLS=pipe.CELLS, outlet=_outlet))
    g = scope["conductances"](p, state, inputs, dt)
    scope["connect"](p, state, inputs, g, halls, dt).write(tape)
    after = Vec([tape.emit(f"b[{n}]") for n in range(nodes.N)])
    flows = retarget(whole, facility=SimpleNamespace(**scope))["loop_flows"](p, before, after, inputs, g, _ends(tape, core, g, dt), dt)
    for name, value in flows.items():
        tape.call((), f"flows[l, {ct.FLOWS.index(name)}] = {text(value)}")
    for n in range(nodes.N):
        tape.call((), f"nodes.core[l, {n}] = {text(after[..., n])}")
    tape.call((), f"return abs({text(flows['residual'])}) / {text(np.maximum(flows['throughput'], 1e-300))}")
    return ["k, b = work.k, work.b", *tape.lines]


class _Mains:
    """Names the contents of a main: `mains[..., main, :]`."""

    def __getitem__(self, key: Any) -> str:
        return f"nodes.mains[l, {key[1]}]"


def _outlet(cells: str, moved: Sym) -> pipe.Outlet:
    names = (f"fixed_{cells[-2]}", f"weight_{cells[-2]}")
    return pipe.Outlet(*moved.tape.call(names, f"outlet({cells}, {moved.name})"))


def _ends(tape: Tape, core: Fields, g: facility.Conductances, dt: Sym) -> whole.Sums:
    """Everything around the core at the end of the step: CDUs and racks, dies and plates with the next step condensed, mains."""
    rate = core.pipe_loss * dt / core.pipe_capacity
    stored, entered = tape.call(("cdu_j", "cdu_w"), f"cdu_ends(l, b[{nodes.HALL_IN}], wires, cdus, racks, nodes, work)")
    leaf_j, gpu_w = tape.call(("leaf_j", "gpu_w"), "advance(l, dt, wires, racks, leaf, nodes, work, load, next_load)")
    changed, excess = [], []
    for main, inlet in enumerate((nodes.SUPPLY, nodes.HALL_OUT)):
        parts = tape.call((f"changed_{main}", f"excess_{main}"),
                          f"push(nodes.mains[l, {main}], {g.moved.name}, b[{inlet}], {text(core.ambient)}, {rate.name}, work.cells)")
        changed.append(parts[0])
        excess.append(parts[1])
    mains = core.pipe_capacity / pipe.CELLS * (changed[0] + changed[1])
    return whole.Sums(entered + gpu_w, stored + leaf_j + mains, excess[0] + excess[1])


@cache
def loop_step() -> Any:
    """The compiled function."""
    return define("loop_step", ARGUMENTS, lines(), cdu_lines=cdu_lines, cdu_ends=cdu_ends, advance=advance, begin=begin, solve=solve,
                  outlet=outlet, push=push)
