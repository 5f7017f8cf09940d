"""What faults change: factors on the plant and switches, neutral where nothing is wrong. Written anew each step by the faults."""
from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from sensors.truth.parameters import Parameters


@dataclass
class Effects:
    """Shapes as in `parameters`; factors are 1 when healthy."""

    cdu_ua: np.ndarray  # (C,) exchanger conductance
    cdu_head: np.ndarray  # (C,) pump head, wear
    cdu_pumps: np.ndarray  # (C,) pumps out of service
    cdu_inner: np.ndarray  # (C,) resistance of the strainer
    valve_stuck: np.ndarray  # (C,) position where it is stuck, NaN when free
    valve_stiction: np.ndarray  # (C,) added to the stiction band
    valve_gain: np.ndarray  # (C,) controller gain: hunting when large
    rack_flow: np.ndarray  # (R,) admittance
    leak: np.ndarray  # (R,) m3/s lost
    plate_flow: np.ndarray  # (R, G) flow through the plate
    plate_film: np.ndarray  # (R, G) film conductance
    pump_out: np.ndarray  # (H,) facility pumps out of service
    pump_head: np.ndarray  # (H,)
    pump_power: np.ndarray  # (H,) more power for the same water
    cooler_ua: np.ndarray  # (H,)
    cooler_fans: np.ndarray  # (H,) share of fans running
    recirculation: np.ndarray  # (H,) K added to the air at the coolers' inlet
    district_ua: np.ndarray  # (H,)
    hp_cop: np.ndarray  # (H,)
    hp_capacity: np.ndarray  # (H,)
    tank_mixing: np.ndarray  # (H,) added exchange of neighbouring layers a second
    feed_open: np.ndarray  # (F,) 1 when the grid is lost
    genset_out: np.ndarray  # (F,) share of the gensets that do not start
    transfer_stuck: np.ndarray  # (F,) 1 when the transfer switch stays on the grid's side
    ups_bypass: np.ndarray  # (F,) 1 when the UPS passes the load by: no losses, no battery
    battery_drain: np.ndarray  # (F,) charge that a joule delivered costs
    ups_loss: np.ndarray  # (F,)
    loop_leak: np.ndarray  # (H,) m3/s of facility water lost
    plates_hit: bool = False  # some plate differs from healthy

    @classmethod
    def none(cls, p: Parameters) -> Effects:
        r, c, h, f = p.rack.share.shape[0], len(p.cdu.hall), len(p.hall.rated), len(p.feed.rating)
        shapes = {"cdu_ua": c, "cdu_head": c, "cdu_pumps": c, "cdu_inner": c, "valve_stuck": c, "valve_stiction": c, "valve_gain": c,
                  "rack_flow": r, "leak": r, "plate_flow": p.rack.share.shape, "plate_film": p.rack.share.shape, "pump_out": h,
                  "pump_head": h, "pump_power": h, "cooler_ua": h, "cooler_fans": h, "recirculation": h, "district_ua": h, "hp_cop": h,
                  "hp_capacity": h, "tank_mixing": h, "feed_open": f, "ups_loss": f,
                  "genset_out": f, "transfer_stuck": f, "ups_bypass": f, "battery_drain": f, "loop_leak": h}
        made = {name: np.full(shape, _NEUTRAL.get(name, 1.0)) for name, shape in shapes.items()}
        return cls(**made)

    def fresh(self) -> Effects:
        """A copy to write faults into."""
        return replace(self, **{f.name: v.copy() for f in fields(self) if isinstance(v := getattr(self, f.name), np.ndarray)})


_NEUTRAL = {"cdu_pumps": 0.0, "valve_stuck": np.nan, "valve_stiction": 0.0, "leak": 0.0, "pump_out": 0.0, "recirculation": 0.0,
            "tank_mixing": 0.0, "feed_open": 0.0, "genset_out": 0.0, "transfer_stuck": 0.0, "ups_bypass": 0.0, "loop_leak": 0.0}
