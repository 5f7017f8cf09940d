"""What Grafana does with a dashboard before a query leaves: walk the panels, fill the variables, write the time filter."""
from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from twin.grafana.build import FOLDER

Board = dict[str, Any]
Values = dict[str, tuple[str, ...]]
BUILT_IN = {"timeFilter", "__interval", "ds"}
VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")
RANGE_MS = {"30d": 30 * 86_400_000}


@dataclass(frozen=True)
class Asked:
    """A query with its place, for messages. `last` is the panel's own range, if any."""

    place: str
    text: str
    last: str = ""


def committed() -> dict[str, Board]:
    return {p.name: json.loads(p.read_text(encoding="utf-8")) for p in sorted(FOLDER.glob("*.json"))}


def panels(board: Board) -> Iterator[Board]:
    """Every panel, also those inside collapsed rows."""
    for panel in board["panels"]:
        yield panel
        yield from panel.get("panels") or ()


def asked(board: Board) -> list[Asked]:
    out = [Asked(f"{board['uid']}: {p['title']} {t['refId']}", t["query"], p.get("timeFrom") or "")
           for p in panels(board) for t in p.get("targets", ())]
    return out


def annotations(board: Board) -> list[Asked]:
    return [Asked(f"{board['uid']}: {a['name']}", a["query"]) for a in board["annotations"]["list"] if "query" in a]


def variables(board: Board) -> dict[str, dict[str, Any]]:
    return {v["name"]: v for v in board["templating"]["list"]}


def used(text: str) -> set[str]:
    return {a or b for a, b in VARIABLE.findall(text)}


def fill(text: str, values: Values) -> str:
    """Values escaped for a regular expression; several become one group, as Grafana writes them."""
    def one(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name not in values:
            return match[0]
        escaped = [re.sub(r"[\\^$*+?.()|\[\]{}/]", r"\\\g<0>", v) for v in values[name]]
        return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"

    return VARIABLE.sub(one, text)


def ready(query: Asked, values: Values, from_ms: int, to_ms: int, interval: str = "10s") -> str:
    """The text that Grafana sends: macros replaced, then variables."""
    start = to_ms - RANGE_MS[query.last] if query.last else from_ms
    text = query.text.replace("$timeFilter", f"time >= {start}ms and time <= {to_ms}ms")
    return fill(text.replace("$__interval", "1h" if query.last else interval), values)
