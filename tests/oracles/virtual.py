"""Virtual sensors that need what was learned: balance, pinch and conductance of every CDU, time to throttling of every rack; each with its doubt."""
from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from config.classes import CLASSES
from tests.oracles.belief import Belief
from twin.estimate import heats
from twin.physics.films import film_ua
from twin.plant.types import Inputs

Array = np.ndarray
TREND_K_S = 5e-4  # a supply that warms more slowly than 2 K/h is taken as steady
LONGEST_S = 86_400.0
TREND_DOUBT = 0.3  # of a rate over the last minute


def write(b: Belief, u: Inputs, shown: Mapping[str, Array], std: Mapping[str, Array]) -> None:
    """Write the columns into `shown` and `std` (class -> [rows, columns], fresh arrays of this step)."""
    for cls, columns in (("cdu", _cdu(b, u, shown["cdu"], std["cdu"])), ("rack", _rack(b, shown["rack"], std["rack"]))):
        for name, (value, doubt) in columns.items():
            at = CLASSES[cls].column(name)
            shown[cls][:, at], std[cls][:, at] = value, doubt


def _cdu(b: Belief, u: Inputs, v: Array, s: Array) -> dict[str, tuple[Array, Array]]:
    at = CLASSES["cdu"].column
    cold, hot = v[:, at("tcs_supply_c")] - v[:, at("fws_supply_c")], v[:, at("tcs_return_c")] - v[:, at("fws_return_c")]
    doubt = np.where(cold < hot, np.hypot(s[:, at("tcs_supply_c")], s[:, at("fws_supply_c")]), np.hypot(s[:, at("tcs_return_c")], s[:, at("fws_return_c")]))
    block, c = b.slow.blocks["cdu"], b.slow.p.cdus
    ua = film_ua(c.ua, b.slow.p.wiring.racks_to_cdus(u.rack_flow) / c.rated_tcs, u.fws_flow / c.rated_fws, c.hot_share)
    return {"pinch_k": (np.minimum(cold, hot), doubt), "ua_kw_k": (ua, ua * block.std("ua")), "balance_kw": _balance(b)}


def _balance(b: Belief) -> tuple[Array, Array]:
    """Heat that leaves the coolant less heat that the facility water takes up, both as measured over the last minute [W]; the fixed errors of its sensors."""
    block = b.slow.blocks["cdu"]
    mean = {f"cdu.{name}": b.slow.mean["cdu"][:, i] for i, name in enumerate(CLASSES["cdu"].measured)}
    given, taken = heats.coolant(b.slow.p, mean) + mean["cdu.power_kw"], heats.facility(mean)
    rise, fall = (np.maximum(mean[f"cdu.{side}_return_c"] - mean[f"cdu.{side}_supply_c"], 0.3) for side in ("tcs", "fws"))
    parts = [block.std("tcs_meter"), block.std("fws_meter"), block.std("tcs_pair") / rise, block.std("fws_pair") / fall]
    return given - taken, np.abs(taken) * np.sqrt(sum(x * x for x in parts))


def _rack(b: Belief, v: Array, s: Array) -> dict[str, tuple[Array, Array]]:
    """Seconds until the hottest GPU throttles if the coolant goes on warming as in the last minute; none where it does not."""
    at = CLASSES["rack"].column
    warming = b.slow.rate["cdu"][:, CLASSES["cdu"].column("tcs_supply_c")][b.slow.p.wiring.rack_cdu]
    rate = np.where(warming > TREND_K_S, warming, np.nan)
    margin = np.maximum(v[:, at("gpu_margin_k")], 0.0)
    left = margin / rate
    left = np.where(left <= LONGEST_S, left, np.nan)
    return {"throttle_s": (left, np.hypot(s[:, at("gpu_margin_k")] / rate, TREND_DOUBT * left))}
