"""Energy book-keeping of the hidden plant's water, air and metal: what goes in comes out or stays."""
from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Ledger:
    """Sums of heat [J] since the start and the residual of the last part of a step."""

    came: float = 0.0
    left: float = 0.0
    kept: float = 0.0
    residual: float = 0.0  # of the last part, share of what it moved
    worst: float = 0.0

    def close(self, before: float, after: float, came: float, left: float) -> None:
        """End a part of a step: stores before and after, what came in and what left [J]."""
        change = after - before
        self.residual = abs(came - left - change) / max(abs(came) + abs(left), 1.0)
        self.worst = max(self.worst, self.residual)
        self.came, self.left, self.kept = self.came + came, self.left + left, self.kept + change
