"""What the estimator concludes: a fault seen, named as far as the data allow. The contract between health, alarms and score."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where: an asset's class and row; `column` for one sensor; `part` for one GPU of a rack."""

    cls: str
    row: int
    column: str = ""
    part: int = -1


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault present at this step.

    `fault` is a name of the fault catalogue; `suspects` are the places that the installed sensors cannot tell apart, the
    likeliest first, with the fault that each would have (`suspects[0] == (fault, place)`): more than one means "cannot separate".
    """

    fault: str
    place: Place
    since_ms: int  # event time at which the evidence began
    size: float  # estimated size in the fault's own measure, NaN where unknown
    size_std: float
    evidence: float  # log likelihood ratio against healthy
    consequence_s: float  # seconds until a limit is reached if nothing is done, inf where none comes
    text: str  # one sentence for an operator, with numbers and units
    suspects: tuple[tuple[str, Place], ...] = ()
