"""`python -m sensors.warm`: compile the hidden plant and its instruments now, so that no demo waits for it. Half a minute, or nothing when it is kept already."""
from __future__ import annotations

from config.load import load_site
from sensors.simulate import simulated
from sensors.station import Station
from twin.wire.native import codec

START_MS = 1_790_000_000_000
STEP_S = 5.0


def main() -> None:
    site = load_site("valence")
    truth = simulated(site, 1, START_MS)
    station = Station.of(truth, 1)
    for _ in range(2):
        truth.step(STEP_S)
        codec(site).hear(station.frames(STEP_S), round(truth.state.t * 1000))


if __name__ == "__main__":
    main()
