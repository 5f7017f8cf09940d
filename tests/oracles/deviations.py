"""How sure the twin is of what it shows: one standard deviation of every estimated column."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from config.classes import CLASSES
from tests.oracles.belief import Belief, die_var
from twin.engine.compiled_hall import FEED, UPS
from twin.engine.compiled_show import AIR, CHANGING, HOTTEST_K, INLET_K, LEVEL_K, LIQUID
from twin.engine.model import Model
from twin.estimate import blocks, noise
from twin.estimate.instruments import instrument
from twin.estimate.sheet import Sheet, written
from twin.physics.water import capacity_flow
from twin.plant import nodes
from twin.plant.leaves import carried
from twin.plant.types import Flows, Inputs

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Shown:
    """One step as it is shown, with what its doubts come from."""

    model: Model
    b: Belief
    u: Inputs
    f: Flows
    values: Mapping[str, Array]

    def value(self, cls: str, name: str) -> Array:
        """[rows] of a column as shown; no rows of a class that the site does not have."""
        return self.values[cls][:, CLASSES[cls].column(name)] if cls in self.values else np.zeros(0)


def deviations(model: Model, b: Belief, u: Inputs, f: Flows, shown: Mapping[str, Array]) -> Sheet:
    """[rows, columns] SI of every class, NaN where none is kept."""
    s = Shown(model, b, u, f, shown)
    core = np.sqrt(np.maximum(np.diagonal(b.core_cov, axis1=-2, axis2=-1), 0.0))
    parts = {"rack": _rack(s), "cdu": _cdu(s, core), "site": _site(s), "feed": _feed(s), "ups": _ups(s)}
    for cls, column, node in blocks.CORE_SENSORS[:-1]:
        parts.setdefault(cls, {})[column] = np.hypot(core[model.loop_of[cls], node], LEVEL_K)
    for cls, columns in _machines(s, core).items():
        parts.setdefault(cls, {}).update(columns)
    return written(model.shown.full(np.nan), parts)


def _pair(b: Belief, i: int) -> Array:
    """Supply (0) or return (1) of every CDU: as the model moves it, and what the model is off for good."""
    p = b.cdu_cov
    return np.sqrt(np.maximum(p[:, i, i] + p[:, 2 + i, 2 + i] + 2.0 * p[:, i, 2 + i], 0.0))


def _rack(s: Shown) -> dict[str, Array]:
    b, cdu = s.b, s.model.parameters.wiring.rack_cdu
    supply = _pair(b, 0)[cdu]
    rows = np.arange(len(cdu))
    hottest = np.sqrt(die_var(b, rows, b.state.die.argmax(-1)) + HOTTEST_K**2)
    liquid = s.f.rack_liquid
    brought = carried(s.model.parameters.leaves, s.u.rack_flow) * (b.state.manifold - b.state.tcs_supply[cdu])
    shares = b.slow.shares
    metered = np.isfinite(shares.meter)
    flow = np.sqrt(shares.var + np.where(metered, instrument("rack", "flow_lpm").noise_gain ** 2, 0.0) + 2.0 * instrument("cdu", "tcs_flow_lpm").gain ** 2)
    return {
        "supply_c": np.hypot(supply, INLET_K), "return_c": np.sqrt(b.manifold_var + INLET_K**2), "flow_lpm": flow * s.u.rack_flow,
        "power_kw": 0.006 * s.value("rack", "power_kw"), "liquid_kw": np.hypot(LIQUID * liquid, CHANGING * (liquid - brought)),
        "air_kw": AIR * s.u.air_power, "gpu_max_c": hottest, "gpu_margin_k": hottest,
        "gpu_mean_c": np.hypot(supply, 0.012 * (s.value("rack", "gpu_mean_c") - b.inlet)),
    }


def _cdu(s: Shown, core: Array) -> dict[str, Array]:
    b, u, w = s.b, s.u, s.model.parameters.wiring
    supply, back = _pair(b, 0), _pair(b, 1)
    arriving = np.hypot(core[w.cdu_loop, nodes.HALL_IN], LEVEL_K)
    meter = instrument("cdu", "tcs_flow_lpm")
    flow = np.hypot(meter.gain, meter.noise_gain)
    heat, c = _cdu_heat(s), capacity_flow(u.fws_flow)
    approach = np.hypot(supply, arriving)
    return {
        "tcs_supply_c": supply, "tcs_return_c": back, "tcs_flow_lpm": flow * w.racks_to_cdus(u.rack_flow), "fws_supply_c": arriving,
        "fws_return_c": np.hypot(arriving, np.divide(heat, c, out=np.full_like(c, np.nan), where=c > 1.0)) + INLET_K,
        "fws_flow_lpm": flow * u.fws_flow, "power_kw": 0.0035 * u.cdu_pump, "heat_kw": heat, "approach_k": approach,
    }


def _cdu_heat(s: Shown) -> Array:
    """The racks' power is the best known heat of a unit; while a load moves, what its water and metal hold back adds to the doubt."""
    w = s.model.parameters.wiring
    racks = np.bincount(w.rack_cdu)
    heat, given = s.f.cdu_heat, w.racks_to_cdus(s.f.rack_liquid) + s.u.cdu_pump
    return np.hypot(np.hypot(LIQUID / np.sqrt(racks), 0.004) * heat, 0.2 * (given - heat))


