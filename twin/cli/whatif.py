"""Ask what happens if: a pump trips, a feed is lost, tomorrow is hot ... and how long until it hurts."""
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("whatif")(whatif)


def whatif(
    question: Annotated[str, typer.Argument(help="Words, `pump-trip cdu-03 + heat-wave peak_c=41 start=10min`; a scenario's name or file; `list` for all.")],
    site: Annotated[str, typer.Option(help="Name of a site, or path of a site file.")] = "valence",
    horizon: Annotated[str | None, typer.Option("--for", help="How far to look: 90s, 10min, 1h30m, 2d.")] = None,
    step: Annotated[float | None, typer.Option(help="Seconds of one step.")] = None,
    members: Annotated[int | None, typer.Option(min=0, max=10_000, help="Of the ensemble that gives the bands and the +-; 0 for none; 24 where that takes little.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the ensemble.")] = None,
    load: Annotated[float | None, typer.Option(min=0, max=1, help="Share of load of the designed start; the site's average when left out.")] = None,
    outdoor: Annotated[float | None, typer.Option(min=-40, max=55, help="Outdoor temperature of the designed start, degC.")] = None,
    at: Annotated[str | None, typer.Option(help="Begin at a moment that the store holds, the nearest before: 2026-11-24T10:00Z.")] = None,
    epw: Annotated[Path | None, typer.Option(help="EPW weather file; its --day joins the question.")] = None,
    day: Annotated[str, typer.Option(help="Month and day of the EPW file, 07-19.")] = "07-19",
    here: Annotated[bool, typer.Option("--here", help="Do not ask a running service: start from the plant as designed.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Ask what happens if: a pump trips, a feed is lost, tomorrow is hot ... and how long until it hurts."""
    from twin.cli._asking import Asked, answer, catalogue

    if question == "list":
        catalogue(as_json)
        return
    answer(Asked(question, site, horizon, step, members, seed, load, outdoor, epw, day, here, as_json, at))
