"""One CDU and one rack out of the plant's own functions, driven as the reference model is."""
from __future__ import annotations

from dataclasses import fields, replace
from types import SimpleNamespace

import numpy as np

from tests.plants import plant
from twin.physics import hydraulics
from twin.physics.water import VOLUMETRIC
from twin.plant.cdu import cdu_lines
from twin.plant.controls import Pi, pi
from twin.plant.leaves import condense, expand, gains
from twin.plant.types import Parameters

# CDU_epsNTU of the Modelica Buildings library, pull request 4667: the example's and the record's numbers
HEAT_W = 48 * 132e3  # 48 racks of 132 kW as one
RISE_K = 5.0  # both streams at design
APPROACH_K = 6.0
FACILITY_C, SET_C, START_C = 36.0, 42.0, 30.0
DROP_PA = 80e3  # exchanger and open valve, each at design flow
RACK_DROP_PA, RACK_EXPONENT = 60e3, 1.85
RACK_TAU_S, PUMP_TAU_S = 2.0, 1.0  # volumes over design flow
VALVE = Pi(gain=1.0 / 10.0, reset_s=120.0, rate=1.0 / 120.0)  # PI of gain 1 on error / 10 K; 120 s stroke
CAPACITY_FLOW = HEAT_W / RISE_K  # W/K, either side
FLOW = CAPACITY_FLOW / VOLUMETRIC  # m3/s of the plant's water that carries as much
DT_S = 1.0


def _first(group: object, **changes: float) -> object:
    """One of a group of alike parts, with other numbers."""
    one = replace(group, **{f.name: getattr(group, f.name)[:1] for f in fields(group)})
    return replace(one, **{name: np.full(1, value) for name, value in changes.items()})


def single(plates: float, rated_k_w: float, base_k_w: float, exponent: float, plate_flow: float, hot_share: float) -> Parameters:
    """A site of one CDU with one rack, in which one plate stands for `plates` in parallel."""
    p, _ = plant("valence")
    leaves = _first(p.leaves, die_capacity=1e-3, plate_capacity=1e-3, plate_rated=rated_k_w / plates, plate_base=base_k_w / plates,
                    plate_flow=plates * plate_flow, plate_exponent=exponent, manifold_capacity=RACK_TAU_S * CAPACITY_FLOW)
    leaves = replace(leaves, plate_factor=np.ones((1, 1)))
    cdus = _first(p.cdus, ua=HEAT_W / APPROACH_K, hot_share=hot_share, supply_capacity=PUMP_TAU_S * CAPACITY_FLOW, return_capacity=1e-3,
                  rated_tcs=FLOW, rated_fws=FLOW)
    zero = np.zeros(1, dtype=int)
    return Parameters(replace(p.wiring, rack_cdu=zero, cdu_loop=zero, rack_loop=zero, cdu_racks=zero, loop_cdus=zero, loop_racks=zero,
                              per_cdu=1, per_loop=1), leaves, cdus, p.core)


def facility_flow(position: np.ndarray) -> np.ndarray:
    """Flow [m3/s] through valve and exchanger under the constant pressure of the example."""
    part = hydraulics.resistance(DROP_PA, FLOW)
    return hydraulics.valved(part, part, position) * np.sqrt(2.0 * DROP_PA)


def advance(p: Parameters, state: SimpleNamespace, power: float, pump: float, rack_flow: float, fws_flow: np.ndarray) -> SimpleNamespace:
    """The loop one step on."""
    inputs = SimpleNamespace(rack_flow=np.full(1, rack_flow), fws_flow=fws_flow, gpu_power=np.full((1, 1), power), other_power=np.zeros(1),
                             cdu_pump=np.full(1, pump))
    leaf = gains(p.leaves, inputs.rack_flow, 1, DT_S)
    lines = cdu_lines(p, state, inputs, condense(p.leaves, leaf, state, inputs), DT_S)
    supply = lines.supply(FACILITY_C)
    ends = expand(p.leaves, leaf, state, inputs, supply)
    out = FACILITY_C + lines.heat(FACILITY_C) / (VOLUMETRIC * fws_flow)
    return SimpleNamespace(die=ends.die, plate=ends.plate, manifold=lines.manifold(supply), tcs_supply=supply,
                           tcs_return=lines.back(FACILITY_C), fws_out=out)


def start() -> SimpleNamespace:
    at = np.full(1, START_C)
    return SimpleNamespace(die=at[:, None], plate=at[:, None], manifold=at, tcs_supply=at, tcs_return=at, fws_out=at)


def run(p: Parameters, seconds: np.ndarray, power: np.ndarray, pump: np.ndarray, rack_flow: np.ndarray) -> dict[str, np.ndarray]:
    """The closed loop from rest: rack in and out, facility out, case [degC] and valve position at every second."""
    state, integral, position = start(), np.ones(1), np.ones(1)
    rows = [(START_C, START_C, START_C, START_C, 1.0)]
    for k in range(1, len(seconds)):
        position, integral = pi(VALVE, integral, position, state.tcs_supply - SET_C, DT_S)
        state = advance(p, state, power[k], pump[k], rack_flow[k], facility_flow(position))
        rows.append((state.tcs_supply[0], state.manifold[0], state.fws_out[0], state.plate[0, 0], position[0]))
    return dict(zip(("rack_in", "rack_out", "fws_out", "case", "valve"), np.array(rows).T, strict=True))
