"""From a checked site to the plant's parameters: datasheets become conductances and capacities."""
from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from config.equipment import Cdu, Chiller, DryCooler, Exchanger, Rack, Tower
from config.model import Hall, Units
from config.site import Site
from twin.physics import coolant
from twin.physics.exchange import ua_from_rating
from twin.physics.machines import cop_efficiency
from twin.physics.tower import wet_slope_j_kg_k
from twin.physics.water import VOLUMETRIC, capacity
from twin.plant import nodes
from twin.plant.calibrated import calibrated, loops_of
from twin.plant.facility import CONDENSER_K
from twin.plant.types import Cdus, Core, Leaves, Parameters, Wiring

Array = np.ndarray
LPM = 1.0 / 60_000.0  # m3/s
HEADER = 0.3  # m3 of water in a header of the main, for each pump in service (assumption)
SMALL = 0.05  # m3 of water in a node that no datasheet describes
TANK_W_M_K = 2.5  # water 0.64 W/(m K) and steel wall and eddies, four layers of a cube (assumption)
AIR_J_K_RACK = 2.0e5  # hall air and what it touches, a rack's share: 35 m3 of air and 350 kg of steel (assumption)
AMBIENT_C = 22.0  # plant rooms and trenches around the mains (assumption)
MAKE_UP_C = 12.0  # mains water, yearly mean (EN 16147 takes 10 degC)
AIR_RISE = 0.55  # rated air rise of a dry cooler over (water in - air in); V-bank units lie at 0.5 .. 0.6 (assumption)

NO_HEATPUMP = {"heatpump_source": 0.0, "heatpump_efficiency": 0.5, "heatpump_min_out": 0.0, "heatpump_cop": 4.0, "heatpump_units": 1.0,
               "heatpump_min_load": 0.0}
NO_CHILLER = {"chiller_rated": 0.0, "chiller_efficiency": 0.5, "chiller_cop": 4.0, "chiller_units": 1.0, "chiller_min_load": 0.0}


def assemble(site: Site) -> Parameters:
    """Parameters of the whole site; halls are loops, in the order of the site file. The site's factors stand on the datasheets."""
    halls = site.model.halls
    wiring = wire(halls)
    cdus = _cdus(site, halls)
    leaves = _leaves(site, halls, cdus.volumetric[wiring.rack_cdu])
    cdus = replace(cdus, supply_capacity=cdus.supply_capacity + wiring.racks_to_cdus(leaves.manifold_capacity))  # half of the racks' coolant is on its way to the plates
    p = Parameters(wiring, leaves, cdus, _core(site, halls))
    return calibrated(p, site.factors, {cls: loops_of(site, cls) for cls, _ in site.factors})


