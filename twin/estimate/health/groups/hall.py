"""Channels of a facility loop and its plant room, in the order the water passes them."""
from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from config.classes import CLASSES
from twin.estimate.health.facts import Facts
from twin.estimate.health.groups.cdu import conductance, group_median, valve_conductance
from twin.estimate.health.scene import Channel, Group, Scene, Sensor, Values, log_ratio
from twin.physics import hydraulics
from twin.physics.exchange import counterflow
from twin.physics.heat_pump import each_load, part_load_factor
from twin.physics.machines import affinity_power, air_side_ua, lorenz_cop
from twin.physics.water import VOLUMETRIC

Array = np.ndarray
CLS = ("loop", "pump", "tank", "cooler", "heatpump", "district")
SENSORS: tuple[Sensor, ...] = tuple((cls, c) for cls in CLS for c in CLASSES[cls].measured if not c.endswith(("_on", "_count")))
TURNING = 0.12  # least fan speed at which a cooler's duty is told by its fans

CHANNELS = (
    Channel("arrive", "K", 0.15, 0.05, 0.04, "loop supply sensor against those at the CDUs"),
    Channel("return", "K", 0.5, 0.15, 0.15, "loop return sensor against the mix of the CDUs' returns"),
    Channel("flow", "1", 0.06, 0.015, 0.02, "loop flow meter against the CDUs' meters and fan coils"),
    Channel("valves", "1", 0.2, 0.015, 0.02, "pressure difference against flow and valves of all CDUs"),
    Channel("pump", "1", 0.10, 0.012, 0.008, "head of the pumps at this speed and flow against their curve"),
    Channel("pump_power", "1", 0.12, 0.025, 0.014, "pump power against speed and flow"),
    Channel("pressure", "Pa", 2e5, 4e3, 1e4, "static pressure"),
    Channel("air", "K", 15.0, 1.5, 3.0, "hall air against supply water"),
    Channel("district_in", "K", 0.15, 0.04, 0.03, "district inlet sensor against the loop return sensor"),
    Channel("district_heat", "1", 0.05, 0.03, 0.02, "district heat meter against flow and temperatures"),
    Channel("district_ua", "1", 0.15, 0.05, 0.03, "conductance of the district exchanger"),
    Channel("network", "1", 0.05, 0.015, 0.015, "network-side heat against the heat meters"),
    Channel("source_in", "K", 0.15, 0.04, 0.03, "district outlet sensor against the heat pump's inlet sensor"),
    Channel("source_heat", "1", 0.06, 0.025, 0.02, "heat pump's heat less power against its source water"),
    Channel("capacity", "1", 0.10, 0.02, 0.015, "source heat against the load of the heat pump"),
    Channel("cop", "1", 0.10, 0.022, 0.017, "COP against the temperatures and load"),
    Channel("source_out", "K", 0.15, 0.04, 0.03, "heat pump outlet sensor against the coolers' inlet sensor"),
    Channel("cooler", "1", 0.25, 0.06, 0.06, "heat of the coolers at this fan speed and air against their rating"),
    Channel("cooler_power", "1", 0.15, 0.05, 0.05, "fan power against fan speed"),
    Channel("sent", "K", 0.2, 0.06, 0.04, "coolers' outlet sensor against the top of the tank"),
    Channel("drawn", "K", 0.2, 0.06, 0.04, "bottom of the tank against the loop supply sensor"),
    Channel("tank_level", "1", 0.5, 0.01, 0.02, "tank level"),
    Channel("wet_bulb", "K", 0.6, 0.3, 0.3, "wet bulb against dry bulb and humidity"),
)


def _spread(f: Facts, cls: str, column: Array) -> Array:
    """One value a loop, NaN where the hall has no such asset."""
    out = np.full(len(f.d.fws_supply), np.nan)
    out[f.loop_of[cls]] = column
    return out


def seen(scene: Scene) -> Values:
    return {s: _spread(scene.facts, s[0], scene.of(*s)) for s in SENSORS}


def _weather(scene: Scene, name: str) -> Array:
    return scene.of("weather", name)[:1] if scene.facts.rows["weather"] else np.full(1, np.nan)


def _sums(f: Facts, x: Array) -> Array:
    known = np.isfinite(x)
    loop, n = f.p.wiring.cdu_loop, len(f.d.fws_supply)
    number = np.bincount(loop, known, n)
    mean = np.divide(np.bincount(loop, np.where(known, x, 0.0), n), number, out=np.full(n, np.nan), where=number > 0)
    return mean * np.bincount(loop, minlength=n)


