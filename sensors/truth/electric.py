"""Power from the feeds to the loads: transformer, then UPS for racks, CDUs and pumps; fans and heat pumps before the UPS."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba.extending import register_jitable

from config.site import Site
from sensors.truth.parameters import hall_rows


class Wiring(NamedTuple):
    """Which feeds an asset hangs on, shape (assets, F), rows summing to one with both feeds alive."""

    rack: np.ndarray
    cdu: np.ndarray
    pump: np.ndarray
    outdoor: np.ndarray  # coolers, then towers
    heat_pump: np.ndarray
    outdoor_hall: np.ndarray  # row of the hall of each bank
    heat_pump_hall: np.ndarray


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
    def of(*classes: str) -> np.ndarray:
        return np.concatenate([_matrix(site, cls, 0.03, rng) for cls in classes])

    outdoor, heat_pump = of("cooler", "tower"), of("heatpump")
    halls = [np.concatenate([hall_rows(site, cls) for cls in classes]) for classes in (("cooler", "tower"), ("heatpump",))]
    return Wiring(of("rack"), of("cdu"), of("pump"), outdoor, heat_pump, *halls)


@register_jitable
def carried(load, matrix, alive, out):
    """Add `load` (assets,) on `matrix` to the power of each feed (F,) when only `alive` (F,) ones carry: the rest moves over, nothing where none is left."""
    for i in range(len(load)):
        total = 0.0
        for k in range(len(alive)):
            total += matrix[i, k] * alive[k]
        for k in range(len(alive)):
            out[k] += load[i] * matrix[i, k] * alive[k] / (total if total > 0 else 1.0)


@register_jitable
def by_bank(by_hall, hall, matrix, out):
    """Add to the power of each feed (F,) what banks in `hall` (banks,) take, all that their hall takes, on `matrix` (banks, F)."""
    for i in range(len(hall)):
        for k in range(len(out)):
            out[k] += by_hall[hall[i]] * matrix[i, k]


BYPASSED = 0.05  # of the losses that stay when the UPS passes its load by: fans and controls (assumption)


@register_jitable
def _ups_loss(p, e, out):
    x = out / p.rating
    return p.rating * (p.loss_idle + p.loss_load * x + p.loss_square * x * x) * e.ups_loss * (1.0 - (1.0 - BYPASSED) * e.ups_bypass)


@register_jitable
def alive(s, e):
    """1 for a feed whose protected bus has a source: the grid, gensets behind a switch that turned, or the battery."""
    return 1.0 if e.feed_open < 0.5 or s.genset_w > 0 or (s.battery > 0 and e.ups_bypass < 0.5) else 0.0


@register_jitable
def _gensets(p, s, e, need, dt):
    """Gensets that start are called by the loss of the grid; they carry only what the transfer switch gives them."""
    s.genset_timer = s.genset_timer + dt if e.feed_open > 0.5 and e.genset_out < 1.0 else 0.0
    ready = s.genset_timer > p.genset_start and e.transfer_stuck < 0.5
    target = min(need, p.genset * (1.0 - e.genset_out)) if ready else 0.0
    s.genset_w = min(target, s.genset_w + p.genset_ramp * dt)


@register_jitable
def step_feed(p, s, e, protected, direct, dt):
    """`protected` load behind the UPS of one feed and `direct` ones [W]. A dark feed lives on its battery until the gensets carry it."""
    loss = _ups_loss(p, e, protected)
    dark = e.feed_open > 0.5
    charge = 0.0 if dark or e.ups_bypass > 0.5 else min(0.1 * p.rating, (p.battery - s.battery) / 60.0)
    need = protected + loss + charge
    _gensets(p, s, e, need + direct, dt)
    served = min(s.genset_w, need) if dark else need
    battery = min(need - served, s.battery / dt / e.battery_drain)
    s.battery = min(max(s.battery + (charge - battery * e.battery_drain) * dt, 0.0), p.battery)
    through = 0.0 if dark else served + direct
    copper = p.iron + p.copper * (through / p.transformer) ** 2 if through > 0 else 0.0
    s.grid_w, s.ups_in_w, s.ups_out_w, s.ups_lost_w = through + copper, served, protected, loss
