"""Racks and CDUs of one loop compiled: `twin.plant.cdu` as scalar loops, without calls that would pass arrays."""
from __future__ import annotations

from numba import njit

from twin.plant.compiled_formulas import capacity_flow, counterflow


@njit(error_model="numpy")
def cdu_lines(loop, dt, wires, cdus, racks, nodes, work):
    """Lines of every CDU of a loop; returns of all of them heat at [W], slope [W/K], water flow [m3/s] and heat to air [W]."""
    heat_at, heat_slope, flow, air = 0.0, 0.0, 0.0, 0.0
    for c in range(wires.cdu_first[loop], wires.cdu_first[loop + 1]):
        kr, ks = cdus.return_capacity[c] / dt, cdus.supply_capacity[c] / dt
        c_tcs, rack_at, rack_slope = 0.0, 0.0, 0.0
        for r in range(wires.rack_first[c], wires.rack_first[c + 1]):
            c_rack = capacity_flow(racks.flow[r])
            store = racks.manifold[r] / dt
            over = 1.0 / (store + c_rack)
            at = (store * nodes.manifold[r] + racks.other[r] + nodes.a[r]) * over
            slope = (c_rack - nodes.b[r]) * over
            work.manifold_at[r], work.manifold_slope[r] = at, slope
            c_tcs += c_rack
            rack_at += c_rack * at
            rack_slope += c_rack * slope
            air += racks.air[r]
        g = counterflow(cdus.ua[c], c_tcs, capacity_flow(cdus.fws_flow[c]))
        back_at = (kr * nodes.tcs_return[c] + rack_at) / (kr + c_tcs)
        back_slope = rack_slope / (kr + c_tcs)
        total = ks + c_tcs - (c_tcs - g) * back_slope
        at, slope = (ks * nodes.tcs_supply[c] + (c_tcs - g) * back_at + cdus.pump[c]) / total, g / total
        work.supply_at[c], work.supply_slope[c] = at, slope
        back_at, back_slope = back_at + back_slope * at, back_slope * slope
        work.back_at[c], work.back_slope[c] = back_at, back_slope
        work.heat_at[c], work.heat_slope[c] = g * back_at, g * (back_slope - 1.0)
        heat_at += g * back_at
        heat_slope += g * (back_slope - 1.0)
        flow += max(cdus.fws_flow[c], 0.0)
    return heat_at, heat_slope, flow, air


@njit(error_model="numpy")
def cdu_ends(loop, arriving, wires, cdus, racks, nodes, work):
    """CDUs and manifolds at the end of the step; returns the heat [J] their capacities took up and the power [W] into them."""
    stored, entered = 0.0, 0.0
    for c in range(wires.cdu_first[loop], wires.cdu_first[loop + 1]):
        supply = work.supply_at[c] + work.supply_slope[c] * arriving
        back = work.back_at[c] + work.back_slope[c] * arriving
        stored += cdus.supply_capacity[c] * (supply - nodes.tcs_supply[c]) + cdus.return_capacity[c] * (back - nodes.tcs_return[c])
        entered += cdus.pump[c]
        nodes.tcs_supply[c], nodes.tcs_return[c] = supply, back
        cdus.heat[c] = work.heat_at[c] + work.heat_slope[c] * arriving
        for r in range(wires.rack_first[c], wires.rack_first[c + 1]):
            leaving = work.manifold_at[r] + work.manifold_slope[r] * supply
            stored += racks.manifold[r] * (leaving - nodes.manifold[r])
            entered += racks.other[r] + racks.air[r]
            nodes.manifold[r] = leaving
            work.inlet[r] = supply
    return stored, entered
