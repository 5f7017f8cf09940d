"""What changes: temperatures, positions, counters. One mutable value a plant; arrays are replaced, never shared."""
from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sensors.truth.parameters import Parameters
from sensors.truth.plug import Plugs

CELLS = 24  # of each main and tank


@dataclass
class State:
    """Shapes as in `parameters`; temperatures degC, positions and speeds fractions, flows m3/s, powers W."""

    t: float  # epoch s
    die: np.ndarray
    plate: np.ndarray
    rack_in: np.ndarray
    rack_out: np.ndarray
    tcs_return: np.ndarray
    tcs_supply: np.ndarray
    fws_out: np.ndarray  # cold side of each CDU
    valve: np.ndarray  # true position
    valve_command: np.ndarray
    valve_error: np.ndarray
    cdu_speed: np.ndarray
    air: np.ndarray
    coil_speed: np.ndarray
    water: Plugs  # supply mains of all halls, return mains, tanks (of no volume where a hall has none)
    header: np.ndarray
    pump_speed: np.ndarray
    pump_count: np.ndarray
    pump_timer: np.ndarray
    district_out: np.ndarray
    district_valve: np.ndarray
    hp_out: np.ndarray
    hp_load: np.ndarray
    hp_timer: np.ndarray
    cooler_out: np.ndarray
    fan: np.ndarray  # -1..1: below zero the bypass opens
    fan_error: np.ndarray
    basin: np.ndarray
    cells: np.ndarray
    exchangers: np.ndarray
    tower_pumps: np.ndarray
    stage_timer: np.ndarray
    battery: np.ndarray  # J
    genset_timer: np.ndarray  # s since the call
    genset_w: np.ndarray
    level: np.ndarray  # (C,) fraction of the CDU's expansion vessel
    leaked: np.ndarray  # (R,) litres
    lost: np.ndarray  # (H,) m3 of facility water
    flows: dict[str, np.ndarray] = field(default_factory=dict)  # of the last step, for instruments

    @property
    def back_cells(self) -> np.ndarray:
        """(H, N) from inlet to outlet."""
        halls = len(self.header)
        return self.water.cells[halls: 2 * halls]

    @property
    def tank_cells(self) -> np.ndarray:
        """(H, N) from top to bottom."""
        return self.water.cells[2 * len(self.header):]


def designed(p: Parameters, t: float) -> State:
    """A plant near its designed operation."""
    racks, cdus, halls, feeds = len(p.rack.cdu), len(p.cdu.hall), len(p.hall.rated), len(p.feed.rating)
    set_tcs, set_fws = p.cdu.tcs_set, p.hall.fws_set
    inlet = set_tcs[p.rack.cdu]
    grid = np.ones_like(p.rack.share)
    vol = p.fws_volumetric

    water = Plugs.filled(np.concatenate([p.hall.main, p.hall.main, p.hall.tank]), CELLS, np.concatenate([set_fws, set_fws + 8.0, set_fws]), vol,
                         np.concatenate([p.hall.main_loss, p.hall.main_loss, p.hall.tank_loss]))
    zero, full = np.zeros(halls), np.ones(halls)
    return State(
        t=t, die=grid * (inlet[:, None] + 22.0), plate=grid * (inlet[:, None] + 14.0), rack_in=inlet.copy(), rack_out=inlet + 8.0,
        tcs_return=set_tcs + 8.0, tcs_supply=set_tcs.copy(), fws_out=set_fws[p.cdu.hall] + 8.0, valve=np.full(cdus, 0.7),
        valve_command=np.full(cdus, 0.7), valve_error=np.zeros(cdus), cdu_speed=np.full(cdus, 0.85), air=p.hall.air_set.copy(),
        coil_speed=0.7 * full, water=water, header=set_fws.copy(), pump_speed=0.85 * full,
        pump_count=p.hall.needed.copy(), pump_timer=zero.copy(), district_out=set_fws + 8.0, district_valve=0.5 * full,
        hp_out=set_fws + 8.0, hp_load=zero.copy(), hp_timer=1e6 * full, cooler_out=set_fws.copy(), fan=0.4 * full, fan_error=zero.copy(),
        basin=set_fws - 2.0, cells=np.ceil(0.6 * p.hall.tower_cells), exchangers=np.ceil(0.7 * p.hall.exchangers),
        tower_pumps=np.ceil(0.75 * p.hall.tower_pumps), stage_timer=1e6 * full, battery=p.feed.battery.copy(),
        genset_timer=np.zeros(feeds), genset_w=np.zeros(feeds), level=np.full(cdus, 0.72), leaked=np.zeros(racks), lost=zero.copy())
