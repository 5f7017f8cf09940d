"""`python -m twin.bench._warm`: compile the plant now, so that no question waits for it. Under a minute, or nothing when it is kept already."""
from __future__ import annotations

from config.load import load_site
from twin.bench._plant import STEP_S, plant
from twin.plant.drive import drive
from twin.plant.live import live, template


def main() -> None:
    case = plant(load_site("valence"))
    case.runner().run(case.targets, 1, STEP_S)
    _, inputs, _ = drive(case.p, case.m, case.machines, case.state, case.targets, STEP_S)
    live(template(case.p, case.state), case.p, case.p.leaves.plate_factor, case.state, inputs, STEP_S)


if __name__ == "__main__":
    main()
