"""Relations of twin.physics against libraries that others test: ht, fluids, pandapipes, TESPy."""
from __future__ import annotations

import math
from functools import cache
from itertools import product

import fluids
import ht
import numpy as np

from tests.plants import plant
from tests.validation.check import check
from tests.validation.datasheets import AIR_C, BAC_W, IN_C, OUT_C
from twin.physics import hydraulics
from twin.physics.exchange import counterflow, one_stream, ua_from_rating
from twin.physics.machines import air_side_ua, cop_efficiency, lorenz_cop
from twin.physics.tower import counterflow_effectiveness
from twin.plant.assembly import AIR_RISE

NTUS, RATIOS = (0.05, 0.3, 1.0, 3.0, 9.0), (0.01, 0.3, 0.7, 0.999, 1.0)
WATER_KG_M3 = 998.2  # at 20 degC


def greatest(errors: list[float]) -> float:
    return float(np.max(np.abs(errors)))


@check("peer", "ht.effectiveness_from_NTU, counterflow", 1e-6, "1")
def counterflow_conductance() -> float:
    """Counterflow conductance over NTU 0.05 .. 9 and capacity ratios 0.01 .. 1, either side smaller"""
    c = 1e4
    grid = list(product(NTUS, RATIOS))
    theirs = [ht.effectiveness_from_NTU(n, r, subtype="counterflow") * c for n, r in grid]
    ours = [(float(counterflow(n * c, c, c / r)), float(counterflow(n * c, c / r, c))) for n, r in grid]
    return greatest([x / t - 1.0 for pair, t in zip(ours, theirs, strict=True) for x in pair])


@check("peer", "ht.effectiveness_from_NTU, counterflow", 1e-6, "1")
def tower_effectiveness() -> float:
    """Effectiveness in the tower's fill, the same range"""
    return greatest([float(counterflow_effectiveness(n, r)) / ht.effectiveness_from_NTU(n, r, subtype="counterflow") - 1.0
                     for n, r in product(NTUS, RATIOS)])


@check("peer", "ht.effectiveness_from_NTU, boiler", 1e-9, "1")
def one_stream_conductance() -> float:
    """Conductance of a stream to a body of one temperature, NTU 0.05 .. 9"""
    return greatest([float(one_stream(n * 1e4, 1e4)) / (ht.effectiveness_from_NTU(n, 0.0, subtype="boiler") * 1e4) - 1.0 for n in NTUS])


@check("peer", "ht.LMTD", 1e-9, "1")
def ua_of_a_rating() -> float:
    """UA from rated temperatures"""
    points = ((50.0, 43.0, 40.0, 47.5), (47.0, 42.0, 36.0, 41.0), (46.11, 40.55, 35.0, 41.1))
    return greatest([ua_from_rating(3e6, *t) * ht.LMTD(t[0], t[1], t[2], t[3]) / 3e6 - 1.0 for t in points])


def crossed(fan: float, water: float) -> tuple[float, float]:
    """Heat conductance [W/K] of the rated dry cooler at a fan speed and a share of its water: ours, and as unmixed crossflow.

    Both meet the rated point; the air's UA grows alike with the fan."""
    c_water, rise = BAC_W / (IN_C - OUT_C), AIR_RISE * (IN_C - AIR_C)
    c_air = BAC_W / rise
    low, high = min(c_water, c_air), max(c_water, c_air)
    rated = BAC_W / (IN_C - AIR_C) / low
    ua = ua_from_rating(BAC_W, IN_C, OUT_C, AIR_C, AIR_C + rise)
    cross_ua = ht.NTU_from_effectiveness(rated, low / high, subtype="crossflow approximate") * low
    w, a = water * c_water, fan * c_air
    ntu = float(air_side_ua(fan, cross_ua)) / min(w, a)
    theirs = ht.effectiveness_from_NTU(ntu, min(w, a) / max(w, a), subtype="crossflow approximate") * min(w, a)
    return float(counterflow(air_side_ua(fan, ua), w, a)), theirs


@check("peer", "ht.effectiveness_from_NTU, unmixed crossflow", 0.04, "1")
def dry_cooler_as_counterflow() -> float:
    """A dry cooler taken as counterflow instead of crossflow, both rated alike, fans and water at 40 .. 100 %"""
    pairs = [crossed(f, w) for f, w in product((0.4, 0.6, 0.8, 1.0), (0.4, 0.7, 1.0))]
    return greatest([ours / theirs - 1.0 for ours, theirs in pairs])


@check("peer", "fluids.control_valve (IEC 60534)", 1e-3, "1")
def valve_coefficient() -> float:
    """Flow through an open valve of given Kv, 0.2 and 1 bar"""
    errors = []
    for dp, flow in product((0.2e5, 1e5), (5e-3, 2e-2)):
        kv = fluids.control_valve.size_control_valve_l(rho=WATER_KG_M3, Psat=2.3e3, Pc=22.06e6, mu=1e-3, P1=6e5, P2=6e5 - dp, Q=flow)
        open_valve = hydraulics.resistance(1e5 * WATER_KG_M3 / 999.1, kv / 3600.0)  # Kv: m3/h of water of 15 degC at 1 bar
        errors.append(float(hydraulics.valved(0.0, open_valve, 1.0)) * dp**0.5 / flow - 1.0)
    return greatest(errors)


