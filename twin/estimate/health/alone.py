"""What a sensor's own course gives away: stuck, spikes, noise, gaps."""
from __future__ import annotations

import numpy as np

from twin.estimate.health.flat import Flat
from twin.estimate.health.tracks import Candidate
from twin.estimate.health.watch import SAMPLES, Watch, stuck_evidence

Array = np.ndarray
STUCK_RUN = 30.0  # samples, the shortest run worth a word
SPIKES = 3.0  # within the hour
NOISE_RATIO = 9.0  # of variance, three times the usual noise
MISSING = 0.3  # share of messages without the value
STUCK, SPIKE, NOISE, DROPOUT = "sensor_stuck", "sensor_spike", "sensor_noise", "sensor_dropout"
KINDS = (STUCK, SPIKE, NOISE, DROPOUT)
CERTAIN = 16.0


def alone(w: Watch, flat: Flat) -> list[Candidate]:
    """Candidates of the minute, size in the fault's own measure: seconds are not known here, so a stuck sensor counts samples."""
    out: list[Candidate] = []
    stuck = stuck_evidence(w, flat)
    for i in np.flatnonzero((stuck > 25.0) & (w.run > STUCK_RUN)):
        out.append(Candidate(STUCK, flat.place(int(i)), float(w.run[i]), 0.0, float(stuck[i]), persist=2, off_ms=120_000))
    for i in np.flatnonzero(w.spikes > SPIKES - 0.5):
        out.append(Candidate(SPIKE, flat.place(int(i)), float(w.spikes[i]), 1.0, CERTAIN * float(w.spikes[i]) / SPIKES, persist=2, off_ms=1_800_000))
    out += _noisy(w, flat)
    for i in np.flatnonzero((w.missing > MISSING) & (w.heard > 10)):
        out.append(Candidate(DROPOUT, flat.place(int(i)), float(w.missing[i]), 0.06, SAMPLES * float(w.missing[i]), persist=3, off_ms=600_000))
    return out


def _noisy(w: Watch, flat: Flat) -> list[Candidate]:
    """Noise above the usual of this sensor and above what its kind may have; bursts of its whole class are the plant's."""
    usual = np.where(np.isfinite(w.calm), w.calm, np.inf)
    ratio = np.divide(w.noise, np.maximum(usual, 1e-30), out=np.zeros(flat.size), where=np.isfinite(w.noise))
    loud = (ratio > NOISE_RATIO) & (w.noise > flat.hiss**2) & (w.heard > 2 * SAMPLES) & (w.spikes < SPIKES - 0.5)
    out = []
    for start, rows, columns in flat.spans.values():
        block = loud[start:start + rows * columns].reshape(rows, columns)
        for row, column in zip(*np.nonzero(block), strict=True):
            if block[:, column].sum() <= max(1, 0.3 * rows):
                i = start + row * columns + column
                out.append(Candidate(NOISE, flat.place(int(i)), float(np.sqrt(w.noise[i])), 0.1 * float(np.sqrt(w.noise[i])),
                                     CERTAIN * float(np.log(ratio[i])), persist=5, off_ms=1_200_000))
    return out
