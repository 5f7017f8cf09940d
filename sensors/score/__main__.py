"""`python -m sensors.score`: the score as a process of its own."""
from __future__ import annotations

import typer

from sensors.score.cli import command

if __name__ == "__main__":
    typer.run(command)
