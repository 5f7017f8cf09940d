"""The table and the picture of docs/validation-frontier.md, from the whole measured morning: `python -m tests.measured FOLDER`."""
from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from config.load import load_site
from sensors.recorded.maps import load_map
from sensors.recorded.replay import record
from tests import servers
from tests.measured.morning import FOLLOWED, Morning, play, rms, skill, steps

START_MS, EVERY_S = 1_712_462_400_000, 1800.0  # 2024-04-07T04:00Z, midnight at Oak Ridge
BAND = 1.96


def table(m: Morning) -> str:
    """RMSE in K and skill of each temperature, as lines of Markdown."""
    ahead, then = m.read - m.before, m.later - m.held
    rows = {"10 min, last reading held": rms(ahead), "10 min, twin": rms(m.innovations), "10 min, skill": skill(m.innovations, ahead), "30 min, last reading held": rms(then)}
    for given, foreseen in m.foreseen.items():
        rows |= {f"30 min, twin told {given}": rms(m.later - foreseen), f"30 min, skill told {given}": skill(m.later - foreseen, then)}
    lines = [["", *FOLLOWED], ["---", *["---:"] * len(FOLLOWED)], *([name, *(f"{x:.2f}" for x in row)] for name, row in rows.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def draw(m: Morning, path: Path) -> None:
    """Innovations over the morning beside the change since the last reading; below them the heat."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(5, 1, figsize=(7.5, 8.0), sharex=True, layout="constrained")
    hours = m.seconds / 3600.0
    for i, (name, axes) in enumerate(zip(FOLLOWED, panels, strict=False)):
        axes.fill_between(hours, -BAND * m.std[:, i], BAND * m.std[:, i], color="#9ecae1", linewidth=0, label="twin, 95 % band")
        axes.plot(hours, (m.read - m.before)[:, i], color="#d94801", linewidth=0.8, label="reading less the last reading")
        axes.plot(hours, m.innovations[:, i], color="#08519c", linewidth=0.9, marker=".", markersize=4, label="innovation: reading less twin")
        axes.set_title(f"{name}, K", fontsize=10, loc="left")
    panels[0].legend(fontsize=8, ncols=3, loc="upper right", frameon=False, bbox_to_anchor=(1.0, 1.3))
    kept = m.heat[:, 0] >= m.seconds[0]
    panels[4].plot(m.heat[kept, 0] / 3600.0, m.heat[kept, 1] / 1e6, color="#636363", linewidth=0.8)
    panels[4].set_title("heat of all CDUs, MW", fontsize=10, loc="left")
    panels[4].set_xlabel("hours")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main(folder: Path) -> None:
    site = load_site("frontier")
    morning = play(site, steps(site, record(site, load_map("frontier"), servers.reference("frontier_2024-04-07"), START_MS).frames()), EVERY_S)
    draw(morning, folder / "frontier-innovations.png")
    sys.stdout.write(table(morning) + "\n")
    inside = np.mean(np.abs(morning.innovations) <= BAND * morning.std, axis=0)
    sys.stdout.write(f"innovations inside the twin's band: {', '.join(f'{100 * x:.0f} %' for x in inside)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
