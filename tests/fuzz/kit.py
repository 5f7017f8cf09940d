"""Hostile questions at the doors of what-if and advice: an asker that works in this process, and how many are tried.

`make fuzz` asks some thousands; the suite asks a few of each.
"""
from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.futures import grounded
from twin.advise.advise import posed
from twin.service.advice_request import AdviceRequest, wish
from twin.service.request import Request, question
from twin.whatif.answer import encode
from twin.whatif.ask import ask
from twin.whatif.cost import affordable
from twin.whatif.perturbations import KINDS
from twin.whatif.snapshots import shown

FULL = os.environ.get("BOUCLE_FUZZ") == "full"
LONGEST_S, STEPS = 20.0, 20  # a question that may be asked is answered for so long, so that many fit into an evening


def tries(few: int, many: int) -> settings:
    return settings(max_examples=many if FULL else few, deadline=None, suppress_health_check=list(HealthCheck), derandomize=not FULL)


@dataclass
class Inline:
    """The asker's promise without its process: bytes, or Refused. Everything is checked as it would be; horizons are cut short once they are."""

    answered: int = 0
    refused: int = 0
    stops: list[str] = field(default_factory=list)

    async def ask(self, r: Request | AdviceRequest, tell: Callable[[float], None] = lambda share: None) -> bytes:
        g, start = grounded("valence")
        if isinstance(r, AdviceRequest):
            posed(g, start, wish(r))
            return b"{}"
        q = question(r)
        affordable(g, q)
        horizon = min(q.horizon_s, LONGEST_S, STEPS * q.step_s)
        found = ask(g, start, q.model_copy(update={"horizon_s": horizon, "members": min(q.members or 0, 1)}), tell)
        assert shown(g, found, r.show)
        self.answered += 1
        return encode(found)

    def cancel(self, name: str) -> bool:
        self.stops.append(name)
        return False


def state() -> bytes:
    """Everything a what-if could have changed: the plant's parameters and the moment it begins at."""
    g, start = grounded("valence")
    return pickle.dumps((g.p, g.m, g.d, g.supply, g.volumes, start))


NAMES = ("all", "first", "cdu-03", "first/r001", "*", "h9", "a", "cdu", "fws_supply_c", "", "../x", "\x00", "a" * 400)
NUMBERS = st.one_of(st.floats(allow_nan=True, allow_infinity=True), st.integers(-(10**20), 10**20), st.sampled_from([0, 0.5, 1, 12, 41, 60, 1e-300, -0.0]))
ANY = st.recursive(st.one_of(NUMBERS, st.text(max_size=20), st.none(), st.booleans(), st.sampled_from(NAMES)),
                   lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)), max_leaves=6)


def parts() -> st.SearchStrategy[list]:
    """Perturbations, of known kinds with likely and unlikely fields, or nothing like one."""
    def one(kind: str) -> st.SearchStrategy[dict]:
        names = [*KINDS[kind].model_fields, "colour"]
        return st.fixed_dictionaries({"kind": st.just(kind)}, optional={n: st.one_of(NUMBERS, st.sampled_from(NAMES), ANY) for n in names})

    return st.lists(st.one_of(st.sampled_from(sorted(KINDS)).flatmap(one), ANY), max_size=4)


WORDS = st.lists(st.one_of(st.sampled_from([*KINDS, *NAMES, "+", ";", "50%", "1e9", "-1", "nan", "inf", "start=5", "for=2s", "ramp=3", "which=all", "value=1e400"]), st.text(max_size=12)),
                 max_size=10).map(" ".join)


def requests() -> st.SearchStrategy[dict]:
    """Bodies: `ask` or `perturbations`, and all else as it may be."""
    return st.fixed_dictionaries({}, optional={
        "ask": st.one_of(WORDS, ANY), "perturbations": st.one_of(parts(), ANY), "horizon_s": st.one_of(NUMBERS, st.sampled_from(["1min", "1h", "x", "9999d"])),
        "step_s": NUMBERS, "members": NUMBERS, "seed": NUMBERS, "start": st.sampled_from(["now", "designed", "then"]), "load": NUMBERS, "outdoor_c": NUMBERS,
        "id": st.one_of(st.text(max_size=70), ANY), "at": ANY, "colour": ANY})
