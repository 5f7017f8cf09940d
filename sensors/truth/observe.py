"""What stands in the water and on the wires at this moment: true values of every measured column, SI, in class order."""
from __future__ import annotations

import numpy as np

from config.classes import CLASSES
from sensors.noise import smooth
from sensors.truth.plant import Truth

STATIC_PA = 2.5e5  # filling pressure of a facility loop (usual 2..3 bar)
AIR_PA = 1.013e5
GAS_SHARE = 0.02  # gas of the expansion vessel when filled, of the loop's water (EN 12828 sizes it by the water's expansion, 1..2 %)


def observe(truth: Truth, cls: str, out: np.ndarray | None = None) -> np.ndarray:
    """True values, shape (rows, measured columns); written into `out` where it is given."""
    names = CLASSES[cls].measured
    out = np.empty((truth.site.count(cls), len(names))) if out is None else out
    columns = _OBSERVERS[cls](truth)
    for index, name in enumerate(names):
        out[:, index] = columns[name]
    return out


def gpus(truth: Truth) -> np.ndarray:
    """Die temperature [degC] and power [W], shape (R, 2, G)."""
    return np.stack([truth.state.die, truth.state.gpu_w], axis=1)


def _rack(t: Truth) -> dict:
    s = t.state
    return {"supply_c": s.rack["rack_in"], "return_c": s.rack["rack_out"], "flow_lpm": s.rack["rack_flow"], "power_kw": s.rack["rack_w"],
            "leak_on": s.rack["leaked"] > 0.2}


def _cdu(t: Truth) -> dict:
    s, hall = t.state, t.p.cdu.hall
    flow = s.cdu["cdu_flow"]
    return {"tcs_supply_c": s.cdu["tcs_supply"], "tcs_return_c": s.cdu["tcs_return"], "tcs_flow_lpm": flow, "fws_supply_c": s.hall["arrive"][hall],
            "fws_return_c": s.cdu["fws_out"], "fws_flow_lpm": s.cdu["fws_flow"], "dp_kpa": s.cdu["cdu_dp"],
            "speed_pct": s.cdu["cdu_speed"] * (s.cdu["cdu_share"] > 0), "valve_pct": s.cdu["valve"], "level_pct": s.cdu["level"],
            "power_kw": s.cdu["cdu_w"], "heat_kw": t.p.tcs_volumetric * flow * (s.cdu["tcs_return"] - s.cdu["tcs_supply"])}


def _loop(t: Truth) -> dict:
    s = t.state
    warm = s.back_cells.mean(axis=1)
    gas = GAS_SHARE * (2 * t.p.hall.main + t.p.hall.tank)
    static = (STATIC_PA + AIR_PA) * gas / (gas + s.hall["lost"]) - AIR_PA  # the gas expands at constant temperature
    return {"supply_c": s.hall["header"], "return_c": s.hall["back"], "flow_lpm": s.hall["total_flow"], "dp_kpa": s.hall["loop_dp"],
            "pressure_kpa": np.maximum(static + 1.5e3 * (warm - 42.0), 0.0), "air_c": s.hall["air"]}


def _pump(t: Truth) -> dict:
    running = t.state.hall["pumps_running"]
    return {"speed_pct": t.state.hall["pump_speed"] * (running > 0), "running_count": running, "power_kw": t.state.hall["pump_w"]}


def _having(t: Truth, cls: str, values: np.ndarray) -> np.ndarray:
    """Values of the halls that have such an asset."""
    return np.asarray(values)[t.halls_of[cls]]


def _tank(t: Truth) -> dict:
    cells = t.state.tank_cells
    values = {"top_c": 0.5 * (cells[:, 0] + cells[:, 1]), "bottom_c": 0.5 * (cells[:, -2] + cells[:, -1])}
    return {name: _having(t, "tank", v) for name, v in values.items()} | {"level_pct": 0.9}


def _cooler(t: Truth) -> dict:
    s = t.state
    fan = np.maximum(s.hall["fan"], 0.0)
    values = {"in_c": s.hall["hp_out"], "out_c": s.hall["sent"], "fan_pct": fan, "running_count": np.where(fan > 0, t.p.hall.cooler_count, 0.0),
              "power_kw": s.hall["outdoor_w"]}
    return {name: _having(t, "cooler", v) for name, v in values.items()}


def _tower(t: Truth) -> dict:
    s = t.state
    values = {"supply_c": s.hall["basin"], "return_c": s.hall["tower_return"], "flow_lpm": s.hall["tower_flow"], "fan_pct": np.maximum(s.hall["fan"], 0.0),
              "speed_pct": 0.9 * (s.hall["tower_pumps"] > 0), "running_count": s.hall["cells"], "power_kw": s.hall["outdoor_w"]}
    return {name: _having(t, "tower", v) for name, v in values.items()}


def _heatpump(t: Truth) -> dict:
    s = t.state
    values = {"source_in_c": s.hall["district_out"], "source_out_c": s.hall["hp_out"], "load_pct": s.hall["hp_load"], "power_kw": s.hall["hp_w"],
              "heat_kw": s.hall["source_heat"] + s.hall["hp_w"]}
    return {name: _having(t, "heatpump", v) for name, v in values.items()}


def _district(t: Truth) -> dict:
    s = t.state
    values = {"in_c": s.hall["back"], "out_c": s.hall["district_out"], "dh_supply_c": s.hall["dh_supply"], "dh_return_c": s.hall["dh_return"],
              "dh_flow_lpm": s.hall["dh_stream"] / t.p.fws_volumetric, "valve_pct": s.hall["district_valve"], "heat_kw": s.hall["district_heat"]}
    return {name: _having(t, "district", v) for name, v in values.items()}


def _feed(t: Truth) -> dict:
    power, p = t.state.feed, t.p.feed
    count = len(p.rating)
    closed = power["grid_w"] > 0
    sag = 1 - 0.02 * power["grid_w"] / p.transformer + 0.004 * smooth(1, "voltage", t.state.t, 30.0, count)
    beat = p.frequency + 0.015 * smooth(1, "frequency", t.state.t, 30.0, 1)[0]
    return {"power_kw": power["grid_w"], "voltage_v": p.voltage * sag * closed, "frequency_hz": beat * closed, "closed_on": closed}


def _ups(t: Truth) -> dict:
    power = t.state.feed
    return {"power_in_kw": power["ups_in_w"], "power_out_kw": power["ups_out_w"], "charge_pct": t.state.feed["battery"] / np.maximum(t.p.feed.battery, 1.0),
            "load_pct": power["ups_out_w"] / t.p.feed.rating}


def _genset(t: Truth) -> dict:
    return {"power_kw": t.state.feed["genset_w"], "running_count": np.where(t.state.feed["genset_timer"] > 0, t.p.feed.gensets, 0.0), "level_pct": 0.95}


def _weather(t: Truth) -> dict:
    w = t.state.weather
    return {"dry_bulb_c": w.dry_bulb, "wet_bulb_c": w.wet_bulb, "humidity_pct": w.humidity}


_OBSERVERS = {"rack": _rack, "cdu": _cdu, "loop": _loop, "pump": _pump, "tank": _tank, "cooler": _cooler, "tower": _tower,
              "heatpump": _heatpump, "district": _district, "feed": _feed, "ups": _ups, "genset": _genset, "weather": _weather}
CLASSES_SEEN = tuple(_OBSERVERS)
