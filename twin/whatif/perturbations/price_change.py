"""Prices change."""
from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar

from pydantic import Field

from twin.whatif.ground import Ground
from twin.whatif.perturbation import Perturbation
from twin.whatif.world import World


class PriceChange(Perturbation):
    """Prices or carbon of electricity and heat change; the plant does not."""

    words: ClassVar[tuple[str, ...]] = ("power_eur_mwh", "heat_eur_mwh")
    example: ClassVar[str] = "price-change 300"
    sudden: ClassVar[bool] = True
    power_eur_mwh: Annotated[float | None, Field(ge=-1000, le=10_000, description="EUR/MWh of electricity; as now when left out")] = None
    heat_eur_mwh: Annotated[float | None, Field(ge=-1000, le=10_000, description="EUR/MWh of heat sold")] = None
    power_kg_mwh: Annotated[float | None, Field(ge=0, le=1500, description="kg CO2e per MWh of electricity")] = None

    def explain(self, g: Ground) -> str:
        given = (("electricity costs", self.power_eur_mwh, "EUR/MWh"), ("heat pays", self.heat_eur_mwh, "EUR/MWh"),
                 ("electricity carries", self.power_kg_mwh, "kg CO2e/MWh"))
        return " and ".join(f"{what} {value:g} {unit}" for what, value, unit in given if value is not None) or "prices stay as they are"

    def write(self, g: Ground, w: World, share: float, elapsed_s: float) -> World:
        given = {name: getattr(self, name) for name in ("power_eur_mwh", "heat_eur_mwh", "power_kg_mwh")}
        return replace(w, prices=replace(w.prices, **{name: value for name, value in given.items() if value is not None}))


KIND = PriceChange
