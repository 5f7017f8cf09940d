"""Checks of numbers: a measured deviation, its tolerance, the oracle. The tests assert them, the table lists them."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module

MODULES = ("closed_form", "conserved", "modelica", "datasheets", "supplies", "libraries", "properties")


@dataclass(frozen=True)
class Check:
    """`measure` gives the deviation from the oracle in `unit`, never negative; it must not exceed `tolerance`."""

    name: str
    kind: str  # analytic, conservation, published, peer
    what: str
    oracle: str
    tolerance: float
    unit: str
    measure: Callable[[], float]


REGISTRY: dict[str, Check] = {}


def check(kind: str, oracle: str, tolerance: float, unit: str) -> Callable[[Callable[[], float]], Callable[[], float]]:
    """Register a function as a check; the first line of its docstring says what is compared."""

    def register(measure: Callable[[], float]) -> Callable[[], float]:
        what = (measure.__doc__ or measure.__name__).splitlines()[0].rstrip(".")
        REGISTRY[measure.__name__] = Check(measure.__name__, kind, what, oracle, tolerance, unit, measure)
        return measure

    return register


def checks(*kinds: str) -> Iterator[Check]:
    """Every check of these kinds, in the order of the files; all without an argument."""
    for module in MODULES:
        import_module(f"tests.validation.{module}")
    return (c for c in REGISTRY.values() if not kinds or c.kind in kinds)
