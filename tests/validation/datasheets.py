"""Components of assembled plants at the rated points of their datasheets; the numbers below are the publishers', not the YAML's."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.load import load_site
from config.shelf import PACKAGE, read_sheet
from config.site import Site
from tests.plants import designed, plant
from tests.validation.check import check
from tests.validation.modelica import PLATE_K_W, PLATE_LPM
from twin.physics import hydraulics
from twin.physics.machines import affinity_power, cop_efficiency
from twin.plant.assembly import assemble
from twin.plant.cdu import cdu_lines
from twin.plant.design import design
from twin.plant.facility import conductances, heatpump_power
from twin.plant.leaves import condense, gains
from twin.plant.machines import Machinery, machinery
from twin.plant.types import Parameters

LPM = 1.0 / 6e4
LONG_S = 1e12  # a step that ends in the steady state
CDU_ORACLES = {"deschutes": "Google Deschutes: OCP CDU white paper 2026", "xdu1350": "Vertiv CoolChip CDU 1350 data sheet 2024"}


def relative(ours: float, published: float) -> float:
    return float(abs(ours / published - 1.0))


def hall_with(cdu: str) -> tuple[Site, Parameters]:
    """Valence's hall on CDUs of another make."""
    site = load_site("valence")
    hall = site.model.halls[0]
    other = hall.model_copy(update={"cdus": hall.cdus.model_copy(update={"equipment": cdu})})
    sheet = read_sheet(PACKAGE / "equipment" / f"{cdu}.yaml").model
    site = replace(site, model=site.model.model_copy(update={"halls": (other,)}), sheets={**site.sheets, cdu: sheet})
    return site, assemble(site)


def approach(cdu: str, heat_w: float, tcs_m3_s: float, fws_m3_s: float) -> float:
    """Coolant supply less facility supply [K] of a CDU that moves `heat_w` between these flows."""
    _, p = hall_with(cdu)
    _, state, inputs = designed("valence")
    racks = p.wiring.racks_to_cdus(np.ones_like(inputs.rack_flow))[p.wiring.rack_cdu]
    inputs = replace(inputs, gpu_power=0.0 * inputs.gpu_power, other_power=heat_w / racks, rack_flow=tcs_m3_s / racks,
                     fws_flow=np.full_like(inputs.fws_flow, fws_m3_s), cdu_pump=0.0 * inputs.cdu_pump)
    leaf = gains(p.leaves, inputs.rack_flow, state.die.shape[-1], LONG_S)
    return float(cdu_lines(p, state, inputs, condense(p.leaves, leaf, state, inputs), LONG_S).supply(0.0)[0])


@check("published", CDU_ORACLES["deschutes"], 0.02, "1")
def deschutes_approach() -> float:
    """Approach of 3 K at 2 MW, 31.48 kg/s PG25 (1020 kg/m3) and 32.30 kg/s water (996.5 kg/m3)"""
    return relative(approach("deschutes", 2e6, 31.48 / 1020, 32.30 / 996.5), 3.0)


@check("published", CDU_ORACLES["xdu1350"], 0.02, "1")
def xdu1350_approach() -> float:
    """Approach of 4 K at 1,368 kW and 20.6 kg/s on both sides (1 kg/L)"""
    return relative(approach("xdu1350", 1368e3, 0.0206, 0.0206), 4.0)


def pumped(cdu: str, external_pa: float, flow_m3_s: float) -> tuple[float, float]:
    """Coolant flow [m3/s] and pump power [W] of a CDU at full speed against what takes `external_pa` at `flow_m3_s`."""
    site, p = hall_with(cdu)
    m = machinery(site, p, design(site))
    outside = hydraulics.resistance(external_pa, flow_m3_s)
    flow = hydraulics.pumped_flow(1.0, m.cdu_needed, m.cdu_head, m.cdu_flow, m.cdu_inside + outside)
    return float(flow[0]), float(hydraulics.pump_power(1.0, flow, m.cdu_needed, m.cdu_flow, m.cdu_power)[0])


