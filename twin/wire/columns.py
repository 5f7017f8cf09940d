"""What one class of message looks like, compiled once: a msgspec decoder whose types carry the physical ranges."""
from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

import msgspec
import numpy as np

from config.classes import CLASSES, GPU_COLUMNS
from config.quantities import QUANTITIES, Quantity

ABSENT = float("nan")  # the one object that stands for "this column was not in the message"
SEQ_MAX = 2**53
Q = Literal[0, 1, 2]
_HEAD = [("ts", int), ("seq", Annotated[int, msgspec.Meta(ge=0, le=SEQ_MAX)], ABSENT), ("q", Q, ABSENT)]
HEAD = ("ts", "seq", "q")


@dataclass(frozen=True, eq=False)
class Layout:
    """Columns of a message in order; `factors` boundary unit to SI, shape (columns,) or (columns, 1) for arrays of `gpus`."""

    columns: tuple[Quantity, ...]
    decoder: msgspec.json.Decoder
    factors: np.ndarray
    gpus: int = 0
    padded: int = 0  # GPUs of the site's largest rack


def _number(q: Quantity) -> object:
    return Annotated[float, msgspec.Meta(ge=float(q.low), le=float(q.high))] | None


@cache
def layout(cls: str) -> Layout:
    """Layout of a class's `tele` message."""
    columns = tuple(QUANTITIES[c] for c in CLASSES[cls].measured)
    struct = msgspec.defstruct(f"Tele_{cls}", [*_HEAD, *((q.name, _number(q), ABSENT) for q in columns)], gc=False)
    return Layout(columns, msgspec.json.Decoder(struct), np.array([q.factor for q in columns]))


@cache
def gpu_layout(gpus: int, padded: int) -> Layout:
    """Layout of a rack's `gpu` message: `gpus` values a column, NaN from there to `padded`."""
    columns = tuple(QUANTITIES[c] for c in GPU_COLUMNS)
    fields = [(q.name, Annotated[list[_number(q)], msgspec.Meta(min_length=gpus, max_length=gpus)], ABSENT) for q in columns]
    struct = msgspec.defstruct("Gpu", [*_HEAD, *fields], gc=False)
    return Layout(columns, msgspec.json.Decoder(struct), np.array([[q.factor] for q in columns]), gpus, padded)
