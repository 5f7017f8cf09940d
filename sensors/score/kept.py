"""Runs kept in a file, a line each as soon as it is done: a long score that was cut goes on where it was."""
from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from functools import cache
from pathlib import Path
from typing import Any

from sensors.score.nis import Nis
from sensors.score.plan import Plan
from sensors.score.run import Result
from sensors.score.virtual import VIRTUAL, Errors
from sensors.score.watch import Watch

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("config", "twin", "sensors")
ABOUT_WATCH = ("detected_ms", "named_ms", "suspected_ms", "alarmed_ms", "false", "secondary", "false_alarms", "more_alarms")


@cache
def sources() -> str:
    """Digest of everything that a run can depend on: a run of other sources is another run."""
    found = hashlib.sha256()
    for path in sorted(p for room in ROOMS for p in (ROOT / room).rglob("*") if p.suffix in (".py", ".yaml")):
        found.update(f"\0{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return found.hexdigest()[:16]


def continued(todo: Sequence[Plan], file: Path, play: Callable[[Sequence[Plan]], Iterable[Result]]) -> Iterator[Result]:
    """Results of all plans in order: those of `file` as they are, the others played and added to it. ValueError where a line cannot be read."""
    known = _read(file)
    names = [_name(plan) for plan in todo]
    rest = iter(play([plan for plan, name in zip(todo, names, strict=True) if name not in known]))
    for plan, name in zip(todo, names, strict=True):
        if name in known:
            yield _result(plan, known[name])
            continue
        result = next(rest)
        with file.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"sources": sources(), "plan": name} | _values(result)) + "\n")
        yield result


def _name(plan: Plan) -> str:
    return json.dumps(asdict(plan), sort_keys=True)


def _read(file: Path) -> dict[str, Any]:
    """Values by plan, of these sources; a last line that was cut off is left out."""
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    whole, _, _ = text.rpartition("\n")
    if whole + "\n" != text and text:
        file.write_text(whole + "\n" if whole else "", encoding="utf-8")
    found = {}
    for number, line in enumerate(whole.splitlines(), 1):
        try:
            values = json.loads(line)
            if values["sources"] == sources():
                found[values["plan"]] = values
        except (ValueError, KeyError, TypeError):
            raise ValueError(f"{file}:{number}: no run of a score; give another file to --keep") from None
    return found


def _values(r: Result) -> dict[str, Any]:
    return {"watch": {n: getattr(r.watch, n) for n in ABOUT_WATCH}, "errors": {n: asdict(e) for n, e in r.errors.items()},
            "nis": {n: asdict(x) for n, x in r.nis.items()}, "detectable": r.detectable, "messages": r.messages, "refused": r.refused, "seconds": r.seconds,
            "wall_s": r.wall_s}


def _result(plan: Plan, values: dict[str, Any]) -> Result:
    begins = plan.start_ms + 1000 * plan.fault.start_s if plan.fault else float("inf")
    watch = Watch(None, (), begins, float("inf"), **values["watch"])
    errors = {v.name: Errors(**values["errors"].get(v.name, {})) for v in VIRTUAL}
    others = {f.name: values[f.name] for f in fields(Result) if f.name not in ("plan", "watch", "errors", "nis")}
    return Result(plan, watch, errors, {n: Nis(**x) for n, x in values["nis"].items()}, **others)
