"""Power from the feeds to the loads: transformer, then UPS for racks, CDUs and pumps; fans and heat pumps before the UPS."""
from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from config.site import Site
from sensors.truth.effects import Effects
from sensors.truth.parameters import Parameters
from sensors.truth.state import State


@dataclass(frozen=True)
class Wiring:
    """Which feeds an asset hangs on, shape (assets, F), rows summing to one with both feeds alive."""

    rack: np.ndarray
    cdu: np.ndarray
    pump: np.ndarray
    cooler: np.ndarray
    heat_pump: np.ndarray


@dataclass(frozen=True)
class Power:
    """By feed [W]: taken from the grid, UPS in and out, losses, from the battery, from gensets."""

    grid: np.ndarray
    ups_in: np.ndarray
    ups_out: np.ndarray
    ups_loss: np.ndarray
    transformer_loss: np.ndarray
    battery: np.ndarray
    genset: np.ndarray


def _matrix(site: Site, cls: str, imbalance: float, rng: np.random.Generator) -> np.ndarray:
    order = {f.id: i for i, f in enumerate(site.model.feeds)}
    out = np.zeros((site.count(cls), len(order)))
    for asset in site.assets.get(cls, ()):
        for feed in asset.feeds:
            out[asset.row, order[feed]] = 1.0 + imbalance * rng.standard_normal()
    total = out.sum(axis=1, keepdims=True)
    return out / np.where(total > 0, total, 1.0)


def wire(site: Site, rng: np.random.Generator) -> Wiring:
    """Loads on two feeds share within 3 %."""
    outdoor = _matrix(site, "cooler", 0.03, rng) if site.count("cooler") else _matrix(site, "tower", 0.03, rng)
    pumps = _matrix(site, "heatpump", 0.03, rng) if site.count("heatpump") else np.zeros((0, len(site.model.feeds)))
    return Wiring(_matrix(site, "rack", 0.03, rng), _matrix(site, "cdu", 0.03, rng), _matrix(site, "pump", 0.03, rng), outdoor, pumps)


def live_share(matrix: np.ndarray, alive: np.ndarray) -> np.ndarray:
    """Shares when only `alive` (F,) feeds carry: the rest moves over, nothing where none is left."""
    if alive.all():
        return matrix
    left = matrix * alive
    total = left.sum(axis=1, keepdims=True)
    return left / np.where(total > 0, total, 1.0)


BYPASSED = 0.05  # of the losses that stay when the UPS passes its load by: fans and controls (assumption)


def ups_loss(p: Parameters, e: Effects, out: np.ndarray) -> np.ndarray:
    x = out / p.feed.rating
    healthy = p.feed.rating * (p.feed.loss[:, 0] + p.feed.loss[:, 1] * x + p.feed.loss[:, 2] * x * x)
    return healthy * e.ups_loss * (1.0 - (1.0 - BYPASSED) * e.ups_bypass)


def alive(s: State, e: Effects) -> np.ndarray:
    """1 for each feed (F,) whose protected bus has a source: the grid, gensets behind a switch that turned, or the battery."""
    return np.where((e.feed_open < 0.5) | (s.genset_w > 0) | ((s.battery > 0) & (e.ups_bypass < 0.5)), 1.0, 0.0)


def _gensets(p: Parameters, s: State, e: Effects, need: np.ndarray, dt: float) -> np.ndarray:
    """Gensets that start are called by the loss of the grid; they carry only what the transfer switch gives them."""
    s.genset_timer = np.where((e.feed_open > 0.5) & (e.genset_out < 1.0), s.genset_timer + dt, 0.0)
    ready = (s.genset_timer > p.feed.genset_start) & (e.transfer_stuck < 0.5)
    target = np.where(ready, np.minimum(need, p.feed.genset * (1.0 - e.genset_out)), 0.0)
    s.genset_w = np.minimum(target, s.genset_w + p.feed.genset_ramp * dt)
    return s.genset_w


def step_power(p: Parameters, s: State, e: Effects, protected: np.ndarray, direct: np.ndarray, dt: float) -> Power:
    """`protected` loads behind the UPS and `direct` ones, by feed [W]. A dark feed lives on its battery until the gensets carry it."""
    loss = ups_loss(p, e, protected)
    dark = e.feed_open > 0.5
    charge = np.where(dark | (e.ups_bypass > 0.5), 0.0, np.minimum(0.1 * p.feed.rating, (p.feed.battery - s.battery) / 60.0))
    need = protected + loss + charge
    genset = _gensets(p, s, e, need + direct, dt)
    served = np.where(dark, np.minimum(genset, need), need)
    battery = np.minimum(need - served, s.battery / dt / e.battery_drain)
    s.battery = np.clip(s.battery + (charge - battery * e.battery_drain) * dt, 0.0, p.feed.battery)
    through = np.where(dark, 0.0, served + direct)
    copper = np.where(through > 0, p.feed.iron + p.feed.copper * (through / p.feed.transformer) ** 2, 0.0)
    return Power(through + copper, served, protected, loss, copper, battery - charge, genset)
