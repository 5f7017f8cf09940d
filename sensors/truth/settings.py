"""How hard the truth is: settings of the hidden plant and its instruments, each with a neutral default. docs/score.md lists them."""
from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

LOADS = ("mixed", "training", "inference", "steady", "steps")


@dataclass(frozen=True, slots=True)
class Settings:
    """Numbers are factors on what the seed draws unless their comment says otherwise."""

    spread: float = 1.0  # of manufacture and assembly, around the datasheet
    noise: float = 1.0  # of every sample
    offset: float = 1.0  # fixed errors of each instrument: offset and gain
    dropout: float = 1.0  # chance that a sample is missing
    lag: float = 1.0  # slowness of the instruments
    ageing: float = 0.0  # years in service: exchangers, pumps, fans and heat pumps lose with age
    load: str = "mixed"  # profile: mixed, training, inference, steady, steps
    level: float = 0.0  # average load, 0..1; 0 is the site's own
    warmer: float = 0.0  # K added to the climate
    part_s: float = 30.0  # s, longest sub-step of the hidden plant
    racks_unmetered: float = 0.15  # share of racks without a flow meter
    gpus_unmetered: float = 0.1  # share of racks whose GPUs report nothing; as many again miss one tray
    fault_size: float = 1.0  # of the sizes the seed draws


LIMITS = {"spread": (0.0, 3.0), "noise": (0.0, 20.0), "offset": (0.0, 20.0), "dropout": (0.0, 1e4), "lag": (0.0, 20.0), "ageing": (0.0, 20.0),
          "level": (0.0, 1.0), "warmer": (-30.0, 30.0), "part_s": (0.1, 30.0), "racks_unmetered": (0.0, 1.0), "gpus_unmetered": (0.0, 0.5),
          "fault_size": (0.1, 10.0)}


def parsed(texts: Iterable[str]) -> Settings:
    """Settings with `key=value` of each text on top of the defaults; ValueError tells what is allowed."""
    changed = dict(_pair(text) for text in texts)
    return replace(Settings(), **changed)


def _pair(text: str) -> tuple[str, Any]:
    key, mark, value = text.partition("=")
    names = [f.name for f in fields(Settings)]
    if not mark or key not in names:
        raise ValueError(f"truth setting {text!r}: write key=value, key one of {', '.join(names)}")
    if key == "load":
        if value not in LOADS:
            raise ValueError(f"truth setting {text!r}: load is one of {', '.join(LOADS)}")
        return key, value
    return key, _number(key, text, value)


def _number(key: str, text: str, value: str) -> float:
    low, high = LIMITS[key]
    try:
        number = float(value)
    except ValueError:
        number = float("nan")
    if not low <= number <= high:
        raise ValueError(f"truth setting {text!r}: {key} is a number from {low:g} to {high:g}")
    return number


@dataclass
class Spread:
    """A generator whose draws keep their centre and are `factor` times as wide."""

    rng: np.random.Generator
    factor: float = 1.0

    def standard_normal(self, size: Any = None) -> Any:
        return self.factor * self.rng.standard_normal(size)

    def uniform(self, low: float, high: float, size: Any = None) -> Any:
        return 0.5 * (low + high) + self.factor * (self.rng.uniform(low, high, size) - 0.5 * (low + high))
