"""Any single pump or feed lost: which losses a site can have, and whether a point survives each, in what-ifs of the whole plant."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from twin.plant import demand
from twin.whatif.ground import Ground
from twin.whatif.perturbation import Perturbation
from twin.whatif.question import spelled
from twin.whatif.run import run
from twin.whatif.schedule import pieces, spans
from twin.whatif.start import Start

Array = np.ndarray
AFTER_S, STEP_S, RECORDS = 900.0, 1.0, 300  # watched after a loss: batteries have handed over to gensets, loops have gone round many times


@dataclass(frozen=True, slots=True)
class Loss:
    """One that is survived or not. What cannot meet is lost at once in `words`: then all are proven, or `alone` says one by one."""

    title: str
    words: str
    alone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """What a loss leaves: the least distance of any GPU to throttling, and whether racks keep their power."""

    title: str
    words: str
    margin_k: float
    powered: bool

    @property
    def safe(self) -> bool:
        return self.powered and self.margin_k >= 0.0


def losses(g: Ground) -> list[Loss]:
    """Every pump and feed of a site, each kind in as few runs as prove all of them.

    CDUs share little but their loop's water, halls nothing but feeds, feeds nothing where no consumer can draw from both.
    """
    cdus = tuple(f"pump-trip {g.name('cdu', row)} 1" for row in range(len(g.m.cdu_pumps)))
    found = [Loss("a coolant pump", "pump-trip * 1", cdus), Loss("a facility pump", "facility-pump-trip all 1")]
    found += [Loss("the heat pumps", "heat-pump-off all")] if g.p.core.heatpump_source.max() > 0 else []
    return found + [Loss(f"feed {names}", f"feed-lost {names}") for names in apart(g)]


def apart(g: Ground) -> list[str]:
    """Feeds in groups that share no consumer but the base load, so that those of a group can be lost in one run."""
    member = (g.supply.ups_member + g.supply.bus_member)[:, :-1] > 0
    groups: list[list[int]] = []
    for row in range(len(member)):
        fit = next((rows for rows in groups if not (member[rows] & member[row]).any()), None)
        if fit is None:
            groups.append([row])
        else:
            fit.append(row)
    return [",".join(g.name("feed", row) for row in rows) for rows in groups]


def checks(g: Ground, start: Start, begin: Sequence[Perturbation], at_s: float) -> list[Check]:
    """How the plant under `begin` takes each loss at `at_s`."""
    found = []
    for loss in losses(g):
        joint = check(g, start, begin, at_s, loss.title, loss.words)
        found.append(joint if joint.safe or not loss.alone else min(_alone(g, start, begin, at_s, loss, joint), key=lambda c: (c.safe, c.margin_k)))
    return found


def _alone(g: Ground, start: Start, begin: Sequence[Perturbation], at_s: float, loss: Loss, joint: Check) -> Iterable[Check]:
    """One by one; where all CDUs of a hall are alike the worst comes early, so the first that is not safe ends it."""
    out = []
    for words in loss.alone:
        out.append(check(g, start, begin, at_s, loss.title, words))
        if not out[-1].safe:
            break
    return out


def check(g: Ground, start: Start, begin: Sequence[Perturbation], at_s: float, title: str, words: str) -> Check:
    """A loss at `at_s` and the time after it."""
    lost = tuple(p.model_copy(update={"start_s": at_s}) for p in spelled(words))
    steps = int((at_s + AFTER_S) / STEP_S)
    plan = pieces(g, start.world, (*begin, *lost), steps, STEP_S)
    t = run(g, start, plan, spans(plan, steps, STEP_S, RECORDS), STEP_S)
    late = t.seconds >= at_s
    powered = demand.shares(g.supply, t["power.powered"][late].min(0)).rack
    return Check(title, words, float(t["rack.gpu_margin_k"][late].min()), bool((powered >= 0.999).all()))
