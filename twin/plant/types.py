"""Parameters, state and inputs of the plant: three frozen types of arrays.

Axes: L loops (one a hall), C CDUs, R racks, K GPUs of a rack, N core nodes of a loop (twin.plant.nodes). State and inputs may
carry any leading batch axes (scenarios, ensemble members); parameters may too, or none. SI, degC, float64.
"""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Wiring:
    """Who hangs on whom. Racks of a CDU and CDUs of a loop are contiguous."""

    rack_cdu: Array  # [R] int
    cdu_loop: Array  # [C] int
    rack_loop: Array  # [R] int
    cdu_racks: Array  # [C] int, first rack of each CDU
    loop_cdus: Array  # [L] int, first CDU of each loop
    loop_racks: Array  # [L] int, first rack of each loop
    per_cdu: int  # racks of a CDU where all are alike, else 0: sums become reshapes
    per_loop: int  # CDUs of a loop where all are alike, else 0

    def racks_to_cdus(self, x: Array) -> Array:
        """Sum over the racks of each CDU, [..., R] -> [..., C]."""
        if self.per_cdu:
            return x.reshape(*x.shape[:-1], -1, self.per_cdu).sum(-1)
        return np.add.reduceat(x, self.cdu_racks, axis=-1)

    def cdus_to_loops(self, x: Array) -> Array:
        """Sum over the CDUs of each loop, [..., C] -> [..., L]."""
        if self.per_loop:
            return x.reshape(*x.shape[:-1], -1, self.per_loop).sum(-1)
        return np.add.reduceat(x, self.loop_cdus, axis=-1)

    def racks_to_loops(self, x: Array) -> Array:
        """Sum over the racks of each loop, [..., R] -> [..., L]."""
        return np.add.reduceat(x, self.loop_racks, axis=-1)


@dataclass(frozen=True, slots=True)
class Leaves:
    """GPUs and racks."""

    die_capacity: Array  # [R] J/K of one GPU
    plate_capacity: Array  # [R] J/K of one GPU
    die_plate: Array  # [R] W/K of one GPU
    plate_rated: Array  # [R] K/W one cold plate to inlet coolant at rated flow
    plate_base: Array  # [R] K/W the part that no flow removes
    plate_flow: Array  # [R] m3/s rated flow of one cold plate
    plate_exponent: Array  # [R] of the rest, falling with flow
    plate_factor: Array  # [..., R, K] relative conductance of each plate: 1 clean, less blocked
    volumetric: Array  # [R] J/(m3 K) of its coolant
    manifold_capacity: Array  # [R] J/K of the coolant that has passed the plates
    rated_flow: Array  # [R] m3/s
    throttle: Array  # [R] degC
    shutdown: Array  # [R] degC
    restart: Array  # [R] s from power back to GPUs at work


@dataclass(frozen=True, slots=True)
class Cdus:
    ua: Array  # [..., C] W/K at the rated flows
    hot_share: Array  # [C] the coolant film's part of the rated resistance
    volumetric: Array  # [C] J/(m3 K) of its coolant
    weight: Array  # [C] its density over water's
    supply_capacity: Array  # [C] J/K
    return_capacity: Array  # [C] J/K
    rated_tcs: Array  # [C] m3/s
    rated_fws: Array  # [C] m3/s
    pump_power: Array  # [C] W at rated flow


@dataclass(frozen=True, slots=True)
class Core:
    """Facility loop of each hall; parts that a hall lacks have zero conductance."""

    capacity: Array  # [L, N] J/K
    loss: Array  # [L, N] W/K to ambient
    pipe_capacity: Array  # [L] J/K of the water in one main
    pipe_loss: Array  # [L] W/K of one main
    tank_conduction: Array  # [L] W/K between neighbouring layers
    ambient: Array  # [L] degC
    air_ua: Array  # [..., L] W/K fan coils: hall air to supply water
    district_ua: Array  # [..., L] W/K
    heatpump_source: Array  # [L] W rated
    heatpump_efficiency: Array  # [..., L] share of the reversible COP
    heatpump_min_out: Array  # [L] degC source water is never cooled below
    heatpump_cop: Array  # [L] at the rated point, full load
    heatpump_units: Array  # [L] machines, staged
    heatpump_min_load: Array  # [L] of one machine
    cooler_ua: Array  # [..., L] W/K all units, fans at full speed
    cooler_air: Array  # [L] W/K capacity flow of air, all units, full speed
    cooler_fan: Array  # [L] W all fans at full speed
    cooler_pads: Array  # [L] effectiveness of wetted pads, 0 where there are none
    cooler_cycles: Array  # [L] concentration of the pads' water
    chiller_rated: Array  # [L] W trim chillers
    chiller_efficiency: Array  # [L] share of the reversible COP
    chiller_cop: Array  # [L] of heating at the rated point, full load: cooling COP + 1
    chiller_units: Array  # [L]
    chiller_min_load: Array  # [L] of one unit
    ehx_ua: Array  # [..., L] W/K all tower exchangers
    tower_ua: Array  # [..., L] kg/s tower conductance to wet bulb over the slope of saturated enthalpy, all cells, full speed
    tower_fan: Array  # [L] W
    tower_pump: Array  # [L] W at rated flow
    tower_flow: Array  # [L] m3/s rated
    tower_cycles: Array  # [L] concentration of the tower's water
    tower_drift: Array  # [L] share of the flow lost as droplets
    make_up: Array  # [L] degC of the water that replaces what leaks
    pump_power: Array  # [L] W facility pumps at rated flow
    rated_flow: Array  # [L] m3/s


