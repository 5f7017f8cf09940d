"""Check a site file: every error at once, or the totals of the site."""
from __future__ import annotations

import json
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
    site: Annotated[str, typer.Argument(help="Name of a site, or path of a site file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Report every error of a site file at once, or print the totals of the site."""
    from config.check import totals
    from config.errors import ConfigError
    from config.load import load_site

    try:
        loaded = load_site(site)
    except ConfigError as error:
        if not as_json:
            raise
        typer.echo(json.dumps({"ok": False, "problems": [_problem(p) for p in error.problems]}))
        raise typer.Exit(2) from None
    sums = totals(loaded).as_dict()
    if as_json:
        typer.echo(json.dumps({"ok": True, "site": loaded.id, "totals": sums}))
    else:
        _print_table(loaded.model.name, sums)


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
