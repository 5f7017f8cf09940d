"""The hidden plant of a seed: datasheets with the spread of manufacture, then years of wear."""
from __future__ import annotations

from dataclasses import replace

import numpy as np

from config.site import Site
from sensors.noise import stream
from sensors.truth.draw_feeds import draw_feeds
from sensors.truth.draw_halls import draw_halls
from sensors.truth.draw_racks import draw_cdus, draw_racks
from sensors.truth.parameters import WATER, Parameters
from sensors.truth.settings import Settings, Spread

YEARLY = {"ua": 0.02, "head": 0.01, "cooler_ua": 0.02, "district_ua": 0.02, "pump_head": 0.01, "hp_efficiency": 0.01}
# share lost a year at most between overhauls (assumption: the margins that designers add for five years, TEMA 1999 and HI 9.6.3)


def draw(site: Site, seed: int, settings: Settings | None = None) -> Parameters:
    """The plant of this seed."""
    settings = settings or Settings()

    def rng(name: str) -> Spread:
        return Spread(stream(seed, name), settings.spread)

    fluids = rng("fluids")
    new = Parameters(
        draw_racks(site, rng("racks")), draw_cdus(site, rng("cdus")), draw_halls(site, rng("halls")), draw_feeds(site, rng("feeds")),
        tcs_volumetric=WATER * fluids.uniform(0.985, 1.0),  # treated water with up to a little inhibitor
        fws_volumetric=WATER * fluids.uniform(0.99, 1.0),
    )
    return _aged(new, stream(seed, "ageing"), settings.ageing) if settings.ageing > 0 else new


def _aged(p: Parameters, rng: np.random.Generator, years: float) -> Parameters:
    """The same plant after `years` in service; every asset has lost its own part."""
    def worn(values: object, names: tuple[str, ...]) -> dict[str, np.ndarray]:
        return {n: (v := getattr(values, n)) * np.maximum(1 - YEARLY[n] * years * rng.random(v.shape), 0.3) for n in names}

    return replace(p, cdu=replace(p.cdu, **worn(p.cdu, ("ua", "head"))),
                   hall=replace(p.hall, **worn(p.hall, ("cooler_ua", "district_ua", "pump_head", "hp_efficiency"))))