@check("published", CDU_ORACLES["deschutes"], 0.02, "1")
def deschutes_flow() -> float:
    """Coolant flow at full speed against 80 psi outside"""
    return relative(pumped("deschutes", 551.6e3, 31.48 / 1020)[0], 31.48 / 1020)


@check("published", CDU_ORACLES["deschutes"], 0.02, "1")
def deschutes_pump_power() -> float:
    """Pump power of 74 kW at that flow"""
    return relative(pumped("deschutes", 551.6e3, 31.48 / 1020)[1], 74e3)


@check("published", CDU_ORACLES["xdu1350"], 0.02, "1")
def xdu1350_flow() -> float:
    """Coolant flow of 1,200 L/min at full speed against 244 kPa outside; rated there and, for heat, at 1,236"""
    return relative(pumped("xdu1350", 244e3, 1200 * LPM)[0], 1200 * LPM)


@check("published", CDU_ORACLES["xdu1350"], 0.02, "1")
def xdu1350_pump_power() -> float:
    """Pump power of 13.7 kW at that point"""
    return relative(pumped("xdu1350", 244e3, 1200 * LPM)[1], 13.7e3)


def facility_drop(cdu: str, flow_m3_s: float) -> float:
    """Pressure [Pa] the facility side of a CDU takes beside its valve."""
    site, p = hall_with(cdu)
    m: Machinery = machinery(site, p, design(site))
    return float(m.branch[0] * flow_m3_s**2)


@check("published", CDU_ORACLES["deschutes"], 0.02, "1")
def deschutes_facility_drop() -> float:
    """Facility side: 15 psi at 32.30 kg/s"""
    return relative(facility_drop("deschutes", 32.30 / 996.5), 103.4e3)


@check("published", CDU_ORACLES["xdu1350"], 0.02, "1")
def xdu1350_facility_drop() -> float:
    """Facility side: 84 kPa at 20.6 kg/s"""
    return relative(facility_drop("xdu1350", 0.0206), 84e3)


BAC = "BAC TrilliumSeries TDFS1238N selection"
BAC_W, AIR_C, IN_C, OUT_C, FAN_W = 2.931e6, 35.0, 46.11, 40.55, 117.68e3


def cooler(fan: float = 1.0) -> tuple[float, float]:
    """Heat [W] and outlet [degC] of one of Valence's dry coolers at its rated water, air and inlet."""
    p, state, inputs = designed("valence")
    units = load_site("valence").model.halls[0].coolers.count
    water = units * BAC_W / (IN_C - OUT_C) / 4.14e6
    one = np.ones_like(inputs.cooler_on)
    fws = np.full_like(inputs.fws_flow, water / inputs.fws_flow.size)
    inputs = replace(inputs, cooler_fan=fan * one, cooler_on=one, fws_flow=fws, air_flow=0.0 * one)
    g = conductances(p, state, inputs, 1.0)
    heat = float((g.cooler * (IN_C - AIR_C))[0])
    return heat / units, IN_C - heat / float(g.loop[0])


@check("published", BAC, 0.02, "1")
def dry_cooler_heat() -> float:
    """Heat of 2.931 MW, water in at 46.11 degC, air at 35 degC"""
    return relative(cooler()[0], BAC_W)


@check("published", BAC, 0.1, "K")
def dry_cooler_out() -> float:
    """Water out at 40.55 degC"""
    return abs(cooler()[1] - OUT_C)


@check("published", BAC + "; third fan law", 0.02, "1")
def dry_cooler_fans() -> float:
    """Fan power of 117.68 kW at full speed and an eighth of it at half; the larger error"""
    p, _ = plant("valence")
    one = float(p.core.cooler_fan[0]) / load_site("valence").model.halls[0].coolers.count
    return max(relative(float(affinity_power(1.0, one)), FAN_W), relative(float(affinity_power(0.5, one)), FAN_W / 8))


CHEN = "Chen et al. 2023, OCP cold plate, PG25"


def plate_resistance(lpm: np.ndarray) -> np.ndarray:
    """Plate to inlet coolant [K/W] of a GPU of Valence at flows through one plate."""
    p, state, inputs = designed("valence")
    gpus = state.die.shape[-1]
    return np.array([1.0 / gains(p.leaves, np.full_like(inputs.rack_flow, gpus * f * LPM), gpus, 1.0).film[0] for f in lpm])


