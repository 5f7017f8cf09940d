"""The shape of a catalogue entry: one fault, how it shows, when it can be seen, what it means."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from twin.estimate.findings import Place
from twin.estimate.health.view import View

Array = np.ndarray
STEP, CREEP, ANY = "step", "creep", "any"  # pace: at once, over hours, either
NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Mark:
    """A judgement of a rule: its evidence (log likelihood ratio) and size at a place; size in the fault's own measure."""

    place: Place
    size: float
    evidence: float
    std: float = float("nan")


def no_limit(view: View, place: Place, size: float, grown_s: float) -> float:
    """No limit is reached."""
    return NEVER


@dataclass(frozen=True, slots=True)
class Entry:
    """One fault of the catalogue.

    Either a `signature` over the channels of `group` (shift of each channel per unit of size; the likelihood decides against all
    other signatures) or `rule`, which marks places from what sensors and machines do by themselves. `instant` rules are asked at every
    step, others once a minute. `sensor` entries are shapes of a single sensor's error and are named by `health.naming`.
    """

    name: str
    title: str
    cls: str  # class of the asset that is at fault; "" for a sensor of any
    unit: str  # of size
    least: float  # smallest size worth a finding
    sentence: str  # for the operator; {place}, {size}, {column}
    needs: tuple[str, ...]  # what must be measured to see it, in words of the table
    blind: str  # when it cannot be assessed
    group: str = ""
    signature: Mapping[str, float] = field(default_factory=dict)
    pace: str = ANY
    share: bool = False  # size is a share lost or gained, shown in percent; the signature's size is its logarithm
    rule: Callable[[View], list[Mark]] | None = None
    instant: bool = False
    persist: int = 1  # consecutive minutes (steps for instant rules) before it is believed
    explains: tuple[str, ...] = ()  # classes below it whose symptoms it accounts for
    mirrors: tuple[str, ...] = ()  # names that it has when seen from the asset above
    consequence: Callable[[View, Place, float, float], float] = no_limit  # view, place, size, seconds it grew: seconds to a limit
    stands: bool = False  # never a symptom of another
    sensor: bool = False
    reads: tuple[str, ...] = ()  # `class.column` that it cannot be seen without
    most: float = 0.0  # of the signature's size: a place that would tell larger ones only cannot be assessed; 0 any
    through: tuple[str, str] = ()  # residual and slow parameter by which it moves its channel, where that depends on the operating point
