"""What faults change: factors on the plant and switches, neutral where nothing is wrong. Written anew each step by the faults."""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sensors.truth.parameters import Parameters
from sensors.truth.tables import table

# what each column is when healthy; 1 is a factor
RACK = {
    "rack_flow": 1.0,  # admittance
    "leak": 0.0,  # m3/s lost
}
CDU = {
    "cdu_ua": 1.0,  # exchanger conductance
    "cdu_head": 1.0,  # pump head, wear
    "cdu_pumps": 0.0,  # pumps out of service
    "cdu_inner": 1.0,  # resistance of the strainer
    "valve_stuck": np.nan,  # position where it is stuck, below zero where it was, NaN when free
    "valve_stiction": 0.0,  # added to the stiction band
    "valve_gain": 1.0,  # controller gain: hunting when large
}
HALL = {
    "pump_out": 0.0,  # facility pumps out of service
    "pump_head": 1.0,
    "pump_power": 1.0,  # more power for the same water
    "cooler_ua": 1.0,
    "cooler_fans": 1.0,  # share of fans running
    "recirculation": 0.0,  # K added to the air at the coolers' inlet
    "district_ua": 1.0,
    "hp_cop": 1.0,
    "hp_capacity": 1.0,
    "tank_mixing": 0.0,  # added exchange of neighbouring layers a second
    "loop_leak": 0.0,  # m3/s of facility water lost
}
FEED = {
    "feed_open": 0.0,  # 1 when the grid is lost
    "genset_out": 0.0,  # share of the gensets that do not start
    "transfer_stuck": 0.0,  # 1 when the transfer switch stays on the grid's side
    "ups_bypass": 0.0,  # 1 when the UPS passes the load by: no losses, no battery
    "battery_drain": 1.0,  # charge that a joule delivered costs
    "ups_loss": 1.0,
}


@dataclass
class Effects:
    """Tables of assets with the columns above, and what befell plates (R, G)."""

    rack: np.ndarray
    cdu: np.ndarray
    hall: np.ndarray
    feed: np.ndarray
    plate_flow: np.ndarray  # flow through the plate
    plate_film: np.ndarray  # film conductance
    plates_hit: bool = False  # some plate differs from healthy

    @classmethod
    def none(cls, p: Parameters) -> Effects:
        counts = (len(p.rack.cdu), len(p.cdu.hall), len(p.hall.rated), len(p.feed.rating))
        return cls(*(table(columns, n) for columns, n in zip((RACK, CDU, HALL, FEED), counts, strict=True)), np.ones(p.rack.share.shape), np.ones(p.rack.share.shape))

    def column(self, name: str) -> np.ndarray:
        """A column of the table that has it, to be written into."""
        for at in (self.rack, self.cdu, self.hall, self.feed):
            if name in at.dtype.names:
                return at[name]
        raise KeyError(name)

    def fresh(self) -> Effects:
        """A copy to write faults into."""
        return replace(self, **{n: getattr(self, n).copy() for n in ("rack", "cdu", "hall", "feed", "plate_flow", "plate_film")})
