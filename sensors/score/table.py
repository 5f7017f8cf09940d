"""The figures for a person."""
from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table


def show(figures: dict[str, Any], console: Console | None = None) -> None:
    """Tables of faults and virtual sensors, then the whole in a few lines."""
    out = console or Console()
    if figures["faults"]:
        out.print(_faults(figures))
    out.print(_virtual(figures["virtual"]))
    out.print(_targets(figures["targets"]))
    for run in figures["list"]:
        out.print(run)
    alarms, findings, speed = figures["false_alarms"], figures["false_findings"], figures["speed"]
    out.print(f"{figures['runs']} runs of {figures['hours']:g} h, seeds {figures['seeds'][0]}..{figures['seeds'][-1]}")
    out.print(f"false alarms: {alarms['count']} ({alarms['per_week']} a site and week), {alarms['beside_faults']} more beside a fault; false findings: "
              f"{findings['count']} ({findings['per_week']} a site and week), {findings['secondary']} on what a fault touches")
    for block, n in figures["nis"].items():
        out.print(f"NIS of {block} before faults: mean {n['mean']}, {100 * n['inside_95']:.1f} % of steps inside the 95 % band, {n['count']} innovations")
    stages = ", ".join(f"{k} {v:.2f}" for k, v in speed["ms_a_step"].items())
    out.print(f"{speed['cpu_s_a_run']} s of processor and {speed['wall_s_a_run']} s of wall a run; processor ms a step: {stages}; {speed['messages']} messages, {speed['refused']} problems in them")


def _faults(figures: dict[str, Any]) -> Table:
    table = Table("fault", "runs", "detectable", "detected", "named", "suspected", "alarmed", "median", "worst", "false", title="Faults")
    for name, f in [*figures["faults"].items(), ("in the catalogue", figures["catalogue_faults"]), ("detectable", figures["detectable"]), ("all", figures["all_faults"])]:
        table.add_row(name, *(str(f[k]) for k in ("runs", "detectable", "detected", "named", "suspected", "alarmed")), spoken(f["delay_median_s"]), spoken(f["delay_worst_s"]),
                      str(f["false"]))
    return table


def _virtual(rows: dict[str, Any]) -> Table:
    table = Table("virtual sensor", "RMSE", "aim", "inside 95 %", "samples", title="What no sensor shows")
    for name, v in rows.items():
        if v["samples"]:
            aim = "" if v["aim"] is None else f"{v['aim']:g} {v['unit']}"
            cover = "-" if v["coverage_95"] is None else f"{100 * v['coverage_95']:.1f} %"
            table.add_row(name, f"{v['rmse']:.3f} {v['unit']}", aim, cover, str(v["samples"]))
    return table


def _targets(rows: list[dict[str, Any]]) -> Table:
    table = Table("what", "aim", "found", "", title="Targets")
    for t in rows:
        table.add_row(t["what"], t["aim"], t["found"], judged(t["met"]))
    return table


def judged(met: bool | None) -> str:
    """How a target stands, in a word."""
    return "not measured" if met is None else "met" if met else "missed"


def spoken(seconds: float | None) -> str:
    """A delay in a unit that suits it."""
    if seconds is None:
        return "never"
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
