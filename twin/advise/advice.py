"""Advice as a value, in words and as bytes: every door gives the same bytes for the same wish."""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from twin.advise.redundancy import Check
from twin.whatif.accounts import Account
from twin.whatif.answer import rounded


@dataclass(frozen=True, slots=True)
class Change:
    """A set point that would move."""

    hall: str
    name: str
    title: str
    unit: str
    now: float
    to: float


@dataclass(frozen=True, slots=True)
class Price:
    """What a limit costs: how much better the best point becomes where the limit is eased. In EUR/h, or kW of heat where that is the goal."""

    limit: str
    title: str
    binds: bool
    eased: str
    gain: float
    unit: str


@dataclass(frozen=True, slots=True)
class Advice:
    """What to set, what that earns, what it keeps. Accounts are of the time after the transition, GPU by GPU; `None` where nothing is advised."""

    site: str
    start_ms: int
    wish: Mapping[str, Any]
    headline: str
    changes: tuple[Change, ...]
    words: str  # the same as a what-if
    hours: float  # of the accounts
    account: Account
    present: Account
    difference: Account
    margin_k: float
    present_margin_k: float
    searched: float  # what the search expected of the goal, in the unit of the prices
    checks: tuple[Check, ...]
    prices: tuple[Price, ...]
    tried: int


def plain(a: Advice) -> dict[str, Any]:
    """As JSON would carry it."""
    return asdict(a) | {"checks": [asdict(c) | {"safe": c.safe} for c in a.checks]}


def encode(a: Advice) -> bytes:
    return json.dumps(rounded(plain(a)), sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