def context(scene: Scene) -> Mapping[str, Array]:
    f = scene.facts
    loop, n = f.p.wiring.cdu_loop, len(f.d.fws_supply)
    flow, back = scene.of("cdu", "fws_flow_lpm"), scene.of("cdu", "fws_return_c")
    open_ = valve_conductance(f, scene.of("cdu", "valve_pct"))
    rates = {f"rate_{a}_{b}": np.nan_to_num(_spread(f, a, scene.rate_of(a, b))) for a, b in
             (("loop", "supply_c"), ("loop", "return_c"), ("loop", "flow_lpm"), ("pump", "speed_pct"), ("district", "out_c"), ("heatpump", "source_out_c"),
              ("heatpump", "load_pct"), ("cooler", "fan_pct"), ("cooler", "out_c"), ("tank", "top_c"), ("tank", "bottom_c"))}
    return rates | {
        "arrive": group_median(scene.of("cdu", "fws_supply_c"), loop, n),
        "mix": _sums(f, flow * back) / _sums(f, np.where(np.isfinite(back), flow, np.nan)),
        "fws": _sums(f, flow),
        "valves": group_median(log_ratio(flow, open_), loop, n),
        "running": _spread(f, "pump", scene.of("pump", "running_count")),
        "coolers": _spread(f, "cooler", scene.of("cooler", "running_count")),
        "dry": _weather(scene, "dry_bulb_c"), "wet": _weather(scene, "wet_bulb_c"), "humid": _weather(scene, "humidity_pct"),
    }


def wet_bulb(dry: Array, humidity: Array) -> Array:
    """Wet bulb [degC] of air of `humidity` [0..1] at sea level (Stull 2011, J. Appl. Meteor. Climatol. 50, 2267, eq. 1; within 1 K)."""
    rh = 100.0 * np.clip(humidity, 0.05, 0.99)
    return (dry * np.arctan(0.151977 * np.sqrt(rh + 8.313659)) + np.arctan(dry + rh) - np.arctan(rh - 1.676331)
            + 0.00391838 * rh**1.5 * np.arctan(0.023101 * rh) - 4.686035)


def values(f: Facts, c: Mapping[str, Array], s: Values) -> Mapping[str, Array]:
    return _loop(f, c, s) | _district(f, c, s) | _heatpump(f, c, s) | _cooler(f, c, s) | {
        "sent": s["cooler", "out_c"] - s["tank", "top_c"],
        "tank_level": s["tank", "level_pct"],
        "wet_bulb": c["wet"] - wet_bulb(c["dry"], c["humid"]) + 0.0 * s["loop", "supply_c"],
    }


def _loop(f: Facts, c: Mapping[str, Array], s: Values) -> Mapping[str, Array]:
    m, q, dp, speed = f.m, s["loop", "flow_lpm"], s["loop", "dp_kpa"], s["pump", "speed_pct"]
    n = c["running"]
    root = np.sqrt(np.maximum(dp, 0.0))
    own = (hydraulics.SHUTOFF - 1.0) * m.loop_head / np.square(m.loop_flow * np.maximum(n, 1.0))
    shaft = hydraulics.pump_power(speed, q, np.maximum(n, 1.0), m.loop_flow, m.loop_power) + 0.3 * f.d.air_fan
    drawn = s["loop", "supply_c"] - s["tank", "bottom_c"] - s["pump", "power_kw"] / np.maximum(VOLUMETRIC * q, 1.0)
    return {
        "arrive": s["loop", "supply_c"] - c["arrive"],
        "return": s["loop", "return_c"] - c["mix"],
        "flow": log_ratio(q, c["fws"] + 0.6 * m.air * root),
        "valves": c["valves"] - log_ratio(root, np.ones_like(root)),
        "pump": np.where(n > 0, 0.5 * log_ratio(dp + (m.main + own) * q * q, hydraulics.SHUTOFF * m.loop_head * speed**2), np.nan),
        "pump_power": np.where(n > 0, log_ratio(s["pump", "power_kw"], shaft), np.nan),
        "pressure": s["loop", "pressure_kpa"],
        "air": s["loop", "air_c"] - s["loop", "supply_c"],
        "drawn": drawn,
        "district_in": s["district", "in_c"] - s["loop", "return_c"],
    }


def _district(f: Facts, c: Mapping[str, Array], s: Values) -> Mapping[str, Array]:
    v = {name: s["district", name] for name in CLASSES["district"].measured}
    water, net = VOLUMETRIC * s["loop", "flow_lpm"], VOLUMETRIC * v["dh_flow_lpm"]
    heat, given = water * (v["in_c"] - v["out_c"]), net * (v["dh_supply_c"] - v["dh_return_c"])
    leaving = v["dh_return_c"] + v["heat_kw"] / np.maximum(net, 1.0)
    ua = conductance(v["in_c"], v["out_c"], v["dh_return_c"], leaving, v["heat_kw"])
    pumped = np.nan_to_num(s["heatpump", "heat_kw"])
    return {
        "district_heat": log_ratio(v["heat_kw"], heat),
        "district_ua": log_ratio(ua, f.p.core.district_ua),
        "network": log_ratio(given, v["heat_kw"] + pumped),
        "source_in": v["out_c"] - s["heatpump", "source_in_c"],
    }