def _machines(s: Shown, core: Array) -> dict[str, dict[str, Array]]:
    """Heats of the plant room: as sure as the filter is of what it had to add to their laws."""
    m, u = s.model, s.u
    unexplained = noise.HEAT_W * core[:, blocks.FIRST_HEAT : blocks.FIRST_OFFSET]
    main = capacity_flow(m.parameters.wiring.cdus_to_loops(u.fws_flow) + u.air_flow)

    def at(cls: str, per_loop: Array) -> Array:
        return per_loop[m.loop_of[cls]]

    pumped = np.hypot(unexplained[:, blocks.HEATPUMP_HEAT], 0.005 * np.abs(s.f.heatpump_source))
    district = np.hypot(unexplained[:, blocks.DISTRICT_HEAT], 0.005 * np.abs(s.f.district))
    cooled = np.hypot(unexplained[:, blocks.REJECTION_HEAT], 0.02 * np.abs(s.f.cooler))
    cdus = np.sqrt(m.parameters.wiring.cdus_to_loops(_cdu_heat(s) ** 2))
    heat = s.value("heatpump", "heat_kw") if m.rows["heatpump"] else np.zeros(0)
    return {
        "loop": {"flow_lpm": 0.005 * s.value("loop", "flow_lpm"), "heat_kw": at("loop", np.hypot(cdus, AIR * np.abs(s.f.air_heat)))},
        "pump": {"power_kw": 0.0035 * s.value("pump", "power_kw")},
        "tank": {"charge_pct": at("tank", 0.02 + core[:, nodes.TANK_OUT] / 5.0)},
        "cooler": {"heat_kw": at("cooler", cooled), "approach_k": np.hypot(at("cooler", core[:, nodes.REJECTION]), instrument("weather", "dry_bulb_c").offset),
                   "power_kw": 0.15 * s.value("cooler", "power_kw")},
        "tower": {"heat_kw": at("tower", 0.03 * np.abs(s.f.tower)), "approach_k": at("tower", core[:, nodes.TOWER_SUPPLY]) + 0.2},
        "heatpump": {"heat_kw": at("heatpump", pumped), "power_kw": 0.0035 * s.value("heatpump", "power_kw"),
                     "cop_ratio": np.divide(at("heatpump", pumped), heat, out=np.full_like(heat, np.nan), where=heat > 1.0) * s.value("heatpump", "cop_ratio")},
        "district": {"heat_kw": at("district", district), "approach_k": at("district", core[:, nodes.PLANT_IN]) + at("district", district / np.maximum(main, 1.0))},
    }


def _feed(s: Shown) -> dict[str, Array]:
    return {"power_kw": FEED * s.value("feed", "power_kw"), "loss_kw": UPS * s.value("feed", "loss_kw")}


def _ups(s: Shown) -> dict[str, Array]:
    return {"power_in_kw": FEED * s.value("ups", "power_in_kw"), "power_out_kw": FEED * s.value("ups", "power_out_kw"),
            "load_pct": FEED * s.value("ups", "load_pct"), "loss_kw": UPS * s.value("ups", "loss_kw")}


def _site(s: Shown) -> dict[str, Array]:
    """Sums of many meters: their fixed errors average out over the racks, those of losses and cooling do not."""
    racks = np.sqrt(max(s.model.rows["rack"], 1))
    it, loss, cooling = (s.value("site", c) for c in ("it_kw", "loss_kw", "cooling_kw"))
    hottest = np.sqrt(die_var(s.b, *np.unravel_index(s.b.state.die.argmax(), s.b.state.die.shape)))
    more = np.hypot(UPS * loss, 0.03 * cooling)
    pue = s.value("site", "pue_ratio")
    return {"it_kw": 0.006 / racks * it, "facility_kw": np.hypot(0.006 / racks * it, more), "cooling_kw": 0.03 * cooling, "loss_kw": UPS * loss,
            "pue_ratio": np.divide(more, it, out=np.full_like(it, np.nan), where=it > 0), "sold_kw": 0.02 * s.value("site", "sold_kw"),
            "rejected_kw": 0.03 * s.value("site", "rejected_kw"), "gpu_max_c": np.atleast_1d(hottest), "gpu_margin_k": np.atleast_1d(hottest),
            "erf_ratio": 0.02 * s.value("site", "erf_ratio") + 0.0 * pue}