def wire(halls: Iterable[Hall]) -> Wiring:
    """Parents of every rack and CDU: rack i of a hall hangs on CDU i * cdus // racks."""
    rack_cdu, cdu_loop = [], []
    for loop, hall in enumerate(halls):
        first, racks, cdus = len(cdu_loop), hall.racks.count, hall.cdus.count
        rack_cdu += [first + i * cdus // racks for i in range(racks)]
        cdu_loop += [loop] * cdus
    rc, cl = np.array(rack_cdu), np.array(cdu_loop)
    rl = cl[rc]
    return Wiring(rc, cl, rl, _firsts(rc), _firsts(cl), _firsts(rl), _alike(rc), _alike(cl))


def _firsts(parent: Array) -> Array:
    return np.flatnonzero(np.diff(parent, prepend=-1))


def _alike(parent: Array) -> int:
    counts = np.bincount(parent)
    return int(counts[0]) if np.all(counts == counts[0]) else 0


def _spread(halls: Iterable[Hall], count: Callable[[Hall], int], value: Callable[[Hall], float]) -> Array:
    return np.concatenate([np.full(count(h), float(value(h))) for h in halls])


def _leaves(site: Site, halls: tuple[Hall, ...], volumetric: Array) -> Leaves:
    def sheet(h: Hall) -> Rack:
        return site.sheets[h.racks.equipment]

    def racks(value: Callable[[Rack], float]) -> Array:
        return _spread(halls, lambda h: h.racks.count, lambda h: value(sheet(h)))

    gpus = {sheet(h).gpus for h in halls}
    if len(gpus) > 1:
        raise ValueError(f"racks with different GPU counts in one site: {sorted(gpus)}")
    flow = racks(lambda s: s.plate_flow_lpm * LPM)
    return Leaves(
        die_capacity=racks(lambda s: s.die_j_k),
        plate_capacity=racks(lambda s: s.plate_j_k),
        die_plate=racks(lambda s: 1.0 / s.die_plate_k_w),
        plate_rated=racks(lambda s: s.plate_k_w),
        plate_base=racks(lambda s: s.plate_base_k_w),
        plate_flow=flow,
        plate_exponent=racks(lambda s: s.plate_flow_exponent),
        plate_factor=np.ones((len(flow), gpus.pop())),
        volumetric=volumetric,
        manifold_capacity=volumetric * racks(lambda s: s.coolant_l * 0.5e-3),
        rated_flow=racks(lambda s: s.flow_lpm * LPM),
        throttle=racks(lambda s: s.throttle_c),
        shutdown=racks(lambda s: s.shutdown_c),
        restart=racks(lambda s: s.restart_s),
    )


def _cdus(site: Site, halls: tuple[Hall, ...]) -> Cdus:
    def cdus(value: Callable[[Cdu], float]) -> Array:
        return _spread(halls, lambda h: h.cdus.count, lambda h: value(site.sheets[h.cdus.equipment]))

    glycol = cdus(lambda s: s.glycol)
    volumetric = coolant.volumetric(glycol)
    quarter = volumetric * cdus(lambda s: s.volume_l * 0.25e-3)  # of the coolant before the exchanger, and behind it
    return Cdus(cdus(cdu_ua), coolant.film_share(glycol), volumetric, coolant.weight(glycol), quarter, quarter,
                cdus(lambda s: s.tcs_flow_lpm * LPM), cdus(lambda s: s.fws_flow_lpm * LPM), cdus(lambda s: s.pump_kw * 1e3))


def cdu_ua(s: Cdu) -> float:
    """UA [W/K] of a CDU's exchanger from its rated heat, flows and approach."""
    heat = s.heat_kw * 1e3
    supply = s.approach_k
    return ua_from_rating(heat, supply + heat / float(coolant.volumetric(s.glycol) * s.tcs_flow_lpm * LPM), supply, 0.0,
                          heat / (VOLUMETRIC * s.fws_flow_lpm * LPM))


def _core(site: Site, halls: tuple[Hall, ...]) -> Core:
    parts = [_loop(site, h) for h in halls]
    return Core(**{name: np.stack([np.asarray(p[name], dtype=float) for p in parts]) for name in parts[0]})


def _loop(site: Site, h: Hall) -> dict[str, float | Array]:
    pump = site.sheets[h.pumps.equipment]
    loop = {
        "capacity": _capacities(site, h),
        "loss": _losses(h),
        "pipe_capacity": float(capacity(math.pi / 4 * (h.pipes.diameter_mm * 1e-3) ** 2 * h.pipes.length_m)),
        "pipe_loss": h.pipes.loss_w_m_k * h.pipes.length_m,
        "tank_conduction": TANK_W_M_K * h.tank.volume_m3 ** (1 / 3) if h.tank else 0.0,
        "ambient": AMBIENT_C,
        "make_up": MAKE_UP_C,
        "air_ua": h.air_kw_k * 1e3,
        "pump_power": pump.power_kw * 1e3 * h.pumps.needed,
        "rated_flow": pump.flow_lpm * LPM * h.pumps.needed,
    }
    return loop | _chiller(site, h) | _district(site, h) | _heatpump(site, h) | _cooler(site, h) | _tower(site, h)


def _sheet(site: Site, units: Units | None):
    return site.sheets[units.equipment] if units else None


def _district(site: Site, h: Hall) -> dict[str, float]:
    s: Exchanger | None = _sheet(site, h.district)
    if s is None:
        return {"district_ua": 0.0}
    return {"district_ua": h.district.count * ua_from_rating(s.heat_kw * 1e3, s.hot_in_c, s.hot_out_c, s.cold_in_c, s.cold_out_c)}


def _heatpump(site: Site, h: Hall) -> dict[str, float]:
    s = _sheet(site, h.heat_pump)
    if s is None:
        return NO_HEATPUMP
    return {
        "heatpump_source": h.heat_pump.count * s.source_kw * 1e3,
        "heatpump_efficiency": cop_efficiency(s.cop, s.source_out_c, s.sink_out_c),
        "heatpump_min_out": s.source_min_c,
        "heatpump_cop": s.cop,
        "heatpump_units": h.heat_pump.count * s.units,
        "heatpump_min_load": s.min_load,
    }


def _chiller(site: Site, h: Hall) -> dict[str, float]:
    s: Chiller | None = _sheet(site, h.chiller)
    if s is None:
        return NO_CHILLER
    return {
        "chiller_rated": h.chiller.count * s.cooling_kw * 1e3,
        "chiller_efficiency": cop_efficiency(s.cop + 1.0, s.water_out_c, s.air_c + CONDENSER_K),
        "chiller_cop": s.cop + 1.0,
        "chiller_units": h.chiller.count,
        "chiller_min_load": s.min_load,
    }


def _cooler(site: Site, h: Hall) -> dict[str, float]:
    s: DryCooler | None = _sheet(site, h.coolers)
    if s is None:
        return {"cooler_ua": 0.0, "cooler_air": 0.0, "cooler_fan": 0.0, "cooler_pads": 0.0, "cooler_cycles": 3.0}
    n, heat = h.coolers.count, s.heat_kw * 1e3
    rise = AIR_RISE * (s.in_c - s.air_c)
    return {
        "cooler_ua": n * ua_from_rating(heat, s.in_c, s.out_c, s.air_c, s.air_c + rise),
        "cooler_air": n * heat / rise,
        "cooler_fan": n * s.fan_kw * 1e3,
        "cooler_pads": s.adiabatic_effectiveness,
        "cooler_cycles": s.cycles,
    }


def _tower(site: Site, h: Hall) -> dict[str, float]:
    s: Tower | None = _sheet(site, h.tower)
    if s is None:
        return dict.fromkeys(("ehx_ua", "tower_ua", "tower_fan", "tower_pump", "tower_flow", "tower_drift"), 0.0) | {"tower_cycles": 5.0}
    c = s.heat_kw * 1e3 / s.range_k
    return {
        "ehx_ua": s.exchangers * s.exchanger_kw_k * 1e3,
        "tower_ua": -c * math.log1p(-s.range_k / (s.range_k + s.approach_k)) / wet_slope_j_kg_k(s.wet_bulb_c),
        "tower_fan": s.fan_kw * 1e3,
        "tower_pump": s.pump_kw * 1e3,
        "tower_flow": s.flow_lpm * LPM,
        "tower_cycles": s.cycles,
        "tower_drift": s.drift,
    }


def _capacities(site: Site, h: Hall) -> Array:
    """Heat capacity of every core node of a hall, [N] J/K."""
    volume = np.full(nodes.N, SMALL)
    volume[[nodes.SUPPLY, nodes.HALL_IN, nodes.HALL_OUT, nodes.PLANT_IN]] = HEADER * h.pumps.needed
    volume[nodes.HALL_OUT] += h.cdus.count * site.sheets[h.cdus.equipment].volume_l * 0.5e-3
    for name in nodes.TANK:
        volume[nodes.INDEX[name]] = h.tank.volume_m3 / len(nodes.TANK) if h.tank else SMALL
    for name, units in (("district", h.district), ("heatpump", h.heat_pump), ("rejection", h.coolers or h.tower), ("trim", h.chiller)):
        if units:
            volume[nodes.INDEX[name]] = max(SMALL, units.count * site.sheets[units.equipment].volume_l * 1e-3)
    if h.tower:
        volume[[nodes.TOWER_SUPPLY, nodes.TOWER_RETURN]] = site.sheets[h.tower.equipment].volume_l * 0.5e-3
    joules = capacity(volume)
    joules[nodes.AIR] = AIR_J_K_RACK * h.racks.count
    return joules


def _losses(h: Hall) -> Array:
    """Conductance of every core node to ambient, [N] W/K."""
    loss = np.zeros(nodes.N)
    for name in nodes.TANK:
        loss[nodes.INDEX[name]] = h.tank.loss_w_k / len(nodes.TANK) if h.tank else 0.0
    return loss
