"""Racks and CDUs of one loop compiled: `twin.plant.cdu` as loops over records."""
from __future__ import annotations

from twin.kernels import inner
from twin.plant.cdu import exchanger
from twin.plant.leaves import carried


@inner()
def cdu_lines(loop, dt, plant):
    """Lines of every CDU of a loop; returns of all of them heat at [W], slope [W/K], water flow [m3/s] and heat to air [W]."""
    heat_at, heat_slope, flow, air = 0.0, 0.0, 0.0, 0.0
    for i in range(plant.cdu_first[loop], plant.cdu_first[loop + 1]):
        cdu = plant.cdus[i]
        kr, ks = cdu.return_capacity / dt, cdu.supply_capacity / dt
        c_tcs, rack_at, rack_slope = 0.0, 0.0, 0.0
        for r in range(plant.rack_first[i], plant.rack_first[i + 1]):
            rack = plant.racks[r]
            c_rack, store = carried(rack, rack.flow), rack.manifold / dt
            over = 1.0 / (store + c_rack)
            at = (store * rack.leaving + rack.other + rack.a) * over
            slope = (c_rack - rack.b) * over
            rack.at, rack.slope = at, slope
            c_tcs += c_rack
            rack_at += c_rack * at
            rack_slope += c_rack * slope
            air += rack.air
        g = _held_exchanger(cdu, c_tcs)
        back_at = (kr * cdu.tcs_return + rack_at) / (kr + c_tcs)
        back_slope = rack_slope / (kr + c_tcs)
        total = ks + c_tcs - (c_tcs - g) * back_slope
        at, slope = (ks * cdu.tcs_supply + (c_tcs - g) * back_at + cdu.pump) / total, g / total
        cdu.supply_at, cdu.supply_slope = at, slope
        back_at, back_slope = back_at + back_slope * at, back_slope * slope
        cdu.back_at, cdu.back_slope = back_at, back_slope
        cdu.heat_at, cdu.heat_slope = g * back_at, g * (back_slope - 1.0)
        heat_at += g * back_at
        heat_slope += g * (back_slope - 1.0)
        flow += max(cdu.fws_flow, 0.0)
    return heat_at, heat_slope, flow, air


@inner()
def _held_exchanger(cdu, c_tcs):
    """Conductance [W/K] of the exchanger, worked out anew where a flow has changed."""
    if c_tcs != cdu.g_tcs or cdu.fws_flow != cdu.g_fws:
        cdu.g, cdu.g_tcs, cdu.g_fws = exchanger(cdu, c_tcs, cdu.fws_flow), c_tcs, cdu.fws_flow
    return cdu.g


@inner()
def cdu_ends(loop, arriving, plant):
    """CDUs and manifolds at the end of the step; returns the heat [J] their capacities took up and the power [W] into them."""
    stored, entered = 0.0, 0.0
    for i in range(plant.cdu_first[loop], plant.cdu_first[loop + 1]):
        cdu = plant.cdus[i]
        supply = cdu.supply_at + cdu.supply_slope * arriving
        back = cdu.back_at + cdu.back_slope * arriving
        stored += cdu.supply_capacity * (supply - cdu.tcs_supply) + cdu.return_capacity * (back - cdu.tcs_return)
        entered += cdu.pump
        cdu.tcs_supply, cdu.tcs_return = supply, back
        cdu.heat = cdu.heat_at + cdu.heat_slope * arriving
        for r in range(plant.rack_first[i], plant.rack_first[i + 1]):
            rack = plant.racks[r]
            leaving = rack.at + rack.slope * supply
            stored += rack.manifold * (leaving - rack.leaving)
            entered += rack.other + rack.air
            rack.leaving, rack.inlet = leaving, supply
    return stored, entered
