"""`python -m twin.bench._cost_plot RESULTS.jsonl OUT.png`: cost of a GPU and step against the size of the plant.

RESULTS has lines of `boucle bench plant --site NAME --json`, any number a site; medians are drawn.
"""
from __future__ import annotations

import json
import statistics
import sys
from pathlib import Path


def medians(path: Path) -> dict[str, tuple[int, float]]:
    """GPUs and nanoseconds of each site."""
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return {site: (next(r["gpus"] for r in rows if r["site"] == site),
                   statistics.median(r["ns_per_gpu_step"] for r in rows if r["site"] == site)) for site in {r["site"] for r in rows}}


def main(results: Path, out: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    points = medians(results)
    smallest = min(points.values())[1]
    figure, axes = pyplot.subplots(figsize=(6, 3.2), dpi=90, layout="constrained")
    axes.axhspan(0.8 * smallest, 1.2 * smallest, color="0.92", label="within 20 % of the smallest site")
    axes.scatter(*zip(*points.values(), strict=True), color="tab:blue", zorder=2)
    for site, at in points.items():
        axes.annotate(site, at, textcoords="offset points", xytext=(0, 7), ha="center", fontsize=8)
    axes.set(xscale="log", ylim=(0, 1.6 * smallest), xlim=(6e3, 2.5e6), xlabel="GPUs", ylabel="ns a GPU and step")
    axes.legend(loc="lower right", fontsize=8)
    figure.savefig(out)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
