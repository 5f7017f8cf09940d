"""The district network changes its temperatures."""
from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from twin.plant.design import SINK_LIFT
from twin.whatif.ground import Ground
from twin.whatif.perturbation import Perturbation
from twin.whatif.world import World


class NetworkTemperature(Perturbation):
    """The district network changes its return temperature, the supply it wants, or its flow."""

    words: ClassVar[tuple[str, ...]] = ("supply_c", "return_c")
    example: ClassVar[str] = "network-temperature 45 35"
    supply_c: Annotated[float | None, Field(ge=20, le=110, description="degC wanted; as now when left out")] = None
    return_c: Annotated[float | None, Field(ge=5, le=90, description="degC; as now when left out")] = None
    flow: Annotated[float, Field(ge=0, le=5, description="of the flow now")] = 1.0

    def applies(self, g: Ground) -> str | None:
        return None if g.d.dh_peak.max() > 0 else f"{g.site.id} sells no heat"

    def explain(self, g: Ground) -> str:
        parts = [f"{name} {value:g} degC" for name, value in (("supply", self.supply_c), ("return", self.return_c)) if value is not None]
        parts += [f"{100 * self.flow:.0f} % of the flow"] if self.flow != 1 else []
        return f"the district network goes to {' and '.join(parts) or 'what it was'}"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        t = w.targets
        sink = t.sink_out if self.supply_c is None else self.supply_c + SINK_LIFT
        back = t.dh_return if self.return_c is None else self.return_c
        return w.aim(sink_out=t.sink_out + share * (sink - t.sink_out), dh_return=t.dh_return + share * (back - t.dh_return),
                     dh_flow=t.dh_flow * (1.0 + share * (self.flow - 1.0)))


KIND = NetworkTemperature