@check("published", CHEN, 0.02, "1")
def cold_plate_points() -> float:
    """0.0389, 0.0255 and 0.0197 K/W at 0.4, 0.9 and 2.4 L/min; greatest error"""
    return float(np.max(np.abs(plate_resistance(np.array([0.4, 0.9, 2.4])) / np.array([0.0389, 0.0255, 0.0197]) - 1.0)))


@check("published", CHEN + " (14 points, as in the Modelica Buildings record)", 0.05, "1")
def cold_plate_curve() -> float:
    """All points of 0.4 .. 2.4 L/min under the law through three of them; greatest error"""
    return float(np.max(np.abs(plate_resistance(PLATE_LPM) / PLATE_K_W - 1.0)))


NVL72 = "HPE QuickSpecs NVIDIA GB200 NVL72 2024; NVIDIA data sheet"


def rack_full() -> tuple[float, float]:
    """Heat [W] of a rack at full load to liquid and to air."""
    _, d = plant("valence")
    gpus = load_site("valence").gpus_per_rack
    return float(gpus * d.gpu_max[0] + d.other[0]), float(d.air[0])


@check("published", NVL72, 0.05, "1")
def nvl72_power() -> float:
    """Rack of 132 kW: 72 GPUs, CPUs and switches; the sheet takes 120 kW to liquid where HPE gives 115"""
    return relative(sum(rack_full()), 132e3)


@check("published", NVL72, 0.05, "1")
def nvl72_liquid() -> float:
    """Of it 115 kW to liquid"""
    return relative(rack_full()[0], 115e3)


@check("published", NVL72, 0.02, "1")
def nvl72_air() -> float:
    """Of it 17 kW to air"""
    return relative(rack_full()[1], 17e3)


def loop_pump(site_name: str) -> tuple[float, float]:
    """Head [Pa] and power [W] of one facility pump at its rated flow and full speed."""
    site = load_site(site_name)
    p, d = plant(site_name)
    m = machinery(site, p, d)
    one = np.ones_like(m.loop_flow)
    head = hydraulics.pump_head(one, m.loop_flow, one, m.loop_head, m.loop_flow)
    return float(head[0]), float(hydraulics.pump_power(one, m.loop_flow, one, m.loop_flow, m.loop_power)[0])


@check("published", "ORNL ExaDigiT, hot-water pump of Frontier", 0.02, "1")
def hot_water_pump_head() -> float:
    """Head of 55.4 m (997 kg/m3) at 6,000 gpm and full speed"""
    return relative(loop_pump("frontier")[0], 55.4 * 9.81 * 997)


@check("published", "ORNL ExaDigiT, hot-water pump of Frontier", 0.02, "1")
def hot_water_pump_power() -> float:
    """Power at that point at its efficiency of 0.835"""
    return relative(loop_pump("frontier")[1], 6000 * 6.30902e-5 * 55.4 * 9.81 * 997 / 0.835)


@check("published", "Fenagy, case Kajaani 2025/2026", 0.02, "1")
def kajaani_heat() -> float:
    """Heat pump: heat of 33.5 MW from 25.8 MW of cooling, source 30 to 20 degC, supply 85 degC"""
    pump = read_sheet(PACKAGE / "equipment" / "kajaani.yaml").model
    p, inputs = plant("valence")[0], designed("valence")[2]
    core = replace(p.core, heatpump_source=np.array([pump.source_kw * 1e3]), heatpump_cop=np.array([pump.cop]),
                   heatpump_efficiency=np.array([cop_efficiency(pump.cop, pump.source_out_c, pump.sink_out_c)]),
                   heatpump_units=np.array([float(pump.units)]), heatpump_min_load=np.array([pump.min_load]))
    power = heatpump_power(core, replace(inputs, sink_out=np.array([85.0])), np.array([25.8e6]), np.array([20.0]))
    return relative(25.8e6 + float(power[0]), 33.5e6)
