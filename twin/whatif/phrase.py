"""Words of answers."""
from __future__ import annotations

from collections.abc import Sequence

MOST = 4


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`; of many the first, the last and how many."""
    if len(names) == 1:
        return names[0]
    if len(names) <= MOST:
        return f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{names[0]} .. {names[-1]} ({len(names)})"


def number(x: float) -> str:
    """Three significant digits, thousands with commas."""
    if abs(x) >= 1000:
        return f"{x:,.0f}"
    return f"{x:.1f}" if abs(x) >= 10 else f"{x:.2f}" if abs(x) >= 0.005 else "0"
