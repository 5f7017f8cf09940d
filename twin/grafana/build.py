"""All dashboards: as values, as JSON text, as files."""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from twin.grafana import compare, cooling, forecast, heat, overview, power, racks
from twin.grafana.board import render

BOARDS = (overview.BOARD, cooling.BOARD, racks.BOARD, power.BOARD, heat.BOARD, forecast.BOARD, compare.BOARD)
FOLDER = Path(__file__).parents[2] / "deploy" / "grafana" / "dashboards"


def dashboards() -> dict[str, dict[str, Any]]:
    """File name -> dashboard."""
    return {f"{b.name}.json": render(b) for b in BOARDS}


def texts() -> dict[str, str]:
    return {name: json.dumps(d, indent=1, ensure_ascii=False) + "\n" for name, d in dashboards().items()}


def write(folder: Path = FOLDER) -> list[Path]:
    """Write every dashboard; returns the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in texts()]
    for path, text in zip(paths, texts().values(), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def stale(folder: Path = FOLDER) -> list[str]:
    """Names of files that are missing, differ from what the generator makes, or have no generator any more."""
    wanted = texts()
    found = {p.name: p.read_text(encoding="utf-8") for p in sorted(folder.glob("*.json"))} if folder.is_dir() else {}
    return sorted(n for n in wanted.keys() | found.keys() if wanted.get(n) != found.get(n))
