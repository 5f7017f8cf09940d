"""What a question would cost, and the most that is answered."""
from __future__ import annotations

from twin.whatif.ground import Ground
from twin.whatif.question import Question
from twin.whatif.refusal import Refused

MOST_STEPS, MOST_S, MOST_BYTES = 2_000_000, 120.0, 3e9
GPU_STEP_S, RACK_STEP_S, MEMBER_S, MEMBER_STEPS, LONGEST_S = 3e-9, 1.5e-7, 0.003, 450, 10.0  # of one core of a server of 2023, as `boucle bench whatif` finds them
COLUMNS, LEAST_RECORDS, FINE, ROOM = 5, 240, 900, 1_500_000  # kept of a rack for each of two futures


def seconds(g: Ground, q: Question) -> float:
    """Time of one core a question takes, about."""
    return core_seconds(q, *g.p.leaves.plate_factor.shape)


def core_seconds(q: Question, racks: int, gpus: int) -> float:
    """Likewise at a site of so many racks, each of so many GPUs."""
    return 2.0 * q.horizon_s / q.step_s * racks * gpus * GPU_STEP_S + q.members * (MEMBER_S + max(MEMBER_STEPS, q.horizon_s / LONGEST_S) * racks * RACK_STEP_S)


def affordable(g: Ground, q: Question) -> None:
    """Refuse what is too big, with the numbers."""
    steps, racks, takes = q.horizon_s / q.step_s, len(g.m.rack), seconds(g, q)
    if steps > MOST_STEPS:
        raise Refused("horizon_s", f"{q.horizon_s:g} s in steps of {q.step_s:g} s are {steps:,.0f} steps: at most {MOST_STEPS:,}; take a longer step_s")
    if takes > MOST_S:
        raise Refused("members" if q.members else "horizon_s", f"{steps:,.0f} steps and {q.members:,} members take about {takes:,.0f} s: at most {MOST_S:g} s")
    room = 16.0 * racks * COLUMNS * (min(steps, max(LEAST_RECORDS, ROOM // racks)) + FINE)
    if room > MOST_BYTES:
        raise Refused("horizon_s", f"two futures of {racks:,} racks need {room / 1e9:.1f} GB: at most {MOST_BYTES / 1e9:g} GB")