@dataclass(frozen=True, slots=True)
class Parameters:
    wiring: Wiring
    leaves: Leaves
    cdus: Cdus
    core: Core


@dataclass(frozen=True, slots=True)
class State:
    die: Array  # [..., R, K] degC
    plate: Array  # [..., R, K] degC
    manifold: Array  # [..., R] degC, coolant leaving the rack
    tcs_supply: Array  # [..., C] degC
    tcs_return: Array  # [..., C] degC
    core: Array  # [..., L, N] degC
    mains: Array  # [..., L, 2, M] degC, contents of supply and return main from inlet to outlet (twin.plant.pipe)

    def shift(self, **changes: Array) -> State:
        return replace(self, **changes)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What drives the plant during a step: loads, flows, actuators, boundaries. Held over the step."""

    gpu_power: Array  # [..., R, K] W
    other_power: Array  # [..., R] W, rest of the rack's heat to liquid
    air_power: Array  # [..., R] W, rack heat to hall air
    rack_flow: Array  # [..., R] m3/s
    fws_flow: Array  # [..., C] m3/s, facility side of each CDU
    cdu_pump: Array  # [..., C] W, electric, ends in the coolant
    loop_pump: Array  # [..., L] W, electric, ends in the water
    air_flow: Array  # [..., L] m3/s facility water through the fan coils
    air_fan: Array  # [..., L] W
    heatpump_load: Array  # [..., L] share of the rated source heat
    sink_out: Array  # [..., L] degC hot side of the heat pump
    dh_return: Array  # [..., L] degC
    dh_flow: Array  # [..., L] m3/s through the plate exchanger's cold side
    cooler_fan: Array  # [..., L] relative speed
    cooler_on: Array  # [..., L] share of units in service
    chiller_load: Array  # [..., L] share of the rated heat of the trim chillers
    tank_share: Array  # [..., L] share of the main that passes the tank
    tower_fan: Array  # [..., L] relative speed
    tower_cells: Array  # [..., L] share of cells in service
    tower_flow: Array  # [..., L] m3/s
    ehx_on: Array  # [..., L] share of exchangers in service
    dry_bulb: Array  # [..., L] degC
    wet_bulb: Array  # [..., L] degC
    pads_wet: Array  # [..., L] share of the coolers whose pads are wetted
    make_up: Array  # [..., L] m3/s of fresh water into the facility loop, as much as leaves


@dataclass(frozen=True, slots=True)
class Flows:
    """Heat that moved during the step [W], all from the solved temperatures; what enters equals what leaves plus storage."""

    rack_liquid: Array  # [..., R] out of GPUs and the rest of the rack into coolant
    cdu_heat: Array  # [..., C] coolant to facility water
    air_heat: Array  # [..., L] hall air to facility water
    district: Array  # [..., L] sold through the plate exchanger
    heatpump_source: Array  # [..., L] taken from facility water by the heat pump
    heatpump_power: Array  # [..., L] electric
    cooler: Array  # [..., L] to outdoor air by dry coolers
    chiller: Array  # [..., L] taken from facility water by trim chillers
    chiller_power: Array  # [..., L] electric, leaves outdoors with the heat
    ehx: Array  # [..., L] facility to tower water
    tower: Array  # [..., L] tower water to outdoor air
    losses: Array  # [..., L] mains and tank to ambient
    drained: Array  # [..., L] carried off by water that leaks, over the water that replaces it
    stored: Array  # [..., L] into every heat capacity
    residual: Array  # [..., L] what does not balance: round-off only
    throughput: Array  # [..., L] sum of all heat that entered
