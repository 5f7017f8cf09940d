"""How sure an answer is: seeded members, the same in any company, and bands that hold the answer."""
from __future__ import annotations

import numpy as np
import pytest

from config.load import load_site
from tests.futures import answer, grounded, question
from twin.whatif.answer import encode
from twin.whatif.ask import ask
from twin.whatif.cost import affordable, usual_members
from twin.whatif.ensemble import futures, paced
from twin.whatif.ground import ground
from twin.whatif.motion import averaged
from twin.whatif.refusal import Refused
from twin.whatif.schedule import pieces, spans
from twin.whatif.singled import hottest, singled
from twin.whatif.span import spoken
from twin.whatif.together import Future, together


def test_a_member_is_the_same_alone_and_in_company() -> None:
    g, start = grounded("valence")
    pace = paced(g, start, pieces(g, start.world, question("pump-trip cdu-03").perturbations, 120, 1.0), 1.0, 120)
    alone, = futures(g, start, pace, [(7, 2)])
    company = futures(g, start, pace, [(7, 0), (7, 1), (7, 2), (7, 3)])
    assert all(np.array_equal(alone[k], company[2][k]) for k in alone.values)
    assert not np.array_equal(alone["site.gpu_max_c"], company[1]["site.gpu_max_c"])


def test_bands_hold_the_answer_and_stand_in_order() -> None:
    found = answer("valence", "facility-pump-trip", horizon_s=300, members=24)
    share, low, middle, high = found.bands["reach"]["gpu_throttle"]
    assert share == 1.0
    assert low < middle < high
    assert low - 5 < found.first.at_s < high + 5
    assert found.plus_minus_s == pytest.approx((high - low) / 2)
    assert f", +-{spoken(max(found.plus_minus_s, 1.0))}." in found.headline
    curves = found.bands["curves"]["site.gpu_max_c"]
    assert (curves[0] <= curves[1]).all()
    assert (curves[1] <= curves[2]).all()


@pytest.mark.parametrize(("site", "horizon_s", "members"), [("valence", 3600, 24), ("valence", 86400, 24), ("frontier", 3600, 24), ("fleet-2030", 3600, 0)])
def test_an_answer_is_doubted_unless_that_takes_long(site: str, horizon_s: float, members: int) -> None:
    asked_ = question("", horizon_s=horizon_s, members=None)
    assert usual_members(ground(load_site(site)), asked_) == members


def test_the_usual_members_are_those_that_are_asked_for_by_number() -> None:
    g, start = grounded("valence")
    usual, named = (encode(ask(g, start, question("pump-trip cdu-03", horizon_s=30, members=n))) for n in (None, 24))
    assert usual == named


def test_the_seed_decides_and_nothing_else() -> None:
    g, start = grounded("valence")
    one, two, other = (encode(ask(g, start, question("pump-trip cdu-03", horizon_s=60, members=2, seed=s))) for s in (1, 1, 2))
    assert one == two != other


@pytest.mark.parametrize(("more", "field"), [({"horizon_s": 9e6, "step_s": 1.0}, "horizon_s"), ({"members": 10_000, "horizon_s": 86400}, "members")])
def test_what_is_too_big_is_refused_with_the_numbers(more: dict, field: str) -> None:
    g, _ = grounded("valence")
    with pytest.raises(Refused, match=r"at most [\d,.e+]+") as refused:
        affordable(g, question("pump-trip cdu-03", **more))
    assert refused.value.field == field


def test_telling_can_end_the_work() -> None:
    class Enough(Exception):
        pass

    heard = []

    def tell(share: float) -> None:
        heard.append(share)
        if len(heard) > 3:
            raise Enough

    with pytest.raises(Enough):
        ask(*grounded("valence"), question("pump-trip cdu-03", horizon_s=30, members=50), tell)
    assert heard == sorted(heard)


def test_a_gpu_that_fares_otherwise_is_followed_inside_lumped_members() -> None:
    """One blocked plate: a lumped future with that GPU worked out afterwards follows the future that steps every GPU."""
    g, start = grounded("valence")
    q = question("plate-blocked r010 5 60% + load-step 80%", horizon_s=300)
    plan = pieces(g, start.world, q.perturbations, 300, 1.0)
    rows = singled(start, plan)
    assert rows.tolist() == [9]
    every = ask(g, start, q).future
    grid = spans(plan, 300, 1.0, 300)
    lumped, = together(g, [Future(start, plan, averaged(start.state, start.machines))], grid, 1.0)
    found = hottest(g, start, plan, lumped, rows, 1.0)[:, 0]
    wanted = np.interp(lumped.seconds, every.seconds, every["rack.gpu_max_c"][:, 9])
    assert wanted.max() - lumped["rack.gpu_max_c"][:, 9].max() > 5.0
    assert np.abs(found - wanted).max() < 0.5
    assert not singled(start, pieces(g, start.world, question("fouling cdu 40% cdu-06").perturbations, 300, 1.0)).size


def test_members_tell_of_harm_that_the_answer_itself_escapes() -> None:
    """A plate so far blocked that about half of the plants throttle: the share is told though the expected one does not."""
    found = answer("valence", "plate-blocked r010 5 62%", horizon_s=300, members=24)
    assert found.first is None
    assert 0.0 < found.bands["reach"]["gpu_throttle"][0] < 1.0
