"""What the sensors show at one evaluation, and the shape of a group of channels."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from config.classes import CLASSES
from twin.estimate.health.facts import Facts
from twin.estimate.residuals import BANK
from twin.estimate.residuals.base import Columns

Array = np.ndarray
Sensor = tuple[str, str]  # class, column
Values = Mapping[Sensor, Array]  # [..., rows of the group]


@dataclass(frozen=True, slots=True)
class Scene:
    """values, rate: class -> [rows, measured] SI and SI/s, NaN where nothing is known; gpu [R, 2, K]."""

    facts: Facts
    values: Mapping[str, Array]
    rate: Mapping[str, Array]
    gpu: Array
    usual: Mapping[str, Mapping[str, Array]] = field(default_factory=dict)  # group -> channel -> [rows] what each is off for good

    def of(self, cls: str, column: str) -> Array:
        """[rows] SI; no rows of a class that the site does not have."""
        return self.values[cls][:, CLASSES[cls].column(column)] if cls in self.values else np.zeros(0)

    def off(self, group: str, channel: str) -> Array | float:
        """[rows] What a channel is off for good: a median of neighbours without it stays where it is when some of them move."""
        return self.usual[group][channel] if group in self.usual else 0.0

    def rate_of(self, cls: str, column: str) -> Array:
        return np.abs(np.nan_to_num(self.rate[cls][:, CLASSES[cls].column(column)])) if cls in self.rate else np.zeros(0)


@dataclass(frozen=True, slots=True)
class Channel:
    """A residual that is zero, or constant, while all is well.

    prior: how far a healthy plant's constant may lie from zero (one standard deviation); quick, slow: how far the residual
    wanders around its constant within minutes and within a day, beyond its momentary doubt.
    """

    name: str
    unit: str
    prior: float
    quick: float
    slow: float
    title: str


def no_levers(s: Values) -> Mapping[str, Array]:
    """No channel of the group depends on an offset in this way."""
    return {}


@dataclass(frozen=True, slots=True)
class Group:
    """Channels of one kind of asset, all its rows at once.

    sensors: those that the channels read of their own row; `context` reads what neighbours show. `values` must be elementwise
    over leading axes: each hypothesis about a sensor is one more leading row. `doubts` is one standard deviation of a sample;
    `levers`: what a channel's line slopes with: for ratios of a small temperature difference
    its inverse [1/K], by which a thermometer's offset shows; for simple laws the operating point that they leave out.
    """

    cls: str
    sensors: tuple[Sensor, ...]
    channels: tuple[Channel, ...]
    context: Callable[[Scene], Mapping[str, Array]]
    seen: Callable[[Scene], Values]
    values: Callable[[Facts, Mapping[str, Array], Values], Mapping[str, Array]]
    doubts: Callable[[Facts, Mapping[str, Array], Values], Mapping[str, Array]]
    levers: Callable[[Values], Mapping[str, Array]] = no_levers


def lawful(f: Facts, channel: str, v: Columns) -> Array:
    """Residual of a law of the bank on columns `class.column` [..., rows of its class]: what slow parameters learn from is what health judges."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return BANK[channel].law(f.of, v)
