"""What the twin foresees against what a hidden plant then does: a few of the cases that `make whatif-truth` plays, on a plant of another seed."""
from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest

from tests.foreseen.cases import CASES, load
from tests.foreseen.play import Fed, fed, foreseen, played, really, valence

FAST = ("pump-trip cdu-03", "pump-trip cdu-05 1", "facility-pump-trip all", "load-step 100%")
BAND_K = 1.5  # of the hottest GPU until one throttles


@pytest.fixture(scope="module")
def plant() -> Fed:
    return fed(valence(), seed=7, minutes=12, step_s=6)


@pytest.mark.parametrize("words", FAST)
def test_what_is_foreseen_comes(plant: Fed, words: str) -> None:
    o = played(plant, next(c for c in CASES if c.words == words))
    assert o.held, (o.real.throttle_s, o.foreseen.throttle_s)
    assert o.error_k < BAND_K


def test_the_comparison_can_fail(plant: Fed) -> None:
    """A plant to which less happens than was asked is told apart."""
    case = next(c for c in CASES if c.words == "load-step 100%")
    weak = replace(case, happens=load(0.8))
    assert abs(foreseen(plant, weak).throttle_s - really(plant, weak).throttle_s) > 5.0


def test_a_question_leaves_plant_and_start_alone(plant: Fed) -> None:
    before = plant.truth.state.die.copy(), plant.start.state.die.copy()
    played(plant, CASES[0])
    assert (plant.truth.state.die == before[0]).all()
    assert (plant.start.state.die == before[1]).all()


@pytest.mark.parametrize(("words", "seen"), [("set-point tcs_supply_c 52", lambda t: t.state.cdu["tcs_supply"].min() > 44.0),
                                             ("set-point fws_supply_c 55", lambda t: t.state.hall["fan"].max() == -1.0),
                                             ("network-refuses", lambda t: t.state.hall["district_heat"].max() < 1e4),
                                             ("cdu-isolated cdu-08", lambda t: t.state.cdu["cdu_flow"][7] == 0.0)])
def test_what_is_said_to_happen_does_happen_to_the_plant(plant: Fed, words: str, seen) -> None:
    truth = deepcopy(plant.truth)
    next(c for c in CASES if c.words == words).happens(truth)
    truth.step(240.0)
    assert seen(truth) and not seen(plant.truth)
