"""What a future shows: columns by asset class at moments, the very names of `config.classes`."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from twin.physics.elementwise import ratio
from twin.plant import demand, nodes
from twin.plant.demand import cooler_power, tower_power
from twin.plant.machines import Targets
from twin.plant.stocks import Stocks
from twin.plant.supply import floor
from twin.plant.supply_types import SupplyFlows, SupplyState
from twin.plant.types import Parameters, State
from twin.whatif.ground import Ground
from twin.whatif.motion import Seen

Array = np.ndarray
Rows = Mapping[str, Array]


@dataclass(frozen=True, slots=True)
class Trajectory:
    """`values["cdu.tcs_supply_c"]` is [n, C] SI at `seconds` [n] after the start; what is no column of a class is named in `rows`."""

    seconds: Array
    values: Rows
    last: State  # the plant at the end

    def __getitem__(self, name: str) -> Array:
        return self.values[name]


def joined(seconds: Sequence[Array], blocks: Sequence[Rows], last: State) -> Trajectory:
    """One table of the rows of many blocks."""
    return Trajectory(np.concatenate(seconds), {name: np.concatenate([b[name] for b in blocks]) for name in blocks[0]}, last)


def rack_power(t: Targets, seen: Seen) -> Array:
    """[n, R] W."""
    return seen.shown.gpu + (t.other_power + t.air_power) * t.rack_powered


def asked(g: Ground, t: Targets, seen: Seen) -> Array:
    """Loads [n, X] W of every group of consumers."""
    f = seen.shown.loops
    lifts = demand.Lifts(f["heatpump_power"], f["chiller_power"])
    return demand.drawn(g.p, g.supply, rack_power(t, seen), seen.shown.cdus["pump"], seen.inputs, lifts)


def rows(g: Ground, p: Parameters, t: Targets, wanted: Targets, seen: Seen) -> dict[str, Array]:
    """Columns of racks, CDUs and loops; `wanted` are the targets before a lack of power."""
    return _racks(g, p, t, wanted, seen) | _cdus(seen) | _loops(g, seen)


def _racks(g: Ground, p: Parameters, t: Targets, wanted: Targets, seen: Seen) -> dict[str, Array]:
    hottest, would = seen.shown.hottest, wanted.gpu_power.sum(-1)
    return {"rack.gpu_max_c": hottest, "rack.gpu_margin_k": p.leaves.throttle - hottest, "rack.power_kw": rack_power(t, seen),
            "rack.lost": np.clip(1.0 - ratio(seen.shown.gpu, would), 0.0, 1.0) * (would > 0.0)}


def _cdus(seen: Seen) -> dict[str, Array]:
    c, x = seen.shown.cdus, seen.shown.cdu_machines
    return {"cdu.tcs_supply_c": c["tcs_supply"], "cdu.tcs_return_c": c["tcs_return"], "cdu.tcs_flow_lpm": c["tcs_flow"], "cdu.fws_flow_lpm": c["fws_flow"],
            "cdu.heat_kw": c["heat"], "cdu.power_kw": c["pump"], "cdu.valve_pct": x["valve"], "cdu.speed_pct": x["cdu_speed"], "cdu.dp_kpa": seen.cdu_dp}


def _loops(g: Ground, seen: Seen) -> dict[str, Array]:
    core, f, x = seen.shown.core, seen.shown.loops, seen.shown.loop_machines
    sold = f["district"] + f["heatpump_source"] + f["heatpump_power"]
    return {"loop.supply_c": core[..., nodes.SUPPLY], "loop.return_c": core[..., nodes.PLANT_IN], "loop.air_c": core[..., nodes.AIR],
            "loop.flow_lpm": f["flow"], "loop.dp_kpa": seen.loop_dp, "loop.effort": x["fan"], "loop.pump_speed": x["pump_speed"],
            "loop.pumps": x["pumps_on"], "loop.pump_w": f["pump"], "loop.fan_w": cooler_power(g.p.core, seen.inputs) + tower_power(g.p.core, seen.inputs),
            "loop.district_w": f["district"], "loop.heatpump_w": f["heatpump_source"] + f["heatpump_power"], "loop.heatpump_electric_w": f["heatpump_power"], "loop.chiller_electric_w": f["chiller_power"],
            "loop.rejected_w": f["cooler"] + f["tower"] + f["chiller"], "loop.sold_w": sold, "loop.stored_w": f["stored"],
            "loop.residual": np.abs(f["residual"]) / np.maximum(f["throughput"], 1.0)}


def stocked(before: Stocks, after: Stocks, share: Array) -> dict[str, Array]:
    """Levels and pressures at shares [n] of the way from one moment to the next."""
    s = share[:, None]
    return {"cdu.level_pct": before.level + s * (after.level - before.level), "loop.pressure_kpa": before.pressure + s * (after.pressure - before.pressure)}


def electric(g: Ground, e: SupplyFlows, fed: SupplyState, health: Array, *lead: int) -> dict[str, Array]:
    """Columns of the supply [*lead, F]; `e` has rows, or is the one block's."""
    usable = np.maximum(fed.battery - floor(g.supply, health), 0.0) / g.supply.battery
    out = {"feed.power_kw": e.feed, "feed.loss_kw": e.loss, "feed.transformer_over": e.transformer_over, "genset.power_kw": e.genset,
           "genset.over": e.genset_over, "ups.charge_pct": fed.battery / g.supply.battery, "ups.usable": usable, "ups.power_out_kw": e.ups_out,
           "ups.over": e.ups_over, "ups.battery_w": e.battery, "power.powered": e.powered}
    return {k: np.broadcast_to(v, (*lead, np.shape(v)[-1])) for k, v in out.items()}


def totals(r: Rows) -> dict[str, Array]:
    """Columns of the site [n] from those of its parts."""
    return {"site.it_kw": r["rack.power_kw"].sum(-1), "site.facility_kw": (r["feed.power_kw"] + r["genset.power_kw"] + r["ups.battery_w"]).sum(-1),
            "site.loss_kw": r["feed.loss_kw"].sum(-1), "site.sold_kw": r["loop.sold_w"].sum(-1), "site.rejected_kw": r["loop.rejected_w"].sum(-1),
            "site.stored_kw": r["loop.stored_w"].sum(-1), "site.gpu_max_c": r["rack.gpu_max_c"].max(-1)}
