"""Conductance of a CDU's exchanger against its films at these flows."""
from __future__ import annotations

import numpy as np

from twin.estimate import heats
from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_mean, log_ratio


def law(f: Facts, v: Columns) -> Array:
    """The racks' power is the best known heat; where no rack tells it, the facility side's."""
    heat, out = heats.electric(f, v) + v["cdu.power_kw"], heats.facility(v)
    heat = np.where(np.isfinite(heat), heat, out)
    leaving = v["cdu.tcs_supply_c"] - v["cdu.power_kw"] / np.maximum(f.p.cdus.volumetric * v["cdu.tcs_flow_lpm"], 1.0)
    mean = log_mean(v["cdu.tcs_return_c"] - v["cdu.fws_return_c"], leaving - v["cdu.fws_supply_c"])
    return log_ratio(heat / mean, heats.films(f, v["cdu.tcs_flow_lpm"], v["cdu.fws_flow_lpm"]))


CHANNEL = Channel(
    "cdu.ua", "cdu", "exchanger conductance against its films at these flows",
    ("rack.power_kw", "cdu.power_kw", "cdu.tcs_flow_lpm", "cdu.fws_flow_lpm", "cdu.tcs_return_c", "cdu.tcs_supply_c", "cdu.fws_return_c",
     "cdu.fws_supply_c"), law, {"ua": 1.0}, lag_s=15.0, model=0.03)
