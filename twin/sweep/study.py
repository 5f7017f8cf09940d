"""A study: what all its runs share, what is varied, and how it is sampled."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_RUNS = 20_000
MOST_S = 86_400.0  # of one core, the what-ifs of all runs
MOST_AXES = 20

Scalar = float | int | str | bool


class Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Sample(Strict):
    """Every combination, or a Latin hypercube: each axis in `runs` layers, each layer met once."""

    kind: Literal["grid", "latin-hypercube"] = "grid"
    runs: Annotated[int | None, Field(ge=2, le=MOST_RUNS)] = None
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0


class Range(Strict):
    """Numbers from one end to the other; `steps` of them in a grid."""

    low: float = Field(alias="from")
    high: float = Field(alias="to")
    steps: Annotated[int | None, Field(ge=2, le=1000)] = None
    log: bool = False  # even in ratios
    whole: bool = False  # whole numbers


Axis = Range | tuple[Scalar, ...]


class Run(Strict):
    """What all runs share; the question is checked as every what-if is."""

    site: str
    load: Annotated[float | None, Field(ge=0, le=1)] = None
    outdoor_c: Annotated[float | None, Field(ge=-40, le=55)] = None
    wet_bulb_c: Annotated[float | None, Field(ge=-40, le=40)] = None
    words: Annotated[str, Field(max_length=4000, description="perturbations as they are typed, beside those below")] = ""
    horizon_s: Any = 3600.0
    step_s: float = 1.0
    members: int = 0
    seed: int = 0
    perturbations: list[Any] = []


class Study(Strict):
    """A checked study file. `vary` holds plain values here; `axes` of the reader holds them typed."""

    schema_version: Literal[1] = Field(alias="schema")
    title: Annotated[str, Field(min_length=3, max_length=120)]
    asks: Annotated[str, Field(min_length=3, max_length=400)]
    sample: Sample = Sample()
    run: Run
    vary: Annotated[dict[str, Any], Field(min_length=1, max_length=MOST_AXES)]


class Planned(Strict):
    """A study with its axes."""

    study: Study
    axes: Mapping[str, Axis]
