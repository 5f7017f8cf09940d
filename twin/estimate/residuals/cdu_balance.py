"""Heat out of the coolant against heat into the facility water."""
from __future__ import annotations

from twin.estimate import heats
from twin.estimate.facts import Facts
from twin.estimate.residuals.base import Array, Channel, Columns, log_ratio


def law(f: Facts, v: Columns) -> Array:
    return log_ratio(heats.coolant(f.p, v) + v["cdu.power_kw"], heats.facility(v))


CHANNEL = Channel(
    "cdu.balance", "cdu", "coolant heat against facility heat",
    ("cdu.tcs_flow_lpm", "cdu.tcs_return_c", "cdu.tcs_supply_c", "cdu.fws_flow_lpm", "cdu.fws_return_c", "cdu.fws_supply_c", "cdu.power_kw"), law,
    {"tcs_meter": 1.0, "fws_meter": -1.0,
     "tcs_pair": lambda f, v: 1.0 / (v["cdu.tcs_return_c"] - v["cdu.tcs_supply_c"]),
     "fws_pair": lambda f, v: -1.0 / (v["cdu.fws_return_c"] - v["cdu.fws_supply_c"])}, lag_s=15.0, model=0.005, instrumental=True)
