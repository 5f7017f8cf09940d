"""What changes: temperatures, positions, counters, and the flows and powers of the last step. One value a plant, written in place."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sensors.truth.parameters import Parameters
from sensors.truth.plug import Plugs
from sensors.truth.tables import empty
from sensors.weather import Weather

CELLS = 24  # of each main and tank

# temperatures degC, positions, speeds and levels fractions, flows m3/s, pressures Pa, powers W, timers s
RACK = ("rack_in", "rack_out", "leaked",  # litres
        "rack_flow", "rack_w")
CDU = ("tcs_supply", "tcs_return", "fws_out",  # cold side
       "valve", "valve_command", "valve_error", "cdu_speed", "level",
       "cdu_flow", "cdu_dp", "cdu_share", "cdu_w", "cdu_heat", "fws_flow")
HALL = ("air", "coil_speed", "header", "pump_speed", "pump_count", "pump_timer", "district_out", "district_valve", "hp_out", "hp_load", "hp_timer", "cooler_out",
        "fan",  # -1..1: below zero the bypass opens
        "fan_error", "basin", "cells", "exchangers", "tower_pumps", "stage_timer", "lost",  # m3 of facility water
        "coil_flow", "coil_w", "loop_flow", "loop_dp", "loop_w", "pumps_running", "total_flow", "arrive", "back", "drawn", "mixed", "sent", "rejected", "fan_w",
        "tower_pump_w", "tower_flow", "tower_return", "outdoor_w", "pump_w", "dh_stream",  # W/K
        "dh_supply", "dh_return", "district_heat", "source_heat", "hp_w")
FEED = ("battery",  # J
        "genset_timer", "genset_w", "grid_w", "ups_in_w", "ups_out_w", "ups_lost_w")


@dataclass
class State:
    """Tables of assets with the columns above; what GPUs and water hold beside them."""

    t: float  # epoch s
    rack: np.ndarray
    cdu: np.ndarray
    hall: np.ndarray
    feed: np.ndarray
    die: np.ndarray  # (R, G) degC
    plate: np.ndarray  # (R, G) degC
    water: Plugs  # supply mains of all halls, return mains, tanks (of no volume where a hall has none)
    gpu_w: np.ndarray  # (R, G) W of the last step
    weather: Weather | None = None  # of the last step

    @property
    def back_cells(self) -> np.ndarray:
        """(H, N) from inlet to outlet."""
        halls = len(self.hall)
        return self.water.cells[halls: 2 * halls]

    @property
    def tank_cells(self) -> np.ndarray:
        """(H, N) from top to bottom."""
        return self.water.cells[2 * len(self.hall):]


def designed(p: Parameters, t: float) -> State:
    """A plant near its designed operation."""
    set_fws, grid, h = p.hall.fws_set, np.ones(p.rack.share.shape), p.hall
    rack, cdu, hall, feed = (empty(names, len(of)) for names, of in ((RACK, p.rack.cdu), (CDU, p.cdu.hall), (HALL, h.rated), (FEED, p.feed.rating)))
    inlet = p.cdu.tcs_set[p.rack.cdu]
    _set(rack, rack_in=inlet, rack_out=inlet + 8.0)
    _set(cdu, tcs_supply=p.cdu.tcs_set, tcs_return=p.cdu.tcs_set + 8.0, fws_out=set_fws[p.cdu.hall] + 8.0, valve=0.7, valve_command=0.7, cdu_speed=0.85,
         level=0.72, cdu_dp=p.cdu.dp_set)
    _set(hall, air=h.air_set, coil_speed=0.7, header=set_fws, pump_speed=0.85, pump_count=h.needed, district_out=set_fws + 8.0, district_valve=0.5,
         hp_out=set_fws + 8.0, hp_timer=1e6, cooler_out=set_fws, fan=0.4, basin=set_fws - 2.0, cells=np.ceil(0.6 * h.tower_cells),
         exchangers=np.ceil(0.7 * h.exchangers), tower_pumps=np.ceil(0.75 * h.tower_pumps), stage_timer=1e6, loop_dp=h.dp_set, loop_flow=h.rated)
    _set(feed, battery=p.feed.battery)
    water = Plugs.filled(np.concatenate([h.main, h.main, h.tank]), CELLS, np.concatenate([set_fws, set_fws + 8.0, set_fws]), float(p.fws_volumetric),
                         np.concatenate([h.main_loss, h.main_loss, h.tank_loss]))
    return State(t, rack, cdu, hall, feed, grid * (inlet[:, None] + 22.0), grid * (inlet[:, None] + 14.0), water, np.zeros_like(grid))


def _set(table: np.ndarray, **columns: np.ndarray | float) -> None:
    for name, values in columns.items():
        table[name] = values