@check("peer", "fluids.friction_factor, Colebrook, steel 0.045 mm", 0.12, "1")
def quadratic_mains() -> float:
    """Pressure drop of Valence's mains (120 m, 489 mm) as the square of the flow from rating down to 30 %"""
    site_flow = float(plant("valence")[0].core.rated_flow[0])
    size, length = 0.489, 120.0

    def drop(flow: float) -> float:
        v = flow / (math.pi / 4 * size**2)
        f = fluids.friction_factor(Re=v * size / 6.6e-7, eD=4.5e-5 / size)  # 40 degC
        return f * length / size * 0.5 * WATER_KG_M3 * v * v

    rated = hydraulics.resistance(drop(site_flow), site_flow)
    return greatest([float(rated) * (x * site_flow) ** 2 / drop(x * site_flow) - 1.0 for x in (0.3, 0.5, 0.8, 1.0)])


AREA_M2, LOSSES = math.pi / 4 * 0.2**2, {"out": 6.0, "a": 20.0, "b": 45.0, "c": 140.0, "back": 9.0}
HEAD_PA = 2.5e5


def _pipe(net: object, start: int, end: int, loss: float) -> None:
    import pandapipes as pp

    pp.create_pipe_from_parameters(net, start, end, length_km=1e-7, diameter_m=0.2, k_mm=0.01, loss_coefficient=loss)


def networked() -> tuple[float, ...]:
    """Flows [m3/s] through the supply and three branches under HEAD_PA in pandapipes, and the density [kg/m3] it used."""
    import pandapipes as pp

    net = pp.create_empty_network(fluid="water")
    header, left, right, inlet = (pp.create_junction(net, pn_bar=p, tfluid_k=293.15) for p in (5.5, 5.0, 4.0, 3.0))
    for end, bar in ((header, 3.0 + HEAD_PA / 1e5), (inlet, 3.0)):
        pp.create_ext_grid(net, end, p_bar=bar, t_k=293.15)
    _pipe(net, header, left, LOSSES["out"])
    for name in "abc":
        _pipe(net, left, right, LOSSES[name])
    _pipe(net, right, inlet, LOSSES["back"])
    pp.pipeflow(net, friction_model="colebrook", tol_p=1e-8, tol_m=1e-8, use_numba=False)
    density = float(net.fluid.get_density(293.15))
    flows = net.res_pipe.mdot_from_kg_per_s.to_numpy() / density
    return (*map(float, flows[:4]), density)


@check("peer", "pandapipes, loop with three parallel branches", 1e-3, "1")
def branched_loop() -> float:
    """Total flow and the share of each branch under a pump of constant head; greatest error"""
    *theirs, density = networked()
    r = {name: loss * density / 2.0 / AREA_M2**2 for name, loss in LOSSES.items()}
    y = np.array([hydraulics.conductance(r[name]) for name in "abc"])
    system = hydraulics.series(r["out"], 1.0 / y.sum() ** 2, r["back"])
    stiff = 1e3  # m3/s, rated flow of a pump whose head falls by nothing
    total = float(hydraulics.pumped_flow(1.0, 1.0, HEAD_PA / hydraulics.SHUTOFF, stiff, system, min_flow=0.0))
    return greatest([ours / flow - 1.0 for ours, flow in zip([total, *(total * y / y.sum())], theirs, strict=True)])


CYCLE_C = ((30.0, 65.0), (38.0, 75.0), (20.0, 85.0), (35.0, 70.0), (10.0, 60.0))  # source out, sink out


@cache
def ammonia_cops() -> tuple[float, ...]:
    """Heating COP of a one-stage ammonia cycle at CYCLE_C in TESPy: compressor 0.8 isentropic, pinches of 3 K and 2 K."""
    from tespy.components import Compressor, CycleCloser, SimpleHeatExchanger, Valve
    from tespy.connections import Connection
    from tespy.networks import Network

    net = Network(iterinfo=False)
    net.units.set_defaults(temperature="degC", pressure="bar", pressure_difference="bar")
    closer, cold, press, hot, valve = CycleCloser("c"), SimpleHeatExchanger("e"), Compressor("p"), SimpleHeatExchanger("h"), Valve("v")
    vapour, liquid = Connection(cold, "out1", press, "in1"), Connection(hot, "out1", valve, "in1")
    net.add_conns(Connection(closer, "out1", cold, "in1"), vapour, Connection(press, "out1", hot, "in1"), liquid,
                  Connection(valve, "out1", closer, "in1"))
    hot.set_attr(pr=1, Q=-1e6)
    cold.set_attr(pr=1)
    press.set_attr(eta_s=0.8)
    cops = []
    for source, sink in CYCLE_C:
        vapour.set_attr(T=source - 3.0, x=1, fluid={"Ammonia": 1})
        liquid.set_attr(T=sink + 2.0, x=0)
        net.solve("design")
        cops.append(abs(hot.Q.val) / press.P.val)
    return tuple(cops)


@check("peer", "TESPy, one-stage ammonia cycle", 0.05, "1")
def heat_pump_trend() -> float:
    """Heating COP at five pairs of temperatures under the law fitted at one (38 to 75 degC)"""
    theirs = ammonia_cops()
    share = cop_efficiency(theirs[1], *CYCLE_C[1])
    return greatest([float(lorenz_cop(*t, share)) / cop - 1.0 for t, cop in zip(CYCLE_C, theirs, strict=True)])
