"""What advice is asked for: the goal, what may be moved, what must hold."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from twin.whatif.perturbation import Names
from twin.whatif.refusal import Refused
from twin.whatif.span import seconds

KnobName = Literal["fws_supply_c", "tcs_supply_c", "fws_dp_kpa", "tcs_dp_kpa", "heat_pump_load", "pumps"]
COST, HEAT = "cost", "heat"


class Wish(BaseModel):
    """Least net cost or most heat sold, under limits, in the future that `given` describes (words of a what-if)."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    goal: Annotated[Literal["cost", "heat"], Field(description="least net cost of power less heat, or most heat sold")] = COST
    given: Annotated[str, Field(max_length=4000, description="what happens meanwhile, in words of a what-if: `heat-wave 41`")] = ""
    hall: Annotated[Names, Field(description="halls whose set points may move")] = "all"
    knobs: Annotated[tuple[KnobName, ...] | None, Field(min_length=1, max_length=6, description="set points that may move; all that the site has when left out")] = None
    margin_k: Annotated[float, Field(ge=0, le=40, description="K that the hottest GPU keeps below throttling")] = 8.0
    network_c: Annotated[float | None, Field(ge=20, le=110, description="degC the network is supplied with; as it asks when left out")] = None
    redundant: Annotated[bool, Field(description="any single pump or feed lost must leave all GPUs below throttling")] = True
    horizon_s: Annotated[float, Field(ge=600, le=86400, description="time over which costs are counted, after half an hour of transition")] = 3600.0

    @field_validator("horizon_s", mode="before")
    @classmethod
    def _time(cls, value: Any) -> Any:
        return seconds(value)


def wished(value: Mapping[str, Any]) -> Wish:
    """A wish from a mapping. Raises Refused naming the first field at fault."""
    try:
        return Wish.model_validate(dict(value))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise Refused(".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, ").replace("Input should", "must")) from None
