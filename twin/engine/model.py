"""Everything about a site that never changes while the twin runs, compiled once."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from config.classes import CLASSES
from config.site import Site
from twin.alarms.places import Places
from twin.estimate.assimilate import Places as Sensors
from twin.estimate.assimilate import places
from twin.estimate.facts import LOOP_CLASSES, Facts
from twin.estimate.health.facts import facts as known
from twin.estimate.health.monitor import Rooms, rooms
from twin.estimate.sheet import Plan, inside, measured, shown
from twin.plant.assembly import assemble
from twin.plant.design import Design, design
from twin.plant.machines import machinery
from twin.plant.power import feeds
from twin.plant.supply_types import Supply
from twin.plant.types import Parameters

Array = np.ndarray
STALE_STEPS, STALE_MIN_MS = 5, 30_000  # a column is stale after five steps or half a minute of silence, the longer
LEVELLED = (("rack", "power_kw"), ("rack", "flow_lpm"), ("cdu", "tcs_flow_lpm"))
STALE_PERIODS = 3  # or after three of its own turns, where its class speaks less often than every step


@dataclass(frozen=True, slots=True)
class Model:
    """A compiled site."""

    parameters: Parameters
    design: Design
    feeds: Supply
    rows: Mapping[str, int]  # class -> number of assets
    loop_of: Mapping[str, Array]  # class -> [rows] loop each asset of a core class belongs to
    gpus: int
    step_ms: int
    lateness_ms: int
    gpu_share: float  # of a rack's power at average load, where no GPU reports
    liquid_share: float  # of the rest, to liquid
    period_ms: Mapping[str, int]  # class -> time between its messages where the site says so
    places: Places
    units: Mapping[str, Array]  # class -> [rows] installed units, to turn running counts into shares
    facts: Facts
    health: Rooms
    measured: Plan
    shown: Plan
    sensors: Sensors  # of the filter
    measured_at: Array  # of each measured value among those shown
    stale_ms: Array  # silence after which a measured value is stale
    levelled: Array  # measured values that are followed by their level: power and flow of every rack, flow of every CDU


def compile_site(site: Site) -> Model:
    """Compile a checked site."""
    parameters, d = assemble(site), design(site)
    halls = {h.id: i for i, h in enumerate(site.model.halls)}
    sheet = site.sheets[site.model.halls[0].racks.equipment]
    rest = sheet.other_liquid_kw + sheet.air_kw
    gpu = sheet.gpus * sheet.gpu_max_w * 1e-3
    rows, units = {cls: site.count(cls) for cls in CLASSES}, _units(site)
    loop_of = {"cdu": parameters.wiring.cdu_loop} | {c: np.array([halls[a.hall] for a in site.assets.get(c, ())], dtype=int) for c in LOOP_CLASSES}
    step_ms, period_ms = round(site.model.step_s * 1000), {c: round(s * 1000) for c, s in site.model.periods.items()}
    told, all_columns = measured(rows), shown(rows)
    supply, facts = feeds(site), Facts(parameters, d, machinery(site, parameters, d), rows, loop_of, units)
    return Model(
        parameters=parameters,
        design=d,
        feeds=supply,
        rows=rows,
        loop_of=loop_of,
        gpus=parameters.leaves.plate_factor.shape[-1],
        step_ms=step_ms,
        lateness_ms=round(site.model.lateness_s * 1000),
        gpu_share=gpu / (gpu + rest),
        liquid_share=sheet.other_liquid_kw / rest if rest else 1.0,
        period_ms=period_ms,
        units=units,
        facts=facts,
        places=Places(site),
        health=rooms(known(site, facts, supply)),
        measured=told,
        shown=all_columns,
        sensors=places(told, loop_of, len(halls)),
        measured_at=inside(told, all_columns),
        stale_ms=_stale_after(told, step_ms, period_ms),
        levelled=np.concatenate([told.column(*x) for x in LEVELLED]),
    )


def _stale_after(plan: Plan, step_ms: int, period_ms: Mapping[str, int]) -> Array:
    """Silence [size] ms after which a value is stale."""
    usual = max(STALE_STEPS * step_ms, STALE_MIN_MS)
    limits = [np.full(rows * columns, max(usual, STALE_PERIODS * period_ms.get(cls, 0))) for cls, (_, rows, columns) in plan.places.items()]
    return np.concatenate(limits)


def _units(site: Site) -> dict[str, Array]:
    hall = {h.id: h for h in site.model.halls}

    def per(cls: str, count) -> Array:
        return np.array([float(count(hall[a.hall])) for a in site.assets.get(cls, ())])

    return {
        "cooler": per("cooler", lambda h: h.coolers.count),
        "tower": per("tower", lambda h: site.sheets[h.tower.equipment].cells),
        "pump": per("pump", lambda h: h.pumps.count),
    }
