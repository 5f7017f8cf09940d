"""What a future shows: columns by asset class at moments, the very names of `config.classes`."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twin.physics.machines import affinity_power
from twin.plant import nodes
from twin.plant.power import loads
from twin.plant.stocks import Stocks
from twin.plant.supply import floor
from twin.plant.supply_types import SupplyFlows, SupplyState
from twin.plant.types import Flows, Inputs, Parameters, State
from twin.whatif.ground import Ground
from twin.whatif.motion import Moved

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Trajectory:
    """`values["cdu.tcs_supply_c"]` is [n, C] SI at `seconds` [n] after the start; what is no column of a class is named in `row`."""

    seconds: Array
    values: Mapping[str, Array]
    last: State  # the plant at the end

    def __getitem__(self, name: str) -> Array:
        return self.values[name]


def table(g: Ground, seconds: Array, rows: Sequence[Mapping[str, Array]], last: State) -> Trajectory:
    return Trajectory(seconds, {name: np.stack([r[name] for r in rows]) for name in rows[0]}, last)


def cooler_power(g: Ground, u: Inputs) -> Array:
    """Fans of dry coolers [L] W."""
    return affinity_power(u.cooler_fan, g.p.core.cooler_fan * u.cooler_on)


def tower_power(g: Ground, u: Inputs) -> Array:
    """Fans and tower-water pumps [L] W."""
    c = g.p.core
    flow = np.divide(u.tower_flow, c.tower_flow, out=np.zeros_like(c.tower_flow), where=c.tower_flow > 0)
    return affinity_power(u.tower_fan, c.tower_fan * u.tower_cells) + affinity_power(flow, c.tower_pump)


def rack_power(u: Inputs) -> Array:
    """[R] W."""
    return u.gpu_power.sum(-1) + u.other_power + u.air_power


def asked(g: Ground, u: Inputs, f: Flows) -> Array:
    """Loads [X] W of every group of consumers."""
    return loads(g.supply, rack_power(u), cdu=g.p.wiring.cdus_to_loops(u.cdu_pump), pump=u.loop_pump, air_fan=u.air_fan,
                 cooler=cooler_power(g, u), tower=tower_power(g, u),
                 chiller=f.chiller_power, heat_pump=f.heatpump_power)


def row(g: Ground, p: Parameters, m: Moved, e: SupplyFlows, fed: SupplyState, held: Stocks, health: Array) -> dict[str, Array]:
    """Columns at the end of a block."""
    return _racks(p, m) | _cdus(g, m, held) | _loops(g, m, held) | _electric(g, e, fed, health) | _site(m, e)


def _racks(p: Parameters, m: Moved) -> dict[str, Array]:
    hottest = m.state.die.max(-1)
    return {"rack.gpu_max_c": hottest, "rack.gpu_margin_k": p.leaves.throttle - hottest, "rack.power_kw": rack_power(m.inputs),
            "rack.flow_lpm": m.inputs.rack_flow, "rack.return_c": m.state.manifold,
            "rack.throttled": ((m.machines.throttle < 0.999) | (m.machines.off > 0)).sum(-1) * 1.0, "rack.off": m.machines.off.sum(-1)}


def _cdus(g: Ground, m: Moved, held: Stocks) -> dict[str, Array]:
    w = g.p.wiring
    return {"cdu.tcs_supply_c": m.state.tcs_supply, "cdu.tcs_return_c": m.state.tcs_return, "cdu.tcs_flow_lpm": w.racks_to_cdus(m.inputs.rack_flow),
            "cdu.fws_flow_lpm": m.inputs.fws_flow, "cdu.heat_kw": m.flows.cdu_heat, "cdu.power_kw": m.inputs.cdu_pump,
            "cdu.valve_pct": m.machines.valve, "cdu.speed_pct": m.machines.cdu_speed, "cdu.dp_kpa": m.pumped.cdu_dp, "cdu.level_pct": held.level}


def _loops(g: Ground, m: Moved, held: Stocks) -> dict[str, Array]:
    core, u, f = m.state.core, m.inputs, m.flows
    fans = cooler_power(g, u) + tower_power(g, u)
    return {"loop.supply_c": core[:, nodes.SUPPLY], "loop.return_c": core[:, nodes.PLANT_IN], "loop.air_c": core[:, nodes.AIR],
            "loop.flow_lpm": g.p.wiring.cdus_to_loops(u.fws_flow) + u.air_flow, "loop.dp_kpa": m.pumped.loop_dp, "loop.pressure_kpa": held.pressure,
            "loop.effort": m.machines.fan, "loop.pump_speed": m.machines.pump_speed, "loop.pumps": m.machines.pumps_on,
            "loop.pump_w": u.loop_pump, "loop.fan_w": fans, "loop.district_w": f.district, "loop.heatpump_w": f.heatpump_source + f.heatpump_power,
            "loop.heatpump_electric_w": f.heatpump_power, "loop.heatpump_load": u.heatpump_load, "loop.rejected_w": f.cooler + f.tower + f.chiller,
            "loop.stored_w": f.stored, "loop.residual_w": f.residual}


def _electric(g: Ground, e: SupplyFlows, fed: SupplyState, health: Array) -> dict[str, Array]:
    usable = np.maximum(fed.battery - floor(g.supply, health), 0.0) / g.supply.battery
    return {"feed.power_kw": e.feed, "feed.loss_kw": e.loss, "feed.transformer_over": e.transformer_over, "genset.power_kw": e.genset,
            "genset.over": e.genset_over, "ups.charge_pct": fed.battery / g.supply.battery, "ups.usable": usable, "ups.power_out_kw": e.ups_out,
            "ups.on": e.ups_on, "ups.over": e.ups_over, "ups.battery_w": e.battery, "power.powered": e.powered}


def _site(m: Moved, e: SupplyFlows) -> dict[str, Array]:
    f = m.flows
    return {"site.it_kw": rack_power(m.inputs).sum(), "site.facility_kw": (e.feed + e.genset + e.battery).sum(), "site.loss_kw": e.loss.sum(),
            "site.sold_kw": (f.district + f.heatpump_source + f.heatpump_power).sum(), "site.rejected_kw": (f.cooler + f.tower + f.chiller).sum(),
            "site.stored_kw": f.stored.sum(), "site.gpu_max_c": m.state.die.max()}
