"""`python -m sensors.history`: the past of a simulated plant as frames on the standard output, for a twin to follow."""
from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

if TYPE_CHECKING:
    from config.site import Site


def command(
    site: Annotated[str, typer.Option(help="Name of a site that comes along, or path of a site file.")],
    end: Annotated[int, typer.Option(help="Last event time, epoch ms.")],
    hours: Annotated[float, typer.Option(min=0.01, help="How far back.")] = 24.0,
    step: Annotated[float, typer.Option(min=1.0, help="Seconds between samples.")] = 60.0,
    seed: Annotated[int, typer.Option(help="Of the hidden plant, as of `python -m sensors`.")] = 1,
) -> None:
    """Write the frames of the past, oldest first (see `twin.wire.frames`)."""
    from config.load import load_site

    write(sys.stdout.buffer, load_site(site), hours, step, seed, end)


def write(out: BinaryIO, site: Site, hours: float, step_s: float, seed: int, end_ms: int) -> None:
    """The frames of the `hours` before `end_ms`, every `step_s`, oldest first."""
    from sensors.simulate import history
    from twin.spare import spare
    from twin.wire.frames import pack

    frames = history(site, hours, step_s, seed, end_ms)
    out.write(pack(*next(frames)))
    spare()
    out.writelines(pack(topic, payload) for topic, payload in frames)
    out.flush()


def on_request(waits: int, into: int, others: tuple[int, ...], site: Site, past: tuple[float, float, int, int]) -> None:
    """As a child of the demo: once a byte comes on the pipe `waits`, write the past (hours, step, seed, end) `into` another; `others` are their far ends."""
    for end in others:
        os.close(end)
    if os.read(waits, 1):
        with os.fdopen(into, "wb") as frames:
            write(frames, site, *past)


if __name__ == "__main__":
    typer.run(command)
