"""What a question would cost, and the most that is answered."""
from __future__ import annotations

from twin.whatif.ground import Ground
from twin.whatif.question import Question
from twin.whatif.refusal import Refused

MOST_WORK = 6e9  # steps x nodes of GPUs, all members: some minutes of a core
MOST_STEPS = 2_000_000
MOST_BYTES = 3e9
COLUMNS, LEAST_RECORDS, MOST_RECORDS = 4, 240, 4500  # of a rack, kept for each future


def affordable(g: Ground, q: Question) -> None:
    """Refuse what is too big, with the numbers."""
    racks, gpus = g.p.leaves.plate_factor.shape
    steps = q.horizon_s / q.step_s
    if steps > MOST_STEPS:
        raise Refused("horizon_s", f"{q.horizon_s:g} s in steps of {q.step_s:g} s are {steps:,.0f} steps: at most {MOST_STEPS:,}; take a longer step_s")
    work = 2.0 * steps * racks * gpus / 20.0 + q.members * min(steps, 720.0) * racks
    if work > MOST_WORK:
        raise Refused("members" if q.members else "horizon_s",
                      f"{steps:,.0f} steps, {q.members} members and {racks * gpus:,} GPUs are {work:.1e} units of work: at most {MOST_WORK:.0e}")
    room = 8.0 * racks * COLUMNS * (2.0 * min(steps, max(LEAST_RECORDS, min(MOST_RECORDS, 1_500_000 // racks)) + 900) + 300.0 * q.members)
    if room > MOST_BYTES:
        raise Refused("members", f"{q.members} members of {racks:,} racks need {room / 1e9:.1f} GB: at most {MOST_BYTES / 1e9:g} GB")
