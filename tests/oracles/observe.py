"""From state, inputs and heat flows to the columns of every class: what a perfect sensor at each place would show."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from config.classes import CLASSES
from twin.engine.latest import Latest
from twin.engine.model import Model
from twin.estimate.sheet import Sheet, written
from twin.kpi.indicators import erf, pue
from twin.physics.water import capacity_flow
from twin.plant import nodes
from twin.plant.demand import Lifts, asked, cooler_power, rack_power, tower_power
from twin.plant.facility import tower_water
from twin.plant.power import feed_flows
from twin.plant.supply_types import SupplyFlows
from twin.plant.types import Flows, Inputs, State

Array = np.ndarray
Columns = dict[str, Array]


@dataclass(frozen=True, slots=True)
class Moment:
    """One solved step, ready to be shown."""

    model: Model
    latest: Latest
    state: State
    inputs: Inputs
    flows: Flows

    def core(self, cls: str, node: int) -> Array:
        return self.state.core[self.model.loop_of[cls], node]

    def loop(self, cls: str, per_loop: Array) -> Array:
        return per_loop[self.model.loop_of[cls]]


def observe(m: Moment) -> Sheet:
    """Values of every class, [rows, columns] SI; what is not modelled shows its newest reading."""
    power = _power(m)
    shown = {cls: columns(m) for cls, columns in _PLANT.items() if m.model.rows[cls]} | {
        "feed": {"power_kw": power.feed, "loss_kw": power.loss},
        "ups": {"power_in_kw": power.ups_in, "power_out_kw": power.ups_out, "load_pct": power.ups_out / m.model.feeds.ups_rating,
                "loss_kw": power.ups_in - power.ups_out},
        "site": _site(m, power),
    }
    out = m.model.shown.full(np.nan)
    out.flat[m.model.measured_at] = m.latest.values.flat
    return written(out, shown)


def _rack(m: Moment) -> Columns:
    cdu = m.model.parameters.wiring.rack_cdu
    i, hottest = m.inputs, m.state.die.max(-1)
    return {
        "supply_c": m.state.tcs_supply[cdu], "return_c": m.state.manifold, "flow_lpm": i.rack_flow,
        "power_kw": rack_power(i),
        "liquid_kw": m.flows.rack_liquid, "air_kw": i.air_power, "gpu_max_c": hottest,
        "gpu_mean_c": m.state.die.mean(-1), "gpu_margin_k": m.model.parameters.leaves.throttle - hottest,
    }


def _cdu(m: Moment) -> Columns:
    w, s = m.model.parameters.wiring, m.state
    arriving = s.core[w.cdu_loop, nodes.HALL_IN]
    c = capacity_flow(m.inputs.fws_flow)
    rise = np.divide(m.flows.cdu_heat, c, out=np.zeros_like(c), where=c > 1.0)
    return {
        "tcs_supply_c": s.tcs_supply, "tcs_return_c": s.tcs_return, "tcs_flow_lpm": w.racks_to_cdus(m.inputs.rack_flow),
        "fws_supply_c": arriving, "fws_return_c": arriving + rise, "fws_flow_lpm": m.inputs.fws_flow,
        "power_kw": m.inputs.cdu_pump, "heat_kw": m.flows.cdu_heat, "approach_k": s.tcs_supply - arriving,
    }


def _loop(m: Moment) -> Columns:
    w = m.model.parameters.wiring
    flow = w.cdus_to_loops(m.inputs.fws_flow) + m.inputs.air_flow
    heat = w.cdus_to_loops(m.flows.cdu_heat) + m.flows.air_heat
    return {"supply_c": m.core("loop", nodes.SUPPLY), "return_c": m.core("loop", nodes.PLANT_IN), "flow_lpm": m.loop("loop", flow),
            "air_c": m.core("loop", nodes.AIR), "heat_kw": m.loop("loop", heat)}


def _tank(m: Moment) -> Columns:
    layers = m.state.core[m.model.loop_of["tank"]][:, [nodes.INDEX[n] for n in nodes.TANK]]
    hot, cold = m.core("tank", nodes.PLANT_IN), m.loop("tank", m.model.design.fws_supply)
    charge = (hot - layers.mean(-1)) / np.maximum(hot - cold, 1.0)
    return {"top_c": layers[:, 0], "bottom_c": layers[:, -1], "charge_pct": np.clip(charge, 0.0, 1.0)}


def _cooler(m: Moment) -> Columns:
    out = m.core("cooler", nodes.REJECTION)
    return {"in_c": m.core("cooler", nodes.HEATPUMP), "out_c": out, "fan_pct": m.loop("cooler", m.inputs.cooler_fan),
            "power_kw": m.loop("cooler", cooler_power(m.model.parameters.core, m.inputs)), "heat_kw": m.loop("cooler", m.flows.cooler),
            "approach_k": out - m.loop("cooler", m.inputs.dry_bulb)}


def _tower(m: Moment) -> Columns:
    supply = m.core("tower", nodes.TOWER_SUPPLY)
    water = tower_water(m.model.parameters.core, m.inputs, m.flows.tower, m.state.core[:, nodes.TOWER_SUPPLY])
    return {"supply_c": supply, "return_c": m.core("tower", nodes.TOWER_RETURN), "flow_lpm": m.loop("tower", m.inputs.tower_flow),
            "fan_pct": m.loop("tower", m.inputs.tower_fan), "power_kw": m.loop("tower", tower_power(m.model.parameters.core, m.inputs)),
            "heat_kw": m.loop("tower", m.flows.tower), "approach_k": supply - m.loop("tower", m.inputs.wet_bulb),
            "water_lph": m.loop("tower", water)}


def _heatpump(m: Moment) -> Columns:
    source, power = m.flows.heatpump_source, m.flows.heatpump_power
    heat = source + power
    cop = np.divide(heat, power, out=np.full_like(power, np.nan), where=power > 1.0)
    return {"source_in_c": m.core("heatpump", nodes.DISTRICT), "source_out_c": m.core("heatpump", nodes.HEATPUMP),
            "load_pct": m.loop("heatpump", m.inputs.heatpump_load), "power_kw": m.loop("heatpump", power),
            "heat_kw": m.loop("heatpump", heat), "cop_ratio": m.loop("heatpump", cop)}


def _district(m: Moment) -> Columns:
    c = capacity_flow(m.inputs.dh_flow)
    leaving = m.inputs.dh_return + np.divide(m.flows.district, c, out=np.zeros_like(c), where=c > 1.0)
    boost = m.flows.heatpump_source + m.flows.heatpump_power  # the network's water passes the plate, then the heat pump
    supply = leaving + np.divide(boost, c, out=np.zeros_like(c), where=c > 1.0)
    arriving = m.core("district", nodes.PLANT_IN)
    return {"in_c": arriving, "out_c": m.core("district", nodes.DISTRICT), "dh_supply_c": m.loop("district", supply),
            "dh_return_c": m.loop("district", m.inputs.dh_return), "dh_flow_lpm": m.loop("district", m.inputs.dh_flow),
            "heat_kw": m.loop("district", m.flows.district), "approach_k": arriving - m.loop("district", leaving)}


def _pump(m: Moment) -> Columns:
    return {"power_kw": m.loop("pump", m.inputs.loop_pump)}


_PLANT: Mapping[str, Callable[[Moment], Columns]] = {
    "rack": _rack, "cdu": _cdu, "loop": _loop, "pump": _pump, "tank": _tank, "cooler": _cooler, "tower": _tower, "heatpump": _heatpump, "district": _district}


def _power(m: Moment) -> SupplyFlows:
    column = CLASSES["feed"].column("closed_on")
    closed = np.nan_to_num(m.latest.values["feed"][:, column], nan=1.0)
    compressors = Lifts(m.flows.heatpump_power, m.flows.chiller_power)
    return feed_flows(m.model.feeds, closed, asked(m.model.parameters, m.model.feeds, m.inputs, compressors))


def _site(m: Moment, power: SupplyFlows) -> Columns:
    i, f = m.inputs, m.flows
    it = rack_power(i).sum(-1)
    facility, loss = power.feed.sum(-1), power.loss.sum(-1)
    sold = (f.district + f.heatpump_source + f.heatpump_power).sum(-1)
    margin = m.model.parameters.leaves.throttle - m.state.die.max(-1)
    return {
        "it_kw": it, "facility_kw": facility, "cooling_kw": facility - it - loss - m.model.feeds.base, "loss_kw": loss, "sold_kw": sold,
        "rejected_kw": (f.cooler + f.tower + f.chiller).sum(-1), "stored_kw": f.stored.sum(-1), "pue_ratio": pue(facility, it),
        "erf_ratio": erf(sold, facility), "gpu_max_c": m.state.die.max(), "gpu_margin_k": margin.min(),
        "audit_ratio": np.max(np.abs(f.residual) / np.maximum(f.throughput, 1.0)),
    }
