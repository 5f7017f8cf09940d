"""The world of a future: everything a perturbation may write, as one frozen value. No batch axes."""
from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from config.equipment import IDLE_REST
from twin.plant.machines import Machines, Targets
from twin.plant.targets import targets
from twin.whatif.ground import Ground

Array = np.ndarray


@dataclass(frozen=True, slots=True)
class Prices:
    """Money and carbon of a future. The defaults are assumptions but for the carbon of gas."""

    power_eur_mwh: float = 80.0  # electricity (assumption: French base load contracts of the years 2025 .. 2027, 60 .. 90)
    heat_eur_mwh: float = 0.0  # of the network, from the site
    power_kg_mwh: float = 32.0  # CO2e of electricity (RTE, Bilan electrique 2023: 32 g/kWh)
    heat_kg_mwh: float = 227.0  # CO2e of the gas heat that sold heat replaces (ADEME, Base Carbone, natural gas, lower heating value)
    diesel_eur_mwh: float = 400.0  # of a genset's electricity (assumption: 0.27 L/kWh at 1.5 EUR/L)
    diesel_kg_mwh: float = 860.0  # (ADEME, Base Carbone: 3.17 kg/L with its supply, at 0.27 L/kWh)


@dataclass(frozen=True, slots=True)
class Wear:
    """Conductances over those of the start; 1 is as now."""

    plate: Array  # [R, K]
    cdu_ua: Array  # [C]
    cooler_ua: Array  # [L]
    tower_ua: Array  # [L]
    district_ua: Array  # [L]


@dataclass(frozen=True, slots=True)
class World:
    targets: Targets
    grid_ok: Array  # [F] 1 where the grid feeds
    genset_able: Array  # [F] share of the gensets that start
    transfer_delay_s: Array  # [F]
    battery_health: Array  # [F] share of the charge that can be used
    rack_leak: Array  # [R] m3/s
    loop_leak: Array  # [L] m3/s
    wear: Wear
    prices: Prices
    stand: Machines  # at the beginning: where what is stuck or taken by hand stays

    def aim(self, **changes: Array) -> World:
        """With other targets."""
        return replace(self, targets=replace(self.targets, **changes))

    def wearing(self, **changes: Array) -> World:
        return replace(self, wear=replace(self.wear, **changes))


def at(rows: Array, value: Array | float, otherwise: Array) -> Array:
    """`otherwise` with `value` at `rows` of its first axis."""
    out = np.array(otherwise, dtype=float)
    out[rows] = value
    return out


def calm(g: Ground, stand: Machines, load: float | Array, dry_bulb: float, wet_bulb: float) -> World:
    """Nothing happens: the designed plant at a share of load (one number or [R]) in a weather [degC]."""
    c, loops, racks = g.m.cdu_head.shape, g.m.loop_head.shape, g.m.rack.shape
    one, network = np.ones_like(g.supply.battery), g.site.model.network
    wear = Wear(np.ones(g.p.leaves.plate_factor.shape), np.ones(c), np.ones(loops), np.ones(loops), np.ones(loops))
    return World(targets(g.p, g.m, g.d, load, dry_bulb, wet_bulb), one, one, g.supply.transfer.copy(), one, np.zeros(racks), np.zeros(loops),
                 wear, Prices(heat_eur_mwh=network.price_eur_mwh if network else 0.0), stand)


def loaded(g: Ground, w: World, racks: Array, load: float, share: float) -> World:
    """Racks [n] moved by `share` from what they take to a `load` [0..1] of their GPUs' range."""
    t, d, rest = w.targets, g.d, IDLE_REST + (1.0 - IDLE_REST) * load

    def towards(now: Array, to: Array) -> Array:
        return at(racks, now[racks] + share * (to - now[racks]), now)

    gpu = (d.gpu_idle + (d.gpu_max - d.gpu_idle) * load)[racks, None]
    return w.aim(gpu_power=towards(t.gpu_power, gpu), other_power=towards(t.other_power, d.other[racks] * rest),
                 air_power=towards(t.air_power, d.air[racks] * rest))