def _heatpump(f: Facts, c: Mapping[str, Array], s: Values) -> Mapping[str, Array]:
    v, core = {name: s["heatpump", name] for name in CLASSES["heatpump"].measured}, f.p.core
    source = v["heat_kw"] - v["power_kw"]
    on = (v["load_pct"] > 0.2 * core.heatpump_min_load) & (v["power_kw"] > 1e3)
    each = each_load(v["load_pct"], core.heatpump_units, core.heatpump_min_load)
    cop = lorenz_cop(v["source_out_c"], s["district", "dh_supply_c"], core.heatpump_efficiency) * np.maximum(part_load_factor(each), 0.1)
    taken = VOLUMETRIC * s["loop", "flow_lpm"] * (v["source_in_c"] - v["source_out_c"])
    return {
        "source_heat": np.where(on, log_ratio(source, taken), np.nan),
        "capacity": np.where(on, log_ratio(source, v["load_pct"] * core.heatpump_source), np.nan),
        "cop": np.where(on, log_ratio(v["heat_kw"], v["power_kw"] * cop), np.nan),
        "source_out": v["source_out_c"] - s["cooler", "in_c"],
    }


def _cooler(f: Facts, c: Mapping[str, Array], s: Values) -> Mapping[str, Array]:
    core, fan = f.p.core, s["cooler", "fan_pct"]
    water = VOLUMETRIC * np.maximum(s["loop", "flow_lpm"], 0.0)
    turning = fan > TURNING
    speed = np.where(turning, fan, 1.0)
    g = counterflow(air_side_ua(speed, core.cooler_ua), water, core.cooler_air * speed)
    heat = water * (s["cooler", "in_c"] - s["cooler", "out_c"])
    return {
        "cooler": np.where(turning, log_ratio(heat, g * (s["cooler", "in_c"] - c["dry"])), np.nan),
        "cooler_power": np.where(turning, log_ratio(s["cooler", "power_kw"], affinity_power(speed, f.cooler_fan)), np.nan),
    }


def doubts(f: Facts, c: Mapping[str, Array], s: Values) -> Mapping[str, Array]:
    """Noise of a sample, and lags: the mains take one to four minutes to pass."""
    def apart(a: Array, b: Array) -> Array:
        return np.maximum(np.nan_to_num(a - b), 0.2)

    still = np.zeros(len(f.d.fws_supply))
    supply, back = c["rate_loop_supply_c"], c["rate_loop_return_c"]
    district = apart(s["district", "in_c"], s["district", "out_c"])
    source = apart(s["heatpump", "source_in_c"], s["heatpump", "source_out_c"])
    cooled = apart(s["cooler", "in_c"], s["cooler", "out_c"])
    net = apart(s["district", "dh_supply_c"], s["district", "dh_return_c"])
    near = apart(s["district", "out_c"], s["district", "dh_return_c"])
    fan, load = c["rate_cooler_fan_pct"], c["rate_heatpump_load_pct"]
    passing = 20.0 * (back + c["rate_district_out_c"])
    flow = 5.0 * c["rate_loop_flow_lpm"] / np.maximum(np.nan_to_num(s["loop", "flow_lpm"]), 1e-3)
    turn = 5.0 * c["rate_pump_speed_pct"]
    return {
        "arrive": 0.03 + 60.0 * supply, "return": 0.1 + 120.0 * back, "flow": 0.01 + flow, "valves": 0.01 + flow,
        "pump": 0.01 + turn, "pump_power": 0.01 + 3.0 * turn, "pressure": 500.0 + still, "air": 0.2 + 60.0 * supply,
        "district_in": 0.03 + 10.0 * back, "district_heat": 0.01 + flow + (0.03 + passing) / district,
        "district_ua": 0.01 + (0.04 + passing) / near, "network": 0.01 + 0.03 / net + 20.0 * load,
        "source_in": 0.03 + 10.0 * c["rate_district_out_c"],
        "source_heat": 0.01 + flow + (0.03 + passing + 20.0 * c["rate_heatpump_source_out_c"]) / source + 20.0 * load,
        "capacity": 0.02 + 20.0 * load, "cop": 0.02 + 20.0 * load, "source_out": 0.03 + 10.0 * c["rate_heatpump_source_out_c"],
        "cooler": 0.02 + flow + 10.0 * fan + (0.04 + 30.0 * (c["rate_heatpump_source_out_c"] + c["rate_cooler_out_c"])) / cooled,
        "cooler_power": 0.02 + 10.0 * fan + 0.1 * np.abs(np.log(np.clip(np.nan_to_num(s["cooler", "fan_pct"], nan=1.0), TURNING, 1.0))),
        "sent": 0.05 + 90.0 * (c["rate_cooler_out_c"] + c["rate_tank_top_c"]), "drawn": 0.04 + 30.0 * (c["rate_tank_bottom_c"] + supply),
        "tank_level": 0.002 + still, "wet_bulb": 0.1 + still,
    }


def levers(s: Values) -> Mapping[str, Array]:
    """What the simple laws leave: part load of the heat pump, flow a pump, fan coils that follow the hall's air."""
    return {"cop": s["heatpump", "load_pct"] - 0.5, "pump": s["pump", "speed_pct"] - 0.7, "pump_power": 0.2 * (s["loop", "air_c"] - s["loop", "supply_c"] - 7.0)}


GROUP = Group("loop", SENSORS, CHANNELS, context, seen, values, doubts, levers)
