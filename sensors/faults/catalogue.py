"""All kinds of fault by name, and the plant's faults of a run as one function of time."""
from __future__ import annotations

from collections.abc import Sequence

from config.site import Site
from sensors.faults.kinds import Fault
from sensors.faults.plant import PLANT_KINDS
from sensors.faults.sensor_kinds import SENSOR_KINDS
from sensors.faults.target import resolve
from sensors.truth.effects import Effects
from sensors.truth.parameters import Parameters, hall_rows
from sensors.truth.plant import FaultsAt, healthy

KINDS = {**PLANT_KINDS, **SENSOR_KINDS}
_BY_HALL = ("pump", "cooler", "district", "heatpump", "tank", "tower", "loop")


def parse(text: str) -> Fault:
    """`kind:target:start_s[:size[:stop_s]]`, as on the command line."""
    parts = text.split(":")
    if len(parts) < 3 or parts[0] not in KINDS:
        raise ValueError(f"fault {text!r}: write kind:target:start_s[:size[:stop_s]], kind one of {', '.join(sorted(KINDS))}")
    numbers = [float(x) for x in parts[2:5]]
    return Fault(parts[0], parts[1], *numbers)


def plant_faults(site: Site, p: Parameters, faults: Sequence[Fault], start: float) -> FaultsAt:
    """Writes the effects of every plant fault present at a time; seconds count from `start` [epoch s]."""
    placed = [(f, PLANT_KINDS[f.kind], *_row(site, f)) for f in faults if f.kind in PLANT_KINDS]
    if not placed:
        return healthy

    def write(t: float, effects: Effects) -> None:
        for fault, kind, row, part in placed:
            since = fault.since(t - start)
            if since is not None:
                kind.write(effects, row, part, fault.size or kind.size, since)

    return write


def _row(site: Site, fault: Fault) -> tuple[int, int]:
    cls, row, rest = resolve(site, fault.target)
    wanted = PLANT_KINDS[fault.kind].cls
    if cls != wanted and not (wanted == "cooler" and cls == "tower"):
        raise ValueError(f"fault {fault.kind} hits a {wanted}, not {fault.target!r}")
    if cls in _BY_HALL:
        row = int(hall_rows(site, cls)[row])
    return row, int(rest) if rest else -1
