"""`python -m twin.bench._warm`: compile the plant now, so that no question waits for it. Half a minute, or nothing when it is kept already."""
from __future__ import annotations

from config.load import load_site
from twin.bench._plant import plant
from twin.plant.futures import Futures


def main() -> None:
    case = plant(load_site("valence"))
    case.runner().run(case.targets, 1, 1.0)
    Futures(case.p, case.m, case.state, case.machines).run([case.targets], 1, 15.0)


if __name__ == "__main__":
    main()
