"""Futures in blocks of compiled steps against the whole plant in numpy, step by step: what each takes, loses and reaches is the same."""
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.futures import grounded, question
from twin.plant import nodes
from twin.plant.whole import Plant, Whole, World, advance_whole
from twin.whatif.run import run, worn
from twin.whatif.schedule import Span, pieces

CASES = ("pump-trip cdu-03 start=5", "facility-pump-trip first 3", "feed-lost all start=10", "load-step 1.0 ramp=20", "valve-stuck cdu-03 0.2",
         "fans-lost 100% first", "coolant-leak r001 50", "fouling cdu 40% cdu-02", "manual cdu_pumps 40% cdu-04", "feed-lost all + genset-fails all + battery-aged all 0.3%")
STEPS = 60
# a load of the electrical supply is that of the block before, so powers that jump are late by a step
CLOSE = {"hottest": 0.05, "supply": 0.05, "water": 0.02}


def step_by_step(site: str, words: str, steps: int = STEPS) -> dict[str, np.ndarray]:
    g, start = grounded(site)
    whole = Whole(start.state, start.machines, start.supply, start.stocks)
    out = {"hottest": [], "supply": [], "water": [], "genset": [], "charge": [], "powered": []}
    for piece in pieces(g, start.world, question(words).perturbations, steps, 1.0):
        w, p = piece.world, worn(g.p, start, piece.world)
        plant, world = Plant(p, g.m, g.d, g.supply, g.volumes), World(w.grid_ok, w.genset_able, w.transfer_delay_s, w.battery_health, w.rack_leak, w.loop_leak)
        for _ in range(piece.steps):
            a = advance_whole(plant, whole, w.targets, world, 1.0)
            whole = a.whole
            out["hottest"].append(whole.state.die.max(-1))
            out["supply"].append(whole.state.tcs_supply)
            out["water"].append(whole.state.core[:, nodes.SUPPLY])
            out["genset"].append(a.power.genset)
            out["charge"].append(whole.supply.battery / g.supply.battery)
            out["powered"].append(a.power.powered)
    return {k: np.stack(v) for k, v in out.items()}


@pytest.mark.parametrize("words", CASES)
def test_a_future_is_that_of_the_whole_plant(words: str) -> None:
    g, start = grounded("valence")
    plan = pieces(g, start.world, question(words).perturbations, STEPS, 1.0)
    found, exact = run(g, start, plan, [Span(0, STEPS, 1)], 1.0), step_by_step("valence", words)
    for name, column in (("hottest", "rack.gpu_max_c"), ("supply", "cdu.tcs_supply_c"), ("water", "loop.supply_c")):
        assert np.abs(found[column][1:] - exact[name]).max() < CLOSE[name], name


@pytest.mark.parametrize("words", ["feed-lost a start=5", "feed-lost all + genset-fails all + battery-aged all 15%", "feed-lost all for=90"])
def test_minutes_without_the_grid_are_those_of_the_whole_plant(words: str) -> None:
    """Long blocks while gensets or batteries hold, none across a battery that runs empty."""
    g, start = grounded("valence")
    steps = 330
    plan = pieces(g, start.world, question(words).perturbations, steps, 1.0)
    found, exact = run(g, start, plan, [Span(0, steps, 1)], 1.0), step_by_step("valence", words, steps)
    for name, column, close in (("hottest", "rack.gpu_max_c", 0.3), ("water", "loop.supply_c", 0.02), ("charge", "ups.charge_pct", 1e-3)):
        assert np.abs(found[column][1:] - exact[name]).max() < close, name
    for name, column, close in (("genset", "genset.power_kw", 0.02 * g.supply.genset_rating.max()), ("powered", "power.powered", 0.02)):
        parted = np.abs(found[column][1:] - exact[name]).max(-1) > close
        assert parted.sum() <= 4, f"{name}: a step late at most, where power comes or goes"


def test_wear_is_part_of_both() -> None:
    """Broken once: without the fouled exchangers the two part."""
    g, start = grounded("valence")
    plan = pieces(g, start.world, question("fouling cdu 40%").perturbations, STEPS, 1.0)
    clean = [replace(piece, world=start.world) for piece in plan]
    parted = run(g, start, plan, [Span(0, STEPS, 1)], 1.0)["cdu.tcs_supply_c"] - run(g, start, clean, [Span(0, STEPS, 1)], 1.0)["cdu.tcs_supply_c"]
    assert np.abs(parted).max() > CLOSE["supply"]
