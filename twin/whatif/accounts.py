"""Energy, money and carbon of a future, and what parts it from another."""
from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from twin.whatif.record import Trajectory
from twin.whatif.world import Prices

Array = np.ndarray
J_KWH = 3.6e6


@dataclass(frozen=True, slots=True)
class Account:
    """Sums over a future."""

    it_kwh: float
    facility_kwh: float  # from grid, gensets and batteries
    genset_kwh: float
    sold_kwh: float  # heat
    rejected_kwh: float
    power_eur: float
    heat_eur: float  # earned
    net_eur: float
    co2_kg: float  # of the electricity
    avoided_kg: float  # by the heat that is sold
    lost_gpu_h: float  # of computing: what GPUs do not take of what is asked of them, each by its share

    def __sub__(self, other: Account) -> Account:
        return Account(*(a - b for a, b in zip(asdict(self).values(), asdict(other).values(), strict=True)))


def total(seconds: Array, power: Array) -> float:
    """Integral by trapezia [J] of a power [n] W."""
    return float(np.trapezoid(power, seconds))


def account(t: Trajectory, prices: Array, gpus: int) -> Account:
    """Sums of a future; `prices` holds for each record its Prices, a rack has `gpus`."""
    s = t.seconds
    genset, facility = t["genset.power_kw"].sum(-1), t["site.facility_kw"]
    grid = facility - genset

    def priced(power: Array, name: str) -> float:
        return total(s, power * np.array([getattr(p, name) for p in prices])) / J_KWH / 1e3

    power = priced(grid, "power_eur_mwh") + priced(genset, "diesel_eur_mwh")
    heat = priced(t["site.sold_kw"], "heat_eur_mwh")
    return Account(
        it_kwh=total(s, t["site.it_kw"]) / J_KWH, facility_kwh=total(s, facility) / J_KWH, genset_kwh=total(s, genset) / J_KWH,
        sold_kwh=total(s, t["site.sold_kw"]) / J_KWH, rejected_kwh=total(s, t["site.rejected_kw"]) / J_KWH, power_eur=power, heat_eur=heat,
        net_eur=power - heat, co2_kg=priced(grid, "power_kg_mwh") + priced(genset, "diesel_kg_mwh"),
        avoided_kg=priced(t["site.sold_kw"], "heat_kg_mwh"), lost_gpu_h=gpus * total(s, t["rack.lost"].sum(-1)) / 3600.0)


def prices_at(plan: list, seconds: Array, dt: float) -> list[Prices]:
    """Prices at each record."""
    starts = np.array([piece.first * dt for piece in plan])
    return [plan[max(i - 1, 0)].world.prices for i in np.searchsorted(starts, seconds, side="right")]
