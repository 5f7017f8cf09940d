"""What a GPU and step of the whole plant costs against the size of the plant: shipped sites side by side, on one core."""
from __future__ import annotations

import statistics

from config.load import load_site
from twin.bench._plant import STEP_S, once, pin, plant, rack_loads
from twin.plant.whole import calm

SITES = ("valence", "valence-2", "marseille", "grand-est", "fleet-2030")
ROUNDS, RUN = 7, 300
SMALL = 10  # runs are repeated until a round has about as many GPUs of each site


def run(site: str = "fleet-2030") -> dict[str, object]:
    """Nanoseconds a GPU and step of every shipped site up to `site`, median and least of rounds that take the sites in turn.

    Whoever else runs on the machine makes a round dearer, never cheaper: the least is nearest to the plant's own cost.
    """
    pin()
    names = SITES[: SITES.index(site) + 1] if site in SITES else (site,)
    runs = {name: _Site(name) for name in names}
    rounds = [{name: work() for name, work in runs.items()} for _ in range(ROUNDS)]
    cost, least = ({name: round(of(r[name] for r in rounds), 3) for name in names} for of in (statistics.median, min))
    return {"gpus": {name: work.gpus for name, work in runs.items()}, "ns_per_gpu_step": cost, "largest_over_smallest": _span(cost),
            "least_ns_per_gpu_step": least, "largest_over_smallest_least": _span(least)}  # fmt: skip


def _span(cost: dict[str, float]) -> float:
    return round(max(cost.values()) / min(cost.values()), 3)


class _Site:
    """Runs of one site; called, it gives nanoseconds a GPU and step."""

    def __init__(self, name: str):
        case = plant(load_site(name))
        self.gpus, self._targets, self._world, self._runner = case.targets.gpu_power.size, case.targets, calm(case.plant), case.whole()
        self._loads = rack_loads(RUN, len(case.targets.other_power))
        self._repeats = max(1, min(SMALL, 300_000 // self.gpus))
        self()

    def __call__(self) -> float:
        spent = once(lambda: [self._runner.run(self._targets, self._world, RUN, STEP_S, self._loads) for _ in range(self._repeats)])
        return spent / (self._repeats * RUN * self.gpus) * 1e9
