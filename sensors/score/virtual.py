"""Virtual sensors under test: what is true, what the twin says and how sure it is. A row each; relative ones are shares of the true value."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from config.classes import CLASSES
from sensors.fitted import Fitted
from sensors.truth.plant import Truth

Array = np.ndarray
TrueAt = Callable[[Truth], Array]
EstimateAt = Callable[[Any], tuple[Array, Array]]  # twin -> value, standard deviation
Mask = Callable[[Fitted, Truth], Array]


@dataclass(frozen=True, slots=True)
class Virtual:
    """`limit` is the RMSE aimed at, in `unit`."""

    name: str
    unit: str
    true: TrueAt
    estimate: EstimateAt
    mask: Mask | None = None
    limit: float | None = None
    needs: str = ""  # class that the site must have


def column(cls: str, name: str) -> EstimateAt:
    at = CLASSES[cls].column(name)
    return lambda twin: (twin.snapshot.values[cls][:, at], twin.snapshot.std[cls][:, at])


def gpu(twin: Any) -> tuple[Array, Array]:
    return twin.snapshot.gpu_c, np.sqrt(twin.belief.die_var)


def _die(t: Truth) -> Array:
    return t.state.die.copy()


def _silent(fitted: Fitted, t: Truth) -> Array:
    there = t.p.rack.present > 0
    return there & fitted.silent if fitted.silent is not None else np.zeros_like(there)


def _speaking(fitted: Fitted, t: Truth) -> Array:
    return (t.p.rack.present > 0) & ~_silent(fitted, t)


def _no_meter(fitted: Fitted, t: Truth) -> Array:
    missing = fitted.missing.get("rack")
    return missing[:, CLASSES["rack"].column("flow_lpm")] if missing is not None else np.zeros(len(t.p.rack.cdu), dtype=bool)


def _meter(fitted: Fitted, t: Truth) -> Array:
    return ~_no_meter(fitted, t)


def _to_liquid(t: Truth) -> Array:
    return t.p.tcs_volumetric * t.state.rack["rack_flow"] * (t.state.rack["rack_out"] - t.state.rack["rack_in"])


def _arriving(t: Truth) -> Array:
    return t.state.hall["arrive"][t.p.cdu.hall]


def _flow(t: Truth) -> Array:
    return t.state.rack["rack_flow"]


def _cop(t: Truth) -> Array:
    power = t.state.hall["hp_w"]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(power > 1e3, (t.state.hall["source_heat"] + power) / power, np.nan)[t.p.hall.hp_source > 0]


def _pue(t: Truth) -> Array:
    return np.array([(t.state.feed["grid_w"].sum() + t.state.feed["genset_w"].sum()) / t.state.rack["rack_w"].sum()])


VIRTUAL: tuple[Virtual, ...] = (
    Virtual("gpu_c_unmetered", "K", _die, gpu, _silent, 1.0),
    Virtual("gpu_c_metered", "K", _die, gpu, _speaking),
    Virtual("gpu_max_c", "K", lambda t: np.where(t.p.rack.present > 0, t.state.die, -np.inf).max(axis=1), column("rack", "gpu_max_c")),
    Virtual("rack_flow_unmetered", "%", _flow, column("rack", "flow_lpm"), _no_meter, 5.0),
    Virtual("rack_flow_metered", "%", _flow, column("rack", "flow_lpm"), _meter),
    Virtual("rack_liquid_kw", "%", _to_liquid, column("rack", "liquid_kw")),
    Virtual("rack_supply_c", "K", lambda t: t.state.rack["rack_in"], column("rack", "supply_c")),
    Virtual("rack_return_c", "K", lambda t: t.state.rack["rack_out"], column("rack", "return_c")),
    Virtual("cdu_heat_kw", "%", lambda t: t.state.cdu["cdu_heat"], column("cdu", "heat_kw"), None, 1.0),
    Virtual("cdu_tcs_supply_c", "K", lambda t: t.state.cdu["tcs_supply"], column("cdu", "tcs_supply_c")),
    Virtual("cdu_tcs_return_c", "K", lambda t: t.state.cdu["tcs_return"], column("cdu", "tcs_return_c")),
    Virtual("cdu_fws_supply_c", "K", _arriving, column("cdu", "fws_supply_c")),
    Virtual("cdu_fws_return_c", "K", lambda t: t.state.cdu["fws_out"], column("cdu", "fws_return_c")),
    Virtual("cdu_approach_k", "K", lambda t: t.state.cdu["tcs_supply"] - _arriving(t), column("cdu", "approach_k")),
    Virtual("loop_supply_c", "K", lambda t: t.state.hall["header"], column("loop", "supply_c")),
    Virtual("loop_return_c", "K", lambda t: t.state.hall["back"], column("loop", "return_c")),
    Virtual("heatpump_cop", "%", _cop, column("heatpump", "cop_ratio"), needs="heatpump"),
    Virtual("pue", "%", _pue, column("site", "pue_ratio")),
)


@dataclass
class Errors:
    """Sums of one virtual sensor: squared errors, and how many lay inside the 95 % band."""

    count: int = 0
    square: float = 0.0
    banded: int = 0  # samples with a standard deviation
    inside: int = 0

    def add(self, error: Array, std: Array) -> None:
        seen = np.isfinite(error)
        self.count += int(seen.sum())
        self.square += float((error[seen] ** 2).sum())
        with np.errstate(invalid="ignore"):
            known = seen & (std > 0)
        self.banded += int(known.sum())
        self.inside += int((np.abs(error[known]) <= 1.959964 * std[known]).sum())


def truths(truth: Truth) -> dict[str, Array]:
    """True values of every virtual sensor of this site now."""
    return {v.name: np.array(v.true(truth)) for v in VIRTUAL if not v.needs or truth.site.count(v.needs)}


def compare(true: dict[str, Array], twin: Any, masks: dict[str, Array | None]) -> Iterator[tuple[str, Array, Array]]:
    """(name, error, standard deviation) of each virtual sensor, in its unit."""
    for v in VIRTUAL:
        if v.name not in true:
            continue
        value, std = v.estimate(twin)
        real = true[v.name]
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.where(np.abs(real) > 0, 100.0 / np.abs(real), np.nan) if v.unit == "%" else np.ones_like(real)
        error, wide = (value - real) * scale, std * scale
        mask = masks.get(v.name)
        yield v.name, (error if mask is None else error[mask]).ravel(), (wide if mask is None else wide[mask]).ravel()
