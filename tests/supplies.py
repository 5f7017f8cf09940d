"""Supplies for tests: shipped sites with loads, and random supplies, states and inputs that any step must survive."""
from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from config.load import load_site
from twin.plant.power import feeds, loads
from twin.plant.supply_types import Supply, SupplyInputs, SupplyState


@cache
def supply(name: str) -> Supply:
    return feeds(load_site(name))


def site_loads(p: Supply, rack_w: float = 100e3, hall_w: float = 300e3) -> np.ndarray:
    """Every rack at `rack_w`, CDUs, pumps, fans and heat pumps of a hall at `hall_w` each."""
    hall = np.full(len(p.loop_racks), hall_w)
    return loads(p, np.full(len(p.rack_loop), rack_w), cdu=hall, pump=hall, air_fan=hall, cooler=hall, heat_pump=hall)


def lossy(p: Supply) -> Supply:
    """With PDUs and busways, each a little below the UPS's rating."""
    r = p.ups_rating
    return replace(p, pdu_rating=0.9 * r, pdu_no_load=0.002 * r, pdu_at_rating=0.012 * r, busway_rating=0.8 * r, busway_at_rating=0.01 * r)


def random_state(p: Supply, rng: np.random.Generator, batch: tuple[int, ...] = ()) -> SupplyState:
    shape = (*batch, len(p.battery))
    return SupplyState(
        battery=p.battery * rng.choice([0.0, 0.01, 0.3, 1.0], shape) * rng.uniform(0.5, 1.0, shape), position=rng.integers(0, 2, shape) * 1.0,
        moved_s=rng.uniform(0, 3, shape), stable_s=rng.choice([0.0, 1799.5, 1800.0], shape), run_s=rng.choice([0.0, 4.0, 9.9, 10.0], shape),
        genset_ramp_w=p.genset_rating * rng.choice([0.0, 0.2, 1.0], shape),
    )


def random_inputs(p: Supply, rng: np.random.Generator, batch: tuple[int, ...] = ()) -> SupplyInputs:
    shape = (*batch, len(p.battery))
    asked = site_loads(p, 30e3, 1e6) * rng.uniform(0, 3, (*batch, p.ups_member.shape[1])) * (rng.random((*batch, p.ups_member.shape[1])) > 0.2)
    return SupplyInputs(
        grid_ok=rng.integers(0, 2, shape) * 1.0, genset_able=rng.choice([0.0, 0.1, 0.25, 1.0], shape),
        transfer_delay_s=rng.choice([0.0, 0.1, 1.0, 30.0], shape), battery_health=rng.choice([0.0, 0.5, 1.0], shape), loads=asked,
    )


def fields(value) -> dict[str, np.ndarray]:
    return {name: getattr(value, name) for name in type(value).__dataclass_fields__}
