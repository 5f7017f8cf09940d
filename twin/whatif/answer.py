"""The answer as a value and as bytes: every door gives the same bytes for the same question."""
from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from twin.whatif.accounts import Account
from twin.whatif.chain import Link
from twin.whatif.limits import Reached
from twin.whatif.record import Trajectory

DIGITS = 6  # significant, of every number that is sent


@dataclass(frozen=True, slots=True)
class Margin:
    """Least distance of a GPU to throttling."""

    gpu_k: float
    asset: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a perturbation does. `future` and `base` are the whole trajectories; they are not sent."""

    site: str
    start_ms: int
    question: Mapping[str, Any]
    headline: str
    causes: tuple[str, ...]
    first: Reached | None
    plus_minus_s: float | None
    reached: tuple[Reached, ...]
    margin: Margin
    base_margin: Margin
    chain: tuple[Link, ...]
    sentence: str
    account: Account
    base_account: Account
    difference: Account
    series: Mapping[str, Mapping[str, Any]]
    seconds: np.ndarray
    bands: Mapping[str, Any] | None
    future: Trajectory
    base: Trajectory


def plain(a: Answer) -> dict[str, Any]:
    """As JSON would carry it."""
    return {
        "site": a.site, "start_ms": a.start_ms, "question": dict(a.question), "headline": a.headline, "causes": list(a.causes),
        "first": None if a.first is None else asdict(a.first) | {"plus_minus_s": a.plus_minus_s},
        "reached": [asdict(r) for r in a.reached], "margin": asdict(a.margin), "base_margin": asdict(a.base_margin),
        "chain": [asdict(x) for x in a.chain], "sentence": a.sentence, "account": asdict(a.account), "base_account": asdict(a.base_account),
        "difference": asdict(a.difference), "seconds": a.seconds, "series": a.series, "bands": a.bands,
    }


def encode(a: Answer) -> bytes:
    """The answer's bytes."""
    return json.dumps(rounded(plain(a)), sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def rounded(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return rounded(value.tolist())
    if isinstance(value, list | tuple):
        return [rounded(v) for v in value]
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else None
    return value
