"""The plant as designed: inputs that hold the set points at a given load and weather, and the steady state they lead to.

Used to start the twin before the first reading, to fill what no sensor reports, and as the ground of every what-if.
"""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.equipment import IDLE_REST
from twin.physics.elementwise import ratio
from twin.physics.water import VOLUMETRIC, capacity_flow
from twin.plant import district, nodes, pipe
from twin.plant.cdu import exchanger
from twin.plant.design import AIR_COIL_RISE, SINK_LIFT, Design
from twin.plant.facility import conductances
from twin.plant.leaves import carried
from twin.plant.step import step
from twin.plant.types import Inputs, Parameters, State

Array = np.ndarray
TOWER_APPROACH_K = 1.5  # facility water behind the tower exchangers over the tower water


def operate(p: Parameters, d: Design, state: State, load: float | Array, dry_bulb: float, wet_bulb: float,
            hour: float | None = None) -> Inputs:
    """Inputs that a plant with well-tuned controllers would show in this state, at this share of load [0..1], any weather; hour is local, 0 .. 24."""
    w, n_loops = p.wiring, len(d.fws_supply)
    load = np.broadcast_to(np.asarray(load, dtype=float), d.gpu_max.shape)
    rest = IDLE_REST + (1.0 - IDLE_REST) * load
    gpu = (d.gpu_idle + (d.gpu_max - d.gpu_idle) * load)[..., None] * np.ones_like(p.leaves.plate_factor)
    air = w.racks_to_loops(d.air * rest)
    wanted = np.clip(district.demand(d, dry_bulb, hour), 0.0, 1.0)
    inputs = Inputs(
        gpu_power=gpu,
        other_power=d.other * rest,
        air_power=d.air * rest,
        rack_flow=p.leaves.rated_flow.copy(),
        fws_flow=p.cdus.rated_fws.copy(),
        cdu_pump=p.cdus.pump_power.copy(),
        loop_pump=p.core.pump_power.copy(),
        air_flow=air / (VOLUMETRIC * AIR_COIL_RISE),
        air_fan=d.air_fan * np.clip(w.racks_to_loops(rest) / np.bincount(w.rack_loop), 0, 1),
        heatpump_load=wanted,
        sink_out=district.supply_temperature(d, dry_bulb, hour) + SINK_LIFT,
        dh_return=district.return_temperature(d, dry_bulb, hour),
        dh_flow=district.flow(d, dry_bulb, hour),
        cooler_fan=np.full(n_loops, 0.5),
        cooler_on=np.ones(n_loops),
        chiller_load=np.zeros(n_loops),
        tank_share=np.ones(n_loops),
        tower_fan=np.full(n_loops, 0.7),
        tower_cells=np.ones(n_loops),
        tower_flow=p.core.tower_flow * 0.8,
        ehx_on=np.ones(n_loops),
        dry_bulb=np.full(n_loops, float(dry_bulb)),
        wet_bulb=np.full(n_loops, float(wet_bulb)),
        pads_wet=np.zeros(n_loops),
        make_up=np.zeros(n_loops),
    )
    return hold(p, d, state, inputs)


def hold(p: Parameters, d: Design, state: State, inputs: Inputs) -> Inputs:
    """Every controller at the position that holds its set point in this state."""
    return hold_chillers(p, d, state, hold_fans(p, d, state, hold_heatpump(p, d, state, hold_valves(p, d, state, inputs))))


def hold_valves(p: Parameters, d: Design, state: State, inputs: Inputs) -> Inputs:
    """Facility flow of each CDU that holds its supply set point: bisection on the exchanger, within 3 .. 110 % of rating."""
    c_tcs = p.wiring.racks_to_cdus(carried(p.leaves, inputs.rack_flow))
    heat = p.wiring.racks_to_cdus(inputs.gpu_power.sum(-1) + inputs.other_power) + inputs.cdu_pump
    arriving = state.core[..., p.wiring.cdu_loop, nodes.HALL_IN]
    wanted = heat / np.maximum(d.tcs_supply + heat / np.maximum(c_tcs, 1.0) - arriving, 0.5)
    low, high = 0.03 * p.cdus.rated_fws, 1.1 * p.cdus.rated_fws
    for _ in range(30):
        middle = 0.5 * (low + high)
        enough = exchanger(p.cdus, c_tcs, middle) > wanted
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return replace(inputs, fws_flow=0.5 * (low + high))


