"""`ask(ground, start, question) -> Answer`: the same future with and without what is asked. Pure: the start is a value and stays as it was."""
from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from twin.whatif.accounts import account, prices_at
from twin.whatif.answer import Answer, Margin
from twin.whatif.chain import links, sentence
from twin.whatif.cost import affordable, usual_members
from twin.whatif.ensemble import Bands, bands
from twin.whatif.extend import extended
from twin.whatif.ground import Ground
from twin.whatif.limits import HARM, Reached, reached
from twin.whatif.phrase import number
from twin.whatif.question import Question, plain
from twin.whatif.record import Trajectory
from twin.whatif.run import run
from twin.whatif.schedule import checked, pieces, spans
from twin.whatif.series import series
from twin.whatif.span import clock, spoken
from twin.whatif.start import Start, suited

Array = np.ndarray
ROOM, FEWEST, MOST = 1_500_000, 240, 3600  # values of a rack column, and records of a future beside the fine ones after its changes


def ask(g: Ground, start: Start, q: Question, tell: Callable[[float], None] = lambda share: None) -> Answer:
    """What the perturbations of a question do. Raises Refused where it means nothing at this site, or is too big.

    `tell` hears the share that is done, and ends the work by raising.
    """
    checked(g, q.perturbations)
    g, start = extended(g, start, q.perturbations)
    g = suited(g, start)
    q = doubting(g, q)
    affordable(g, q)
    tell(0.0)
    steps = max(round(q.horizon_s / q.step_s), 1)
    plan = pieces(g, start.world, q.perturbations, steps, q.step_s)
    calm = [replace(piece, world=start.world) for piece in plan]
    grid = spans(plan, steps, q.step_s, int(np.clip(ROOM // len(g.m.rack), FEWEST, MOST)))
    base = run(g, start, calm, grid, q.step_s)
    tell(0.5 if q.members == 0 else 0.1)
    future = run(g, start, plan, grid, q.step_s) if q.perturbations else base
    tell(1.0 if q.members == 0 else 0.2)
    found = told(g, start, q, base, future, plan, calm)
    return found if not q.members else doubted(g, start, q, found, plan, steps, lambda share: tell(0.2 + 0.8 * share))


def doubting(g: Ground, q: Question) -> Question:
    """The question with the usual number of members where it names none."""
    return q if q.members is not None else q.model_copy(update={"members": usual_members(g, q)})


def doubted(g: Ground, start: Start, q: Question, a: Answer, plan: list, steps: int, tell: Callable[[float], None]) -> Answer:
    """The answer with the bands of an ensemble."""
    found = bands(g, start, plan, q.step_s, steps, q.members, q.seed, a.reached, tell)
    spread = found.plus_minus_s.get(a.first.name) if a.first else None
    known = None if spread is None or not np.isfinite(spread) else float(spread)
    line = headline(q, a.first, (a.margin, a.base_margin), known) + unlikely(found, {r.name for r in a.reached})
    return replace(a, headline=line, bands=asdict(found), plus_minus_s=known)


def unlikely(b: Bands, reached: Collection[str]) -> str:
    """What some members of an ensemble suffer that the answer itself does not."""
    share = max((x[0] for name, x in b.reach.items() if name not in reached), default=0.0)
    return f" In {100 * share:.0f} % of {b.members} plants that may be this one, work is lost." if share else ""


def told(g: Ground, start: Start, q: Question, base: Trajectory, future: Trajectory, plan: list, calm: list) -> Answer:
    """Two futures as an answer."""
    found = reached(g, start.world, future, base)
    first = next((r for r in found if r.severity == HARM), found[0] if found else None)
    margins = margin(g, future), margin(g, base)
    chain = links(g, future, base, first.row if first and first.name.startswith("gpu") else None)
    causes = tuple(p.explain(g) + when(p) for p in q.perturbations)
    gpus = g.p.leaves.plate_factor.shape[-1]
    with_, without = (account(t, prices_at(x, t.seconds, q.step_s), gpus) for t, x in ((future, plan), (base, calm)))
    return Answer(
        site=g.site.id, start_ms=start.ts_ms, question=plain(q), headline=headline(q, first, margins), causes=causes, first=first,
        plus_minus_s=None, reached=tuple(found), margin=margins[0], base_margin=margins[1], chain=tuple(chain),
        sentence=sentence(list(causes), chain, first), account=with_, base_account=without, difference=with_ - without,
        series=series(g, future, base, chain), seconds=future.seconds, bands=None, future=future, base=base)


def when(p: Any) -> str:
    """` at 00:10:00 for 2 h`, nothing where it is from the start to the end."""
    parts = ([f"at {clock(p.start_s)}"] if p.start_s else []) + ([f"for {spoken(p.duration_s)}"] if p.duration_s else []) + ([f"over {spoken(p.ramp_s)}"] if p.ramp_s else [])
    return "".join(f" {part}" for part in parts)


def margin(g: Ground, t: Trajectory) -> Margin:
    """The least margin of any rack at any time."""
    m = t["rack.gpu_margin_k"]
    record, row = np.unravel_index(int(m.argmin()), m.shape)
    return Margin(float(m[record, row]), f"rack {g.name('rack', int(row))}", float(t.seconds[record]))


def headline(q: Question, first: Reached | None, margins: tuple[Margin, Margin], plus_minus_s: float | None = None) -> str:
    """The answer in a line, with the doubt of its time where an ensemble knows it."""
    now, base = margins
    if first is None:
        change = now.gpu_k - base.gpu_k
        parts = f"the hottest GPU stays {number(now.gpu_k)} K below throttling"
        return f"Nothing is lost within {spoken(q.horizon_s)}: {parts} ({change:+.1f} K)."
    kept = "" if first.severity == HARM else f" No GPU throttles within {spoken(q.horizon_s)}: {number(now.gpu_k)} K are left."
    doubt = "" if plus_minus_s is None else f", +-{spoken(max(plus_minus_s, 1.0))}"
    return f"{consequence(first)} in {spoken(first.at_s)}: {first.sentence}{doubt}.{kept}"


def consequence(r: Reached) -> str:
    words: Mapping[str, str] = {"gpu_throttle": "GPUs throttle", "gpu_shutdown": "GPUs shut down", "rack_power": "Racks lose power"}
    return words.get(r.name, "First consequence")
