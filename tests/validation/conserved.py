"""What no input may break, over fixed random draws; tests/conservation hunts with Hypothesis for worse."""
from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from tests.plants import SITES, batch, designed, disturbed, scrambled
from tests.supplies import random_inputs, random_state, supply
from tests.validation.check import check
from twin.plant import nodes
from twin.plant import supply as electrical
from twin.plant.step import step
from twin.plant.types import Flows, Inputs, Parameters, State

DRAWS, STEPS_S = 8, (0.01, 15.0, 3600.0)


@cache
def draws(site: str) -> tuple[tuple[Parameters, State, Inputs, float, State, Flows], ...]:
    """Random states, inputs and steps of a site, with what the step made of them."""
    p, state, inputs = designed(site)
    out = []
    for seed in range(DRAWS):
        rng, dt = np.random.default_rng(seed), STEPS_S[seed % len(STEPS_S)]
        x, u = disturbed(state, rng, 10.0), scrambled(inputs, rng)
        out.append((p, x, u, dt, *step(p, x, u, dt)))
    return tuple(out)


def every() -> Iterator[tuple[Parameters, State, Inputs, float, State, Flows]]:
    return (d for site in SITES for d in draws(site))


@check("conservation", "first law", 1e-9, "1")
def first_law() -> float:
    """What enters less what leaves and is stored, over the throughput: every shipped test site, random inputs, steps 0.01 s .. 1 h"""
    return max(float(np.max(np.abs(f.residual) / f.throughput)) for *_, f in every())


@check("conservation", "second law", 1e-3, "W K")
def second_law() -> float:
    """Heat of CDUs times the difference it flows down: most negative"""
    def worst(p: Parameters, u: Inputs, after: State, f: Flows) -> float:
        arriving = after.core[p.wiring.cdu_loop, nodes.HALL_IN]
        return float(np.min(f.cdu_heat * (after.tcs_return - arriving)))

    return max(0.0, -min(worst(p, u, after, f) for p, _, u, _, after, f in every()))


@check("conservation", "the same step alone", 1e-9, "K")
def batch_row() -> float:
    """Temperatures of a run in a batch of eight less those of the run alone"""
    runs = draws("valence")
    p, dt = runs[0][0], STEPS_S[1]
    together, _ = step(p, *batch([r[1] for r in runs], [r[2] for r in runs]), dt)
    return max(float(np.max(np.abs(together.core[k] - step(p, r[1], r[2], dt)[0].core))) for k, r in enumerate(runs))


@check("conservation", "first law", 1e-9, "1")
def supply_energy() -> float:
    """Electrical supply: what does not balance over the power taken, random faults, batteries and loads"""
    p = supply("valence")
    flows = [electrical.step(p, random_state(p, np.random.default_rng(k)), random_inputs(p, np.random.default_rng(k)), 1.0)[1]
             for k in range(40)]
    return max(float(np.max(np.abs(f.residual) / np.maximum(f.feed + f.genset + f.battery, 1e3))) for f in flows)
