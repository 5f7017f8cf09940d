"""Questions and answers of the what-if."""
from __future__ import annotations

import pickle
from dataclasses import asdict

import numpy as np
import pytest

from tests.futures import answer, grounded, question
from twin.whatif.answer import encode
from twin.whatif.ask import ask
from twin.whatif.question import Question, asked, plain, spelled
from twin.whatif.refusal import Refused
from twin.whatif.span import clock, seconds, spoken


def test_doing_nothing_changes_nothing_at_all() -> None:
    found = answer("valence", "", horizon_s=120)
    assert set(asdict(found.difference).values()) == {0.0}
    assert found.reached == () and found.chain == ()
    assert found.margin == found.base_margin


def test_a_perturbation_after_the_horizon_changes_nothing_at_all() -> None:
    found = answer("valence", "pump-trip cdu-03 start=1h", horizon_s=120)
    assert set(asdict(found.difference).values()) == {0.0}
    assert all(np.array_equal(found.future[k], found.base[k]) for k in found.future.values)


def test_the_start_is_left_as_it_was_and_the_same_question_gives_the_same_bytes() -> None:
    g, start = grounded("valence")
    before = pickle.dumps(start)
    first, second = (encode(ask(g, start, question("pump-trip cdu-03", horizon_s=60))) for _ in range(2))
    assert first == second
    assert pickle.dumps(start) == before


def test_no_future_loses_or_makes_heat() -> None:
    found = answer("valence", "pump-trip cdu-03", horizon_s=120)
    assert found.future["loop.residual"][1:].max() < 1e-9


def test_words_and_mappings_ask_the_same() -> None:
    spoken_ = Question(perturbations=spelled("pump-trip cdu-03 count=1 start=10min for=1h"))
    written = asked({"perturbations": [{"kind": "pump-trip", "cdu": "cdu-03", "count": 1, "start_s": 600, "duration_s": "1h"}]})
    assert spoken_ == written == asked(plain(written))


@pytest.mark.parametrize(
    ("words", "field", "why"),
    [
        ("pump-trip", "perturbations.cdu", "Field required"),
        ("pump-trop cdu-03", "kind", "unknown kind 'pump-trop'"),
        ("pump-trip cdu-03 start=never", "pump-trip.start_s", "is no time"),
        ("pump-trip cdu-03 1 2", "pump-trip", "what is '2'?"),
        ("pump-trip cdu-03 colour=red", "pump-trip.colour", "Extra inputs are not permitted"),
        ("pump-trip cdu-99", "cdu", "no cdu is called 'cdu-99'; did you mean"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_field(words: str, field: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        answer("valence", words, horizon_s=10)
    assert why in str(refused.value)


def test_a_bare_name_in_several_halls_is_refused_with_a_way_out() -> None:
    with pytest.raises(Refused, match=r"stands in 2 halls: write h1/cdu-03"):
        answer("valence-2", "pump-trip cdu-03", horizon_s=10)
    assert "h2/cdu-03" in answer("valence-2", "pump-trip h2/cdu-03", horizon_s=10).causes[0]


def test_times_as_people_write_them() -> None:
    assert [seconds(t) for t in ("90", "90s", "10min", "1h30m", "2d", 5)] == [90, 90, 600, 5400, 172800, 5]
    assert (clock(161), clock(90061), spoken(161), spoken(3600), spoken(0)) == ("00:02:41", "1 d 01:01:01", "2 min 41 s", "1 h", "0 s")
