"""Any question, sensible or hostile, is answered or refused with its field; never anything else, and never a number that is none."""
from __future__ import annotations

import json

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.futures import grounded
from twin.whatif.answer import encode
from twin.whatif.ask import ask
from twin.whatif.perturbations import KINDS
from twin.whatif.question import asked, plain, spelled
from twin.whatif.refusal import Refused

CALM = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
WORDS = st.one_of(st.sampled_from([*KINDS, "first", "all", "cdu-03", "r001", "*", "h1/*", "a", "+", ";", "50%", "1e9", "-1", "nan", "inf", "start=5", "for=2", "ramp=3",
                                   "which=all", "tcs_supply_c", "cdu", "fans", ","]), st.text(max_size=12))
NUMBERS = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.integers(-10, 10**12), st.sampled_from([0, 0.5, 1, 12, 41, 60]))


@CALM
@given(st.lists(WORDS, max_size=12))
def test_any_words(words: list[str]) -> None:
    try:
        found = spelled(" ".join(words))
    except Refused as refused:
        assert refused.why
        return
    assert asked(plain(asked({"perturbations": [{"kind": k, **p.model_dump()} for k, p in _named(found)]}))).perturbations == found


def _named(found):
    return [(next(n for n, k in KINDS.items() if k is type(p)), p) for p in found]


def fields(kind: str) -> st.SearchStrategy[dict]:
    names = [*KINDS[kind].model_fields, "colour"]
    value = st.one_of(NUMBERS, st.sampled_from(["all", "first", "cdu-03", "first/r001", "a", "cdu", "fws_supply_c", "fans", ""]), st.none(), st.lists(NUMBERS, max_size=3))
    return st.fixed_dictionaries({"kind": st.just(kind)}, optional={n: value for n in names})


@CALM
@given(st.lists(st.sampled_from(sorted(KINDS)).flatmap(fields), max_size=3), st.sampled_from([1.0, 7.5, 20.0, -1, "1m", "x"]), st.sampled_from([0.1, 1.0, 5.0, 0.0]))
def test_any_mapping_is_answered_with_numbers_or_refused(parts: list[dict], horizon: object, step: float) -> None:
    g, start = grounded("valence")
    try:
        found = ask(g, start, asked({"perturbations": parts, "horizon_s": horizon, "step_s": step, "members": 0}))
    except Refused as refused:
        assert refused.why
        return
    assert all(np.isfinite(v).all() for v in found.future.values.values())
    assert json.loads(encode(found))["headline"]


@CALM
@given(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=5), st.floats(0, 30), st.floats(0.5, 30))
def test_any_combination_keeps_its_energy(kinds: list[str], start_s: float, duration_s: float) -> None:
    g, start = grounded("valence")
    parts = spelled(" + ".join(KINDS[k].example for k in kinds))
    fit = [p.model_copy(update={"start_s": start_s, "duration_s": duration_s}) for p in parts if not p.applies(g)]
    found = ask(g, start, asked({"perturbations": fit, "horizon_s": 40, "members": 0}))
    assert found.future["loop.residual"][1:].max() < 1e-9
