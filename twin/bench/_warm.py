"""`python -m twin.bench._warm`: compile the plant and the estimator now, so that no question waits for it. Under a minute, or nothing when it is kept already."""
from __future__ import annotations

from config.load import load_site
from twin.bench._plant import STEP_S, plant
from twin.engine import rehearse, start
from twin.plant.whole import calm


def main() -> None:
    site = load_site("valence")
    case = plant(site)
    case.whole().run(case.targets, calm(case.plant), 1, STEP_S)
    rehearse(start(site))


if __name__ == "__main__":
    main()
