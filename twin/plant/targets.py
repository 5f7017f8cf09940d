"""Targets of the designed plant at a load and in a weather: everything healthy, everything powered."""
from __future__ import annotations

import numpy as np

from config.equipment import IDLE_REST
from twin.plant import district
from twin.plant.design import SINK_LIFT, Design
from twin.plant.machines import Machinery, Targets
from twin.plant.types import Parameters

Array = np.ndarray


def targets(p: Parameters, m: Machinery, d: Design, load: float | Array, dry_bulb: float, wet_bulb: float,
            hour: float | None = None) -> Targets:
    """Targets at share of load [0..1] (one number or [R]), outdoor temperatures [degC] and local hour 0 .. 24."""
    loops, cdus, racks = d.fws_supply.shape, d.tcs_supply.shape, d.gpu_max.shape
    load = np.broadcast_to(np.asarray(load, dtype=float), racks)
    rest = IDLE_REST + (1.0 - IDLE_REST) * load

    def ones(shape: tuple[int, ...]) -> Array:
        return np.ones(shape)

    return Targets(
        gpu_power=(d.gpu_idle + (d.gpu_max - d.gpu_idle) * load)[..., None] * np.ones_like(p.leaves.plate_factor),
        other_power=d.other * rest,
        air_power=d.air * rest,
        air_fan=d.air_fan.copy(),
        dry_bulb=np.full(loops, float(dry_bulb)),
        wet_bulb=np.full(loops, float(wet_bulb)),
        fws_supply=d.fws_supply,
        tcs_supply=d.tcs_supply,
        loop_dp=m.loop_dp,
        cdu_dp=m.cdu_dp,
        heatpump=np.clip(district.demand(d, dry_bulb, hour), 0.0, 1.0),
        sink_out=district.supply_temperature(d, dry_bulb, hour) + SINK_LIFT,
        dh_return=district.return_temperature(d, dry_bulb, hour),
        dh_flow=district.flow(d, dry_bulb, hour),
        rack_powered=ones(racks), cdu_powered=ones(cdus), loop_powered=ones(loops), fan_powered=ones(loops), heatpump_powered=ones(loops),
        chiller_powered=ones(loops),
        cdu_pumps=m.cdu_pumps.copy(), loop_pumps=m.loop_pumps.copy(), pumps_least=ones(loops), pumps_most=m.loop_pumps.copy(),
        fans_able=ones(loops),
        cdu_head=ones(cdus), filter=ones(cdus), valve_stuck=np.full(cdus, np.nan),
        cdu_speed_manual=np.full(cdus, np.nan), pump_speed_manual=np.full(loops, np.nan), fan_manual=np.full(loops, np.nan),
        chiller=ones(loops), make_up=np.zeros(loops), tank_share=ones(loops), tower_flow=p.core.tower_flow * 0.8,
    )
