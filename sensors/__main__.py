"""`python -m sensors`: the publishers as a process of their own."""
from __future__ import annotations

import typer

from sensors.cli import command

if __name__ == "__main__":
    typer.run(command)
