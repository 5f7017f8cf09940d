"""The conformance kit of perturbations: finds every file and tries it at shipped sites, small and large."""
from __future__ import annotations

import numpy as np
import pytest

from config.load import known_sites
from tests.futures import answer, grounded, question
from twin.whatif.ask import ask
from twin.whatif.chain import WATCHED, moves
from twin.whatif.perturbations import KINDS
from twin.whatif.question import Question, asked, kind_of, plain, spelled
from twin.whatif.refusal import Refused

ALONE_NOTHING = {"genset-fails", "transfer-slow", "price-change"}  # change nothing that moves
SITES = ("valence", "frontier", "valence-2")


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_explains_itself(kind: str) -> None:
    (p,) = spelled(KINDS[kind].example)
    assert kind_of(p) == kind
    assert (KINDS[kind].__doc__ or "").strip().endswith(".")
    assert asked(plain(Question(perturbations=(p,)))).perturbations == (p,)
    assert set(KINDS[kind].words) <= set(KINDS[kind].model_fields)
    g, _ = grounded("valence")
    assert p.applies(g) or not p.explain(g).endswith(".")


@pytest.mark.parametrize("kind", sorted(KINDS))
@pytest.mark.parametrize("site", SITES)
def test_a_kind_at_a_site_is_answered_or_refused_with_its_reason(site: str, kind: str) -> None:
    try:
        found = answer(site, KINDS[kind].example, horizon_s=240, step_s=2)
    except Refused as refused:
        assert site in str(refused) or grounded(site)[0].site.id in str(refused)
        return
    assert all(np.isfinite(v).all() for v in found.future.values.values())
    assert found.future["loop.residual"][1:].max() < 1e-9
    assert found.headline.endswith(".")
    assert found.sentence.endswith(".")
    moved = any(not np.array_equal(found.future[k], found.base[k]) for k in found.future.values)
    assert moved != (kind in ALONE_NOTHING)


PARTS = {"grand-est-1", "grand-est-2", "marseille"}  # of larger sites that are tried


@pytest.mark.parametrize("site", sorted(set(known_sites()) - set(SITES) - PARTS))
def test_all_kinds_together_at_every_other_site(site: str) -> None:
    """One short future with all of them: the large sites are the same code with longer arrays."""
    g, start = grounded(site)
    parts = [KINDS[k].example for k in sorted(KINDS)]
    fit = [e for e in parts if not spelled(e)[0].applies(g)]
    found = [ask(g, start, question(" + ".join(fit[i::2]), horizon_s=6)) for i in (0, 1)]
    assert all(np.isfinite(v).all() for a in found for v in a.future.values.values())


def test_a_late_perturbation_leaves_the_time_before_it_alone() -> None:
    found = answer("valence", "pump-trip cdu-03 start=60", horizon_s=120)
    before = found.future.seconds <= 60
    assert all(np.array_equal(found.future[k][before], found.base[k][before]) for k in found.future.values)
    assert found.first.at_s > 60


def test_what_ends_is_over() -> None:
    found = answer("valence", "pump-trip cdu-03 for=10", horizon_s=900)
    assert found.future["cdu.tcs_flow_lpm"][5, 2] == 0.0
    assert found.future["rack.gpu_max_c"][-1].max() == pytest.approx(found.base["rack.gpu_max_c"][-1].max(), abs=0.05)


def test_a_ramp_climbs() -> None:
    found = answer("valence", "load-step 1.0 ramp=100", horizon_s=200)
    it = found.future["site.it_kw"]
    assert np.all(np.diff(it[:101]) > -1.0)
    assert np.interp(50, found.future.seconds, it) == pytest.approx((it[0] + it[-1]) / 2, rel=0.03)


def test_the_loss_of_a_feed_with_a_healthy_other_changes_nothing_thermal() -> None:
    found = answer("valence", "feed-lost a", horizon_s=600)
    for name in ("rack.gpu_max_c", "cdu.tcs_supply_c", "loop.supply_c", "loop.flow_lpm", "site.it_kw", "site.sold_kw"):
        assert found.future[name] == pytest.approx(found.base[name], rel=1e-6)
    assert found.first is None
    a, b = 0, 1
    assert found.future["feed.power_kw"][5, a] == 0.0
    assert found.future["ups.battery_w"][5, a] > 0.0 == found.future["ups.battery_w"][5, b]
    assert found.future["genset.power_kw"][-1, a] > 0.0


def test_gensets_are_lost_by_share_or_by_number() -> None:
    g, start = grounded("valence")
    worlds = [spelled(words)[0].write(g, start.world, 1.0, 0.0) for words in ("genset-fails a 33.3333333333%", "genset-fails a count=3")]
    assert all(w.genset_able == pytest.approx([2 / 3, 1.0]) for w in worlds)
    with pytest.raises(Refused, match="a feed has no more"):
        ask(g, start, question("genset-fails a count=10", horizon_s=5))


def test_what_parts_by_the_other_future_s_move_is_said_beside_it() -> None:
    """A load that climbs in one future and not in the other: the one at rest neither rises nor falls."""
    watched = WATCHED[[w.column for w in WATCHED].index("cdu.tcs_supply_c")]
    assert moves(41.8, 41.8, 42.4, watched) == "is 41.8 degC instead of 42.4"
    assert moves(41.8, 45.0, 42.4, watched) == "rises from 41.8 to 45.0 degC"
    assert moves(41.8, 40.0, 42.4, watched) == "falls from 41.8 to 40.0 degC"


def test_perturbations_combine() -> None:
    """Batteries of no more than two parts in a hundred give just that until racks lose power."""
    found = answer("valence", "feed-lost all + genset-fails all + battery-aged all 2%", horizon_s=300)
    g, _ = grounded("valence")
    lost = next(r for r in found.reached if r.name == "rack_power")
    power = found.future["ups.battery_w"].sum(-1)
    seconds = found.future.seconds
    given = np.trapezoid(np.where(seconds <= lost.at_s, power, 0.0), seconds)
    assert given == pytest.approx(0.02 * g.supply.battery.sum(), abs=1.5 * power.max())  # within a step and a half
