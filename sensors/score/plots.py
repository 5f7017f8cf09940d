"""Pictures of docs/estimator.md: one day's morning of the hidden plant, the twin beside it. `python -m sensors.score.plots FOLDER`."""
from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from config.classes import CLASSES
from config.load import load_site
from sensors.faults import Fault, SensorFaults
from sensors.fitted import drawn
from sensors.simulate import simulated
from sensors.station import Station
from sensors.truth.settings import Settings
from twin.engine import start
from twin.engine.tick import take_step
from twin.events import Reading
from twin.wire.native import codec

SEED, STEP_S, HOURS, START_MS = 11, 5.0, 5.0, 1_741_564_800_000
FOULED = Fault("hx_fouled", "cdu/cdu-07", 2 * 3600.0, 0.3)
UNIT, SILENT_S = 6, (4.0 * 3600, 4.4 * 3600)  # row of that CDU; when its gateway is away
BAND = 1.96


@dataclass
class Course:
    """Columns over time; `tracks[name]` are rows of (truth, estimate, standard deviation)."""

    hours: list[float] = field(default_factory=list)
    tracks: dict[str, list[tuple[float, float, float]]] = field(default_factory=dict)

    def add(self, name: str, truth: float, value: float, std: float) -> None:
        self.tracks.setdefault(name, []).append((float(truth), float(value), float(std)))


def played() -> Course:
    """The morning: a CDU fouls at two hours and falls silent at four."""
    found = load_site("valence")
    site = replace(found, model=found.model.model_copy(update={"step_s": STEP_S}))
    truth = simulated(site, SEED, START_MS, [FOULED])
    fitted = drawn(site, SEED, Settings())
    station = Station.of(truth, SEED, True, SensorFaults.of(site, [FOULED], START_MS / 1000.0, SEED), fitted)
    twin, decode, out = start(site), codec(site).decode, Course()
    silent, unmetered = np.argwhere(fitted.silent)[0], int(np.flatnonzero(fitted.missing["rack"][:, CLASSES["rack"].column("flow_lpm")])[0])
    for n in range(1, round(HOURS * 3600 / STEP_S) + 1):
        truth.step(STEP_S)
        now = round(truth.state.t * 1000)
        heard = [d.event for d in (decode(topic, payload, now) for topic, payload in station.frames(STEP_S)) if isinstance(d.event, Reading)]
        away = SILENT_S[0] <= n * STEP_S < SILENT_S[1]
        twin, _ = take_step(replace(twin, next_ms=now), [r for r in heard if not (away and r.cls == "cdu" and r.row == UNIT)])
        if n % 4 == 0:
            _note(out, n * STEP_S / 3600.0, truth, twin, (int(silent[0]), int(silent[1])), unmetered)
    return out


def _note(out: Course, hour: float, truth: Any, twin: Any, silent: tuple[int, int], unmetered: int) -> None:
    s, snapshot, b = truth.state, twin.snapshot, twin.belief
    out.hours.append(hour)
    out.add("die", s.die[silent], snapshot.gpu_c[silent], float(np.sqrt(b.die_var[silent])))
    for name, true, cls, column, row in (
        ("flow", s.rack["rack_flow"][unmetered], "rack", "flow_lpm", unmetered), ("heat", s.cdu["cdu_heat"][UNIT], "cdu", "heat_kw", UNIT),
        ("supply", s.cdu["tcs_supply"][UNIT], "cdu", "tcs_supply_c", UNIT),
    ):
        at = CLASSES[cls].column(column)
        out.add(name, true, snapshot.values[cls][row, at], snapshot.std[cls][row, at])
    block, fouled = b.slow.blocks["cdu"], 1.0 - FOULED.size * (hour * 3600 >= FOULED.start_s)
    factor = float(np.exp(block.value("ua")[UNIT]))
    out.add("ua", fouled, factor, factor * float(block.std("ua")[UNIT]))


PANELS = (("die", 1.0, "GPU that reports nothing, degC"), ("flow", 60_000.0, "rack without a flow meter, L/min"), ("heat", 1e-3, "heat of CDU 7, kW"),
          ("ua", 100.0, "conductance of CDU 7, % of its datasheet"), ("supply", 1.0, "coolant supply of CDU 7, degC"))


def draw(course: Course, folder: Path) -> None:
    """One picture a panel."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    for name, factor, title in PANELS:
        true, value, std = factor * np.array(course.tracks[name]).T
        hours = np.array(course.hours)
        kept = hours > (3.7 if name == "supply" else 0.2)
        figure, axes = plt.subplots(figsize=(7.5, 2.6), layout="constrained")
        axes.fill_between(hours[kept], (value - BAND * std)[kept], (value + BAND * std)[kept], color="#9ecae1", label="twin, 95 % band", linewidth=0)
        axes.plot(hours[kept], value[kept], color="#08519c", linewidth=0.9, label="twin")
        axes.plot(hours[kept], true[kept], color="#d94801", linewidth=0.8, label="relative to its own start" if name == "ua" else "hidden plant")
        axes.set_xlabel("hours")
        axes.set_title(title, fontsize=10, loc="left")
        axes.legend(fontsize=8, ncols=3, loc="upper right", frameon=False)
        figure.savefig(folder / f"estimator-{name}.png", dpi=110)
        plt.close(figure)


if __name__ == "__main__":
    draw(played(), Path(sys.argv[1]))
