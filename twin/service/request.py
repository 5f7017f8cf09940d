"""A what-if as every door takes it: words, a scenario's name, or perturbations spelled out; from now, or from the designed plant."""
from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from config.scenarios import known_scenarios, scenario_tree
from twin.whatif.question import Question, asked, plain, spelled
from twin.whatif.refusal import Refused
from twin.whatif.scenario import scenario

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,63}$")]


class Request(BaseModel):
    """What to ask. Either `ask` or `perturbations`; what is left out is as the scenario says, or the default."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    ask: Annotated[str | None, Field(max_length=4000, description="`pump-trip cdu-03 + heat-wave 41 start=10min`, or the name of a scenario")] = None
    perturbations: Annotated[list[dict[str, Any]] | None, Field(max_length=20, description="each with its `kind`; see GET /api/whatif")] = None
    horizon_s: Annotated[float | str | None, Field(description="how far to look: seconds, or 10min, 1h30m, 2d")] = None
    step_s: Annotated[float | None, Field(ge=0.1, le=60)] = None
    members: Annotated[int | None, Field(ge=0, le=10_000, description="of the ensemble that gives the bands; 0: none; left out: 24 where they take little")] = None
    seed: Annotated[int | None, Field(ge=0, le=2**32 - 1)] = None
    at: Annotated[int | str | None, Field(description="from a moment that the store holds: 2026-11-24T10:00Z or epoch ms; the nearest earlier one")] = None
    start: Annotated[Literal["now", "designed"], Field(description="from the twin's present, or the plant at rest as designed")] = "now"
    load: Annotated[float | None, Field(ge=0, le=1, description="share of load of a designed start")] = None
    outdoor_c: Annotated[float | None, Field(ge=-40, le=55, description="outdoor temperature of a designed start")] = None
    show: Annotated[Literal["a", "b", "c"] | None, Field(description="keep the future in the stores as scenario whatif-a, -b or -c; else as whatif beside "
                                                        "whatif-without, until the next question")] = None
    id: Annotated[Name | None, Field(description="to cancel it by; unique among those that run")] = None


def question(r: Request) -> Question:
    """The question of a request. Raises Refused."""
    if (r.ask is None) == (r.perturbations is None):
        raise Refused("ask", "give either `ask` or `perturbations`")
    given = {k: v for k in ("horizon_s", "step_s", "members", "seed", "at") if (v := getattr(r, k)) is not None}
    return asked(_asked(r.ask) | given if r.ask is not None else {"perturbations": r.perturbations} | given)


def _asked(words: str) -> dict[str, Any]:
    if words in known_scenarios():
        return plain(scenario(scenario_tree(words)))
    return plain(Question(perturbations=spelled(words)))