def hold_heatpump(p: Parameters, d: Design, state: State, inputs: Inputs) -> Inputs:
    """Heat-pump load that does not cool the facility water below its set point."""
    main = capacity_flow(p.wiring.cdus_to_loops(inputs.fws_flow) + inputs.air_flow)
    room = main * np.maximum(state.core[..., nodes.DISTRICT] - d.fws_supply, 0.0)
    most = ratio(room, p.core.heatpump_source)
    return replace(inputs, heatpump_load=np.minimum(inputs.heatpump_load, most))


def hold_fans(p: Parameters, d: Design, state: State, inputs: Inputs) -> Inputs:
    """Fan speeds that bring the water to the facility set point, 0 .. 1, by bisection on the conductance to air.

    Pads are wetted where full speed does not reach it; coolers that would warm the water are passed by where chillers follow.
    """
    hot = state.core[..., nodes.HEATPUMP]
    full = replace(inputs, cooler_fan=np.ones_like(hot), tower_fan=np.ones_like(hot), pads_wet=np.zeros_like(hot))
    wet = (p.core.cooler_pads > 0) & (rejected_to(p, d, state, full) > d.fws_supply)
    inputs = replace(inputs, pads_wet=wet.astype(float))
    low, high = -np.ones_like(hot), np.ones_like(hot)
    for _ in range(21):
        middle = 0.5 * (low + high)
        more = rejected_to(p, d, state, rejecting(inputs, middle)) > d.fws_supply
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    passed_by = (p.core.chiller_rated > 0) & (conductances(p, state, inputs, 1.0).air_in >= hot)
    return rejecting(inputs, np.where(passed_by, -1.0, high))


def rejecting(inputs: Inputs, effort: Array) -> Inputs:
    """Coolers and tower at an effort [..., L]: fan speed above 0, below it the share of the water that passes them by."""
    fan, through = np.maximum(effort, 0.0), 1.0 + np.minimum(effort, 0.0)
    return replace(inputs, cooler_fan=fan, tower_fan=fan, cooler_on=through, tower_cells=through)


def rejected_to(p: Parameters, d: Design, state: State, inputs: Inputs) -> Array:
    """Temperature [..., L] degC of the facility water behind the coolers or the tower."""
    hot, back = state.core[..., nodes.HEATPUMP], state.core[..., nodes.TOWER_RETURN]
    g = conductances(p, state, inputs, 1.0)
    cold = hot - g.cooler * (hot - g.air_in) / np.maximum(g.loop, 1.0)
    tower = back - g.tower * (back - inputs.wet_bulb) / np.maximum(g.tower_flow, 1.0)
    return np.where(d.has_tower, tower + TOWER_APPROACH_K, cold)


def hold_chillers(p: Parameters, d: Design, state: State, inputs: Inputs) -> Inputs:
    """Chiller load that takes what the coolers leave above the set point."""
    main = capacity_flow(p.wiring.cdus_to_loops(inputs.fws_flow) + inputs.air_flow)
    short = main * np.maximum(rejected_to(p, d, state, inputs) - d.fws_supply, 0.0)
    return replace(inputs, chiller_load=np.minimum(ratio(short, p.core.chiller_rated), 1.0))


def first_guess(p: Parameters, d: Design) -> State:
    """Every node at the temperature its loop's set points suggest."""
    gpus = p.leaves.plate_factor.shape[-1]
    supply = d.tcs_supply[p.wiring.rack_cdu]
    core = np.repeat(d.fws_supply[:, None] + 2.0, nodes.N, axis=1)
    hot = np.repeat((supply + 15.0)[:, None], gpus, axis=1)
    mains = np.repeat(np.repeat(d.fws_supply[:, None, None] + 2.0, 2, axis=1), pipe.CELLS, axis=2)
    return State(hot + 10.0, hot, supply + 8.0, d.tcs_supply.copy(), d.tcs_supply + 8.0, core, mains)


def settle(p: Parameters, d: Design, load: float, dry_bulb: float, wet_bulb: float, rounds: int = 60) -> tuple[State, Inputs]:
    """Steady state of the designed plant: long implicit steps while the controllers find their positions."""
    state = first_guess(p, d)
    inputs = operate(p, d, state, load, dry_bulb, wet_bulb)
    wanted = np.clip(district.demand(d, dry_bulb), 0.0, 1.0)
    for _ in range(rounds):
        state, _ = step(p, state, inputs, 300.0)
        inputs = hold(p, d, state, replace(inputs, heatpump_load=wanted))
    return state, inputs
