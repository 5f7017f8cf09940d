"""Plants for tests: shipped sites assembled once, and random inputs that any plant must survive."""
from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from config.load import load_site
from twin.plant.assembly import assemble
from twin.plant.design import Design, design
from twin.plant.operate import first_guess, operate
from twin.plant.types import Inputs, Parameters, State

EQUIPPED = str(Path(__file__).parent / "sites" / "equipped.yaml")  # a small hall with every part
SITES = ("valence", "valence-2", "frontier", EQUIPPED)


@cache
def plant(name: str) -> tuple[Parameters, Design]:
    site = load_site(name)
    return assemble(site), design(site)


def designed(name: str, load: float = 0.6, dry: float = 15.0, wet: float = 11.0) -> tuple[Parameters, State, Inputs]:
    p, d = plant(name)
    state = first_guess(p, d)
    return p, state, operate(p, d, state, load, dry, wet)


def disturbed(state: State, rng: np.random.Generator, spread: float) -> State:
    """Every node moved at random [K]."""
    return State(*(getattr(state, f) + rng.normal(0.0, spread, getattr(state, f).shape) for f in State.__dataclass_fields__))


def scrambled(inputs: Inputs, rng: np.random.Generator) -> Inputs:
    """Every input scaled at random by 0 .. 2, a third of them set to nothing; temperatures moved."""
    changes = {}
    for name in Inputs.__dataclass_fields__:
        value = getattr(inputs, name)
        if name == "tank_share":
            changes[name] = rng.uniform(0, 1, value.shape)
        elif name in ("pads_wet", "chiller_load"):
            changes[name] = rng.uniform(0, 1, value.shape) * (rng.random(value.shape) > 0.33)
        elif name == "make_up":
            changes[name] = rng.uniform(0, 1e-2, value.shape)
        elif name in ("sink_out", "dh_return", "dry_bulb", "wet_bulb"):
            changes[name] = value + rng.uniform(-30, 30, value.shape)
        else:
            changes[name] = value * rng.uniform(0, 2, value.shape) * (rng.random(value.shape) > 0.33)
    return replace(inputs, **changes)


def batch(states: list, inputs: list) -> tuple[State, Inputs]:
    """Stack single runs on a leading axis."""
    return (State(*(np.stack([getattr(s, f) for s in states]) for f in State.__dataclass_fields__)),
            Inputs(*(np.stack([getattr(i, f) for i in inputs]) for f in Inputs.__dataclass_fields__)))
