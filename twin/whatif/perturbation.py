"""What may happen: the shape of a perturbation, and how much of it holds at a time.

A kind is one file of `twin/whatif/perturbations` with one class; pydantic checks its fields at the edge, `write` puts it onto the world.
"""
from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from twin.whatif.ground import Ground
from twin.whatif.span import seconds
from twin.whatif.world import World

Array = np.ndarray
Names = Annotated[str, Field(min_length=1, max_length=400)]
Share = Annotated[float, Field(ge=0, le=1)]
LONGEST_S = 366 * 86400.0
PIECES = 20  # steps in which a ramp is climbed


class Perturbation(BaseModel):
    """Something that happens at `start_s` after the beginning, for `duration_s` (to the end when left out), coming and going over `ramp_s`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    words: ClassVar[tuple[str, ...]] = ()  # fields that a typed question gives without their names
    example: ClassVar[str]  # as it would be typed; tried at every site
    sudden: ClassVar[bool] = False  # it is or is not: a ramp makes no sense

    start_s: Annotated[float, Field(ge=0, le=LONGEST_S, description="s after the beginning")] = 0.0
    duration_s: Annotated[float | None, Field(gt=0, le=LONGEST_S, description="s; to the end when left out")] = None
    ramp_s: Annotated[float, Field(ge=0, le=LONGEST_S, description="s to come and to go")] = 0.0

    @field_validator("*", mode="before")
    @classmethod
    def _time(cls, value: Any, info: ValidationInfo) -> Any:
        return seconds(value) if (info.field_name or "").endswith("_s") else value

    @model_validator(mode="after")
    def _sudden(self) -> Perturbation:
        if self.sudden and self.ramp_s:
            raise ValueError("this happens at once: ramp_s must be left out")
        return self

    def applies(self, g: Ground) -> str | None:
        """Why it means nothing at a site; None where it does."""
        return None

    def explain(self, g: Ground) -> str:
        """What happens, a sentence without its full stop."""
        raise NotImplementedError

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        """The world with `share` [0..1] of it, `elapsed_s` after its start."""
        raise NotImplementedError

    def beats(self) -> tuple[float, ...]:
        """Times [s] after the start at which what is written changes by itself."""
        return ()

    @property
    def end_s(self) -> float:
        return np.inf if self.duration_s is None else self.start_s + self.duration_s

    def breaks(self) -> set[float]:
        """Times at which the world changes, s after the beginning."""
        ramp = [self.ramp_s * i / PIECES for i in range(PIECES + 1)] if self.ramp_s else [0.0]
        out = {self.start_s + r for r in ramp} | {self.start_s + b for b in self.beats() if self.start_s + b < self.end_s}
        return out | ({self.end_s + r for r in ramp} if self.duration_s else set())

    def share(self, t: float, width: float) -> float:
        """Mean share of it in the piece of `width` seconds that begins at `t`."""
        middle = t + 0.5 * width if self.ramp_s else t
        come = np.clip((middle - self.start_s) / self.ramp_s, 0, 1) if self.ramp_s else float(middle >= self.start_s)
        gone = np.clip((middle - self.end_s) / self.ramp_s, 0, 1) if self.ramp_s else float(middle >= self.end_s)
        return float(come - gone)
