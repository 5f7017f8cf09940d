"""Channels of a facility loop and its plant room, in the order the water passes them."""
from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from config.classes import CLASSES
from twin.estimate.health.facts import Facts
from twin.estimate.health.groups.cdu import group_median, valve_conductance
from twin.estimate.health.scene import Channel, Group, Scene, Sensor, Values, lawful
from twin.estimate.residuals import BANK
from twin.estimate.residuals.base import log_ratio, moved
from twin.physics.machines import STILL_AIR, affinity_power, draught
from twin.physics.water import VOLUMETRIC

Array = np.ndarray
CLS = ("loop", "pump", "tank", "cooler", "heatpump", "district")
TURNING = 0.12  # least fan speed at which power tells of fans: below a thousandth of the rating it is the meter's own
SENSORS: tuple[Sensor, ...] = tuple((cls, c) for cls in CLS for c in CLASSES[cls].measured if not c.endswith(("_on", "_count")))
LAWS = {"flow": "loop.flow", "pump_power": "loop.pump_power", "district_heat": "district.balance", "district_ua": "district.ua",
        "source_heat": "heatpump.balance", "capacity": "heatpump.capacity", "cop": "heatpump.cop", "cooler": "cooler.ua"}

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
    Channel("cooler", "1", 0.20, 0.025, 0.03, "heat of the coolers at this fan speed and air against their rating"),
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
        "mix": moved(f.of, "cdu", "loop", flow * back) / moved(f.of, "cdu", "loop", np.where(np.isfinite(back), flow, np.nan)),
        "cdu.fws_flow_lpm": moved(f.of, "cdu", "loop", flow),
        "valves": group_median(log_ratio(flow, open_), loop, n),
        "pump.running_count": _spread(f, "pump", scene.of("pump", "running_count")),
        "weather.dry_bulb_c": np.broadcast_to(_weather(scene, "dry_bulb_c"), (n,)),
        "wet": _weather(scene, "wet_bulb_c"), "humid": _weather(scene, "humidity_pct"),
    }


def wet_bulb(dry: Array, humidity: Array) -> Array:
    """Wet bulb [degC] of air of `humidity` [0..1] at sea level (Stull 2011, J. Appl. Meteor. Climatol. 50, 2267, eq. 1; within 1 K)."""
    rh = 100.0 * np.clip(humidity, 0.05, 0.99)
    return (dry * np.arctan(0.151977 * np.sqrt(rh + 8.313659)) + np.arctan(dry + rh) - np.arctan(rh - 1.676331)
            + 0.00391838 * rh**1.5 * np.arctan(0.023101 * rh) - 4.686035)


def values(f: Facts, c: Mapping[str, Array], s: Values) -> Mapping[str, Array]:
    v = {f"{cls}.{column}": x for (cls, column), x in s.items()} | {k: x for k, x in c.items() if "." in k}
    laws = {name: _on_loops(f, law, v) for name, law in LAWS.items()}
    pumping = VOLUMETRIC * np.maximum(s["loop", "flow_lpm"], 1e-6)
    fan = s["cooler", "fan_pct"]
    return laws | {
        "arrive": s["loop", "supply_c"] - c["arrive"],
        "return": s["loop", "return_c"] - c["mix"],
        "valves": c["valves"] - 0.5 * log_ratio(s["loop", "dp_kpa"], np.ones(1)),
        "pump": 0.5 * _on_loops(f, "loop.head", v),
        "pressure": s["loop", "pressure_kpa"],
        "air": s["loop", "air_c"] - s["loop", "supply_c"],
        "drawn": s["loop", "supply_c"] - s["tank", "bottom_c"] - s["pump", "power_kw"] / pumping,
        "district_in": s["district", "in_c"] - s["loop", "return_c"],
        "network": log_ratio(_network(s), s["district", "heat_kw"] + np.nan_to_num(s["heatpump", "heat_kw"])),
        "source_in": s["district", "out_c"] - s["heatpump", "source_in_c"],
        "source_out": s["heatpump", "source_out_c"] - s["cooler", "in_c"],
        "cooler_power": np.where(fan > TURNING, log_ratio(s["cooler", "power_kw"], affinity_power(np.where(fan > TURNING, fan, 1.0), f.cooler_fan)), np.nan),
        "sent": s["cooler", "out_c"] - s["tank", "top_c"],
        "tank_level": s["tank", "level_pct"],
        "wet_bulb": c["wet"] - wet_bulb(c["weather.dry_bulb_c"], c["humid"]) + 0.0 * s["loop", "supply_c"],
    }


def _network(s: Values) -> Array:
    return VOLUMETRIC * s["district", "dh_flow_lpm"] * (s["district", "dh_supply_c"] - s["district", "dh_return_c"])


def _on_loops(f: Facts, law: str, v: Mapping[str, Array]) -> Array:
    """A law of the bank on every loop, NaN where the hall has no such asset."""
    rows = f.loop_of[BANK[law].cls]
    found = lawful(f, law, {t: v[t][..., rows] for t in BANK[law].terms})
    out = np.full((*found.shape[:-1], len(f.d.fws_supply)), np.nan)
    out[..., rows] = found
    return out


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
    """What the simple laws leave: part load of the heat pump, flow a pump, fan coils that follow the hall's air, what a fan's display is off."""
    return {"cooler": STILL_AIR / draught(s["cooler", "fan_pct"]), "cop": s["heatpump", "load_pct"] - 0.5, "pump": s["pump", "speed_pct"] - 0.7, "pump_power": 0.2 * (s["loop", "air_c"] - s["loop", "supply_c"] - 7.0)}


GROUP = Group("loop", SENSORS, CHANNELS, context, seen, values, doubts, levers)
