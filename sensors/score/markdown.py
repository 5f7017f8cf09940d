"""The figures as a section of a document, between two marks, with what they were measured on."""
from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sensors.score.table import judged, spoken

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"


def write(file: Path, figures: dict[str, Any], asked: str) -> None:
    """Put the figures between the marks of `file`; ValueError where it has none."""
    text = file.read_text(encoding="utf-8")
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{file}: has no place for figures, write {BEGIN} and {END} on lines of their own")
    file.write_text(head + "\n".join([BEGIN, *section(figures, asked), END]) + tail, encoding="utf-8")


def section(figures: dict[str, Any], asked: str) -> Iterator[str]:
    """Lines of the section."""
    alarms, findings, speed, seeds = figures["false_alarms"], figures["false_findings"], figures["speed"], figures["seeds"]
    yield ""
    yield f"`boucle score {asked}`: {figures['runs']} runs of {figures['hours']:g} h at {figures['step_s']:g} s, seeds {seeds[0]} to {seeds[-1]}, {_machine()}."
    yield ""
    yield (f"False alarms {alarms['count']} ({alarms['per_week']:g} a site and week), false findings {findings['count']} "
           f"({findings['per_week']:g} a site and week). Processor {speed['cpu_s_a_run']:g} s, wall {speed['wall_s_a_run']:g} s a run; ms a step: "
           + ", ".join(f"{k} {v:.2f}" for k, v in speed["ms_a_step"].items()) + ".")
    yield from _targets(figures["targets"])
    yield from _faults(figures)
    yield from _virtual(figures["virtual"])
    yield from _nis(figures["nis"])
    yield ""


def _targets(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield from ("", "| target | aim | found | |", "| --- | --- | --- | --- |")
    yield from (f"| {t['what']} | {t['aim']} | {t['found']} | {judged(t['met'])} |" for t in rows)


def _faults(figures: dict[str, Any]) -> Iterator[str]:
    yield from ("", "| fault | runs | detectable | detected | named | suspected | alarmed | median | worst |", "| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, f in [*figures["faults"].items(), ("**in the catalogue**", figures["catalogue_faults"]), ("**detectable**", figures["detectable"]), ("**all**", figures["all_faults"])]:
        counts = " | ".join(str(f[k]) for k in ("runs", "detectable", "detected", "named", "suspected", "alarmed"))
        yield f"| {name} | {counts} | {spoken(f['delay_median_s'])} | {spoken(f['delay_worst_s'])} |"


def _virtual(rows: dict[str, Any]) -> Iterator[str]:
    yield from ("", "| virtual sensor | RMSE | aim | inside 95 % | samples |", "| --- | --- | --- | --- | --- |")
    for name, v in rows.items():
        if v["samples"]:
            cover = "" if v["coverage_95"] is None else f"{100 * v['coverage_95']:.1f} %"
            aim = "" if v["aim"] is None else f"{v['aim']:g}"
            yield f"| {name} | {v['rmse']:.3f} {v['unit']} | {aim} | {cover} | {v['samples']} |"


def _nis(blocks: dict[str, Any]) -> Iterator[str]:
    yield from ("", "| block of the filter | mean NIS | steps inside 95 % |", "| --- | --- | --- |") if blocks else ()
    for name, n in blocks.items():
        yield f"| {name} | {n['mean']:.3f} | {100 * n['inside_95']:.1f} % |"


def _machine() -> str:
    return f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[2]:.1f}, Python {platform.python_version()}"
