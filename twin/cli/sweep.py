"""Run a study: many what-ifs over site, equipment, weather and perturbations; call it again to go on."""
from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("sweep")(sweep)


def sweep(
    study: Annotated[str, typer.Argument(help="Path of a study file, or name of one that is shipped: warmer-water.")],
    jobs: Annotated[int, typer.Option(min=1, max=256, help="Processes; 1 runs in this one.")] = 1,
    dask: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Scheduler of a Dask cluster: tcp://host:8786.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder of runs, table and report; ./sweep-NAME when left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run a study: many what-ifs over site, equipment, weather and perturbations; call it again to go on."""
    from twin.cli._sweeping import Swept, swept

    if dask is not None and jobs != 1:
        raise typer.BadParameter("--jobs counts processes of this machine, --dask names a cluster: give one of them")
    swept(Swept(study, jobs, dask, out, as_json))
