"""A study from its plan to its results: what is kept is not run again, what finishes is kept at once."""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError
from twin.sweep.case import case
from twin.sweep.kept import Kept, whole
from twin.sweep.report import report
from twin.sweep.runners import Runner
from twin.sweep.sample import settings
from twin.sweep.study import Planned, Scalar
from twin.sweep.table import parquet
from twin.sweep.work import DONE, Row, Task, refused, sha, task

TABLE, PAGE = "results.parquet", "report.html"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call has done. `rows` are in the order of the study."""

    runs: int
    ran: int  # in this call
    kept: int  # found finished
    refused: int
    table: Path
    page: Path
    rows: tuple[Row, ...]


def sweep(p: Planned, out: Path, run: Runner, tell: Callable[[int, int], None] = lambda done, of: None) -> Outcome:
    """Run what is missing in `out`, then write table and page. `tell` hears how many of the distinct runs are finished.

    Raises what a runner raises; finished runs are kept and the next call goes on from them.
    """
    drawn = settings(p)
    found = [tasked(p, s) for s in drawn]
    tasks = {t.id: t for t in found if isinstance(t, Task)}
    kept = Kept(out)
    rows = {i: r for i in tasks if (r := kept.get(i)) is not None}
    before = len(rows)
    tell(before, len(tasks))
    missing = sorted((t for i, t in tasks.items() if i not in rows), key=by_start)
    for task_id, row in run(missing) if missing else ():
        kept.put(task_id, row)
        rows[task_id] = row
        tell(len(rows), len(tasks))
    results = [rows[t.id] if isinstance(t, Task) else refused(t) for t in found]
    ids = [t.id if isinstance(t, Task) else sha(t) for t in found]
    return written(p, out, drawn, ids, results, before, len(missing))


def by_start(t: Task) -> str:
    """Runs with one designed start stand together, so that a worker finds it once."""
    return repr((t.place.digest, t.load, t.dry_bulb, t.wet_bulb))


def tasked(p: Planned, chosen: dict[str, Scalar]) -> Task | str:
    """The task of a run, or why it cannot be: a corner of a study that makes no site or no question is a result."""
    try:
        return task(case(p.study.run, chosen))
    except (ConfigError, ValueError) as error:
        return str(error)


def written(p: Planned, out: Path, drawn: Sequence[dict[str, Scalar]], ids: list[str], results: list[Row], kept: int, ran: int) -> Outcome:
    table, page = out / TABLE, out / PAGE
    whole(table, parquet(p, drawn, ids, results))
    whole(page, report(p, drawn, results).encode())
    return Outcome(len(results), ran, kept, sum(r["status"] != DONE for r in results), table, page, tuple(results))
