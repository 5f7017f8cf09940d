"""`python -m twin.bench._cost_plot RESULT.json OUT.png`: cost of a GPU and step against the size of the plant.

RESULT is what `boucle bench cost --site fleet-2030 --json` printed.
"""
from __future__ import annotations

import json
import sys
from pathlib import Path


def main(result: Path, out: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    found = json.loads(result.read_text())
    points = {site: (found["gpus"][site], ns) for site, ns in found["least_ns_per_gpu_step"].items()}
    smallest = min(points.values())[1]
    figure, axes = pyplot.subplots(figsize=(6, 3.2), dpi=90, layout="constrained")
    axes.axhspan(0.8 * smallest, 1.2 * smallest, color="0.92", label="within 20 % of the smallest site")
    axes.scatter(*zip(*points.values(), strict=True), color="tab:blue", zorder=2)
    for site, at in points.items():
        axes.annotate(site, at, textcoords="offset points", xytext=(0, 7), ha="center", fontsize=8)
    axes.set(xscale="log", ylim=(0, 1.6 * smallest), xlim=(6e3, 2.5e6), xlabel="GPUs", ylabel="ns a GPU and step, least of the rounds")
    axes.legend(loc="lower right", fontsize=8)
    figure.savefig(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
