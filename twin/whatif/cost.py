"""What a question would cost, and the most that is answered."""
from __future__ import annotations

from twin.whatif.ground import Ground
from twin.whatif.question import Question
from twin.whatif.refusal import Refused

MOST_STEPS, MOST_S, MOST_BYTES = 2_000_000, 120.0, 3e9
GPU_STEP_S, RACK_STEP_S, MEMBER_S, MEMBER_STEPS, LONGEST_S = 3e-9, 1.5e-7, 0.003, 450, 10.0  # of one core of a server of 2023, as `boucle bench whatif` finds them
USUAL, FEWEST, LITTLE_S, LONG_S = 24, 8, 0.5, 15.0  # members that tell bands and +-, those that still do; s that nobody minds, s of an answer with them
COLUMNS, LEAST_RECORDS, FINE, ROOM = 5, 240, 900, 1_500_000  # kept of a rack for each of two futures


def seconds(g: Ground, q: Question) -> float:
    """Time of one core a question takes, about."""
    return core_seconds(q, *g.p.leaves.plate_factor.shape)


def core_seconds(q: Question, racks: int, gpus: int) -> float:
    """Likewise at a site of so many racks, each of so many GPUs."""
    return alone_seconds(q, racks, gpus) + (q.members or 0) * member_seconds(q, racks)


def alone_seconds(q: Question, racks: int, gpus: int) -> float:
    """Of the two futures without an ensemble."""
    return 2.0 * q.horizon_s / q.step_s * racks * gpus * GPU_STEP_S


def member_seconds(q: Question, racks: int) -> float:
    return MEMBER_S + max(MEMBER_STEPS, q.horizon_s / LONGEST_S) * racks * RACK_STEP_S


def usual_members(g: Ground, q: Question) -> int:
    """Members where none are asked for: as many as take no longer than the answer itself, or half a second; none where that leaves too few, or all takes long."""
    alone = alone_seconds(q, *g.p.leaves.plate_factor.shape)
    room = min(max(alone, LITTLE_S), LONG_S - alone)
    count = min(int(room / member_seconds(q, len(g.m.rack))), USUAL)
    return count if count >= FEWEST else 0


def affordable(g: Ground, q: Question) -> None:
    """Refuse what is too big, with the numbers."""
    steps, racks, takes = q.horizon_s / q.step_s, len(g.m.rack), seconds(g, q)
    if steps > MOST_STEPS:
        raise Refused("horizon_s", f"{q.horizon_s:g} s in steps of {q.step_s:g} s are {steps:,.0f} steps: at most {MOST_STEPS:,}; take a longer step_s")
    if takes > MOST_S:
        raise Refused("members" if q.members else "horizon_s", f"{steps:,.0f} steps and {q.members or 0:,} members take about {takes:,.0f} s: at most {MOST_S:g} s")
    room = 16.0 * racks * COLUMNS * (min(steps, max(LEAST_RECORDS, ROOM // racks)) + FINE)
    if room > MOST_BYTES:
        raise Refused("horizon_s", f"two futures of {racks:,} racks need {room / 1e9:.1f} GB: at most {MOST_BYTES / 1e9:g} GB")
