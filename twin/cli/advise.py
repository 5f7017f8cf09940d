"""Ask which set points would cost least, or sell most heat, and what each limit costs. It only advises."""
from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("advise")(advise)


def advise(
    given: Annotated[str, typer.Argument(help="What happens meanwhile, in words of a what-if: `heat-wave 41`; nothing when left out.")] = "",
    site: Annotated[str, typer.Option(help="Name of a site, or path of a site file.")] = "valence",
    goal: Annotated[str, typer.Option(help="cost: least net cost; heat: most heat sold.")] = "cost",
    margin: Annotated[float | None, typer.Option(help="K that the hottest GPU keeps below throttling; 8 when left out.")] = None,
    network: Annotated[float | None, typer.Option(help="degC the district network is supplied with; as it asks when left out.")] = None,
    knobs: Annotated[str | None, typer.Option(help="Set points that may move, behind commas: fws_supply_c, tcs_supply_c, fws_dp_kpa, tcs_dp_kpa, heat_pump_load, pumps.")] = None,
    hall: Annotated[str, typer.Option(help="Halls whose set points may move.")] = "all",
    redundant: Annotated[bool, typer.Option(help="Any single pump or feed lost must leave all GPUs below throttling.")] = True,
    horizon: Annotated[str | None, typer.Option("--for", help="Time over which costs are counted, after half an hour of transition.")] = None,
    load: Annotated[float | None, typer.Option(min=0, max=1, help="Share of load of the designed start; the site's average when left out.")] = None,
    outdoor: Annotated[float | None, typer.Option(min=-40, max=55, help="Outdoor temperature of the designed start, degC.")] = None,
    here: Annotated[bool, typer.Option("--here", help="Do not ask a running service: start from the plant as designed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask which set points would cost least, or sell most heat, and what each limit costs. It only advises."""
    from twin.cli._advising import answer

    asked = {"given": given, "goal": goal, "margin_k": margin, "network_c": network, "knobs": knobs and tuple(knobs.replace(" ", "").split(",")), "hall": hall,
             "redundant": redundant, "horizon_s": horizon, "load": load, "outdoor_c": outdoor}
    answer(site, {k: v for k, v in asked.items() if v is not None}, here or load is not None or outdoor is not None, as_json)
