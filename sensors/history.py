"""`python -m sensors.history`: the past of a simulated plant as frames on the standard output, for a twin to follow."""
from __future__ import annotations

import sys
from typing import Annotated

import typer


def command(
    site: Annotated[str, typer.Option(help="Name of a site that comes along, or path of a site file.")],
    end: Annotated[int, typer.Option(help="Last event time, epoch ms.")],
    hours: Annotated[float, typer.Option(min=0.01, help="How far back.")] = 24.0,
    step: Annotated[float, typer.Option(min=1.0, help="Seconds between samples.")] = 60.0,
    seed: Annotated[int, typer.Option(help="Of the hidden plant, as of `python -m sensors`.")] = 1,
) -> None:
    """Write the frames of the past, oldest first (see `twin.wire.frames`)."""
    from config.load import load_site
    from sensors.simulate import history
    from twin.wire.frames import pack

    out = sys.stdout.buffer
    for topic, payload in history(load_site(site), hours, step, seed, end):
        out.write(pack(topic, payload))
    out.flush()


if __name__ == "__main__":
    typer.run(command)
