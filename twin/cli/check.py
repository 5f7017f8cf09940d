"""Check a site, scenario or study file: every error at once, or what it adds up to."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

ROWS = (  # label, unit, format, key of Totals
    ("GPUs", "", ",d", "gpus"), ("Racks", "", ",d", "racks"), ("CDUs", "", ",d", "cdus"), ("Halls", "", ",d", "halls"),
    ("IT at full load", "MW", ",.1f", "it_full_mw"), ("IT on average", "MW", ",.1f", "it_average_mw"),
    ("Site at full load", "MW", ",.1f", "site_full_mw"), ("Site on average", "MW", ",.1f", "site_average_mw"),
    ("A GPU, all in, average", "kW", ".2f", "average_kw_gpu"),
    ("CDU capacity", "MW", ",.1f", "cdu_mw"), ("Heat rejection capacity", "MW", ",.1f", "rejection_mw"),
    ("Heat pumps, to the network", "MW", ",.1f", "heat_pump_mw"), ("District exchangers", "MW", ",.1f", "exchanger_mw"),
    ("Power feeds", "", ",d", "feeds"), ("Facility pumps", "", ",d", "facility_pumps"), ("CDU pumps", "", ",d", "cdu_pumps"),
    ("Dry coolers", "", ",d", "dry_coolers"), ("Tower cells", "", ",d", "tower_cells"), ("Heat pumps", "", ",d", "heat_pumps"),
    ("Water and coolant", "L", ",.0f", "water_l"),
)


def register(app: typer.Typer) -> None:
    app.command("check")(check)


def check(
    site: Annotated[str, typer.Argument(help="Name of a site, scenario or study, or path of its file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    parameters: Annotated[Path | None, typer.Option(help="Parameter file of `boucle calibrate`, in place of the one that the site names.")] = None,
) -> None:
    """Report every error of a site, scenario or study file at once, or print what it adds up to."""
    from config.errors import ConfigError
    from config.scenarios import is_scenario
    from config.studies import is_study

    try:
        if is_scenario(site):
            _scenario(site, as_json)
        elif is_study(site):
            _study(site, as_json)
        else:
            _site(site, as_json, parameters)
    except ConfigError as error:
        if not as_json:
            raise
        typer.echo(json.dumps({"ok": False, "problems": [_problem(p) for p in error.problems]}))
        raise typer.Exit(2) from None


def _scenario(name: str, as_json: bool) -> None:
    from config.scenarios import scenario_tree
    from twin.whatif.question import kind_of, plain
    from twin.whatif.scenario import scenario

    found = scenario(scenario_tree(name))
    if as_json:
        typer.echo(json.dumps({"ok": True, "scenario": plain(found)}))
    else:
        typer.echo(f"{found.title}: {', '.join(kind_of(p) for p in found.perturbations)} over {found.horizon_s / 3600:g} h. {found.asks}")


def _study(name: str, as_json: bool) -> None:
    from config.studies import study_path
    from config.yaml_lines import read
    from twin.sweep.read import planned
    from twin.sweep.sample import settings

    found = planned(read(study_path(name)))
    runs = len(settings(found))
    if as_json:
        typer.echo(json.dumps({"ok": True, "study": {"title": found.study.title, "runs": runs, "axes": list(found.axes)}}))
    else:
        typer.echo(f"{found.study.title}: {runs:,} runs over {', '.join(found.axes)}. {found.study.asks}")


def _site(site: str, as_json: bool, parameters: Path | None) -> None:
    from config.check import totals
    from config.load import load_site

    loaded = load_site(site, parameters)
    sums = totals(loaded).as_dict()
    if as_json:
        typer.echo(json.dumps({"ok": True, "site": loaded.id, "totals": sums, "calibrated": _calibrated(loaded)}))
    else:
        _print_table(loaded.model.name, sums)
        for name, (least, most) in _calibrated(loaded).items():
            typer.echo(f"calibrated: {name} {least:.3f} .. {most:.3f} of the datasheet")


def _calibrated(site: Any) -> dict[str, list[float]]:
    """Least and greatest factor of each calibrated parameter."""
    return {f"{cls}.{name}": [min(factors), max(factors)] for (cls, name), factors in site.factors.items()}


def _problem(p: Any) -> dict[str, Any]:
    return {"file": p.file, "line": p.line, "key": p.key, "message": p.message}


def _print_table(name: str, sums: dict[str, float]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=name, title_justify="left", show_header=False, box=None)
    table.add_column()
    table.add_column(justify="right")
    table.add_column()
    for label, unit, form, key in ROWS:
        if sums[key]:
            table.add_row(label, format(sums[key], form), unit)
    Console().print(table)
