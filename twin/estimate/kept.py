"""Large arrays as a value of which a step changes a few rows: the newest version owns them, older ones remember what they had there.

A whole copy of what is known of a million GPUs would cost more than to learn from the few that spoke. Reading an old version is allowed
and gives it arrays of its own again, at the price of that copy.
"""
from __future__ import annotations

import numpy as np

Array = np.ndarray


class Kept:
    """Arrays [rows, ...] of equal length. What `arrays` gives is to be read at once: later versions write into it."""

    __slots__ = ("_arrays", "_changed", "_newer", "_old")

    def __init__(self, *arrays: Array):
        self._arrays: tuple[Array, ...] | None = arrays
        self._newer: Kept | None = None
        self._changed: Array | None = None
        self._old: tuple[Array, ...] = ()

    def arrays(self) -> tuple[Array, ...]:
        """The arrays of this version."""
        if self._arrays is None:
            assert self._newer is not None and self._changed is not None
            own = tuple(a.copy() for a in self._newer.arrays())
            for a, old in zip(own, self._old, strict=True):
                a[self._changed] = old
            self._arrays, self._newer, self._changed, self._old = own, None, None, ()
        return self._arrays

    def next(self, rows: Array) -> tuple[Kept, tuple[Array, ...]]:
        """A new version, and its arrays to be written at `rows` and nowhere else."""
        own = self.arrays()
        newer = Kept(*own)
        self._old, self._changed, self._newer, self._arrays = tuple(a[rows] for a in own), rows, newer, None
        return newer, own

    def __reduce__(self) -> tuple[type[Kept], tuple[Array, ...]]:
        return Kept, self.arrays()
