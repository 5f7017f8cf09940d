"""Fit a site's physical parameters to stored history and write a parameter file; the site file stays as it is."""
from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from config.site import Site
    from twin.calibrate.site.calibration import Result
    from twin.sinks.minutes import Source, Stored


def register(app: typer.Typer) -> None:
    app.command("calibrate")(calibrate)


def calibrate(
    site: Annotated[str, typer.Argument(help="Name of a site, or path of a site file.")],
    start: Annotated[str, typer.Option("--from", help="Begin of the history: 2026-11-01, 2026-11-01T06:00, with Z or +01:00; else the site's time.")],
    end: Annotated[str | None, typer.Option("--to", help="End of the history; now when left out.")] = None,
    store: Annotated[Path | None, typer.Option(help="SQLite file of the service; BOUCLE_STORE__PATH.")] = None,
    influx: Annotated[str | None, typer.Option(help="URL of an InfluxDB to read instead; BOUCLE_INFLUX__URL counts when no store is named.")] = None,
    out: Annotated[Path | None, typer.Option(help="Parameter file to write; SITE-parameters.yaml when left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Fit a site's physical parameters to stored history and write a parameter file; the site file stays as it is."""
    from datetime import UTC, datetime

    from config.load import load_site, site_path
    from twin.calibrate.site.calibration import calibrate as fit
    from twin.calibrate.site.kinds import COLUMNS
    from twin.sinks.minutes import StoreError, minutes

    loaded, now = load_site(site, calibrated=False), datetime.now(UTC)
    target = out or Path(f"{loaded.id}-parameters.yaml")
    try:
        span = _span(start, end, loaded.model.place.timezone, now)
        _writable(target, site_path(site))
        source = _source(loaded, store, influx)
        stored = minutes(source, loaded, COLUMNS, *span)
        results = fit(loaded, stored.times, stored.columns, stored.samples)
        _write(target, _file(loaded, results, source.name, stored, now.isoformat(timespec="seconds")))
    except (StoreError, ValueError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    (_json if as_json else _table)(loaded, results, target)


def _source(site: Site, store: Path | None, influx: str | None) -> Source:
    """Where history is kept, as asked or as the environment says."""
    from config.settings import load_settings

    if store is not None and influx:
        raise ValueError("--store and --influx: history is read from one of them")
    settings = load_settings(**({"influx": {"url": influx}} if influx else {}))
    if store is None and settings.influx.url is not None:
        from twin.sinks.delivery.endpoint import target
        from twin.sinks.minutes_influx import InfluxMinutes

        return InfluxMinutes(target(settings.influx), site.id)
    from twin.sinks.minutes_local import LocalMinutes

    return LocalMinutes(store or Path(settings.store.path))


def _span(start: str, end: str | None, timezone: str, now: Any) -> tuple[int, int]:
    """Epoch ms of both ends."""
    begin, stop = _moment("--from", start, timezone), _moment("--to", end, timezone) if end else round(now.timestamp() * 1000)
    if stop <= begin:
        raise ValueError(f"--from {start} is not before --to {end or 'now'}: the span is empty")
    return begin, stop


def _moment(option: str, text: str, timezone: str) -> int:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{option} {text!r} is not a date or time: write 2026-11-01 or 2026-11-01T06:00Z") from None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(timezone))).timestamp() * 1000)


def _writable(target: Path, site_file: Path) -> None:
    """Nothing but an earlier parameter file is ever overwritten, least of all a site file."""
    from config.calibration import is_parameter_file

    if target.resolve() == site_file.resolve() or (target.exists() and not is_parameter_file(target)):
        raise ValueError(f"{target}: exists and is no parameter file: choose another --out")
    if not target.absolute().parent.is_dir():
        raise ValueError(f"{target}: no such folder")


def _file(site: Site, results: list[Result], store: str, stored: Stored, made: str) -> dict[str, Any]:
    from importlib.metadata import version

    factors: dict[str, dict[str, Any]] = {}
    untold: dict[str, dict[str, str]] = {}
    for r in results:
        if r.reason:
            untold.setdefault(r.asset, {})[r.name] = r.reason
        else:
            factors.setdefault(r.asset, {})[r.name] = {"value": round(r.value, 5), "low": round(r.low, 5), "high": round(r.high, 5), "unit": "ratio"}
    where = {"store": store, "start": _iso(stored.times[0]), "end": _iso(stored.times[-1] + 60_000), "rows": sum(r.used for r in results),
             "version": version("boucle"), "made": made}
    return {"schema": 1, "kind": "calibration", "site": site.id, "provenance": where, "factors": factors, "untold": untold}


def _iso(ts_ms: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(int(ts_ms) / 1000, UTC).isoformat(timespec="seconds")


def _write(target: Path, content: dict[str, Any]) -> None:
    """All of the file or none of it."""
    import yaml

    draft = target.with_name(f".{target.name}.part")
    draft.write_text("# Factors on datasheet values, fitted to history. Use: `calibration: THIS FILE` in the site file, or `--parameters THIS FILE`.\n"
                     + yaml.safe_dump(content, sort_keys=False, width=1000), encoding="utf-8")
    draft.replace(target)


def _number(x: float) -> float | None:
    return x if math.isfinite(x) else None


def _json(site: Site, results: list[Result], target: Path) -> None:
    rows = []
    for r in results:
        head = {"asset": r.asset, "parameter": r.name, "unit": "ratio", "minutes": r.used}
        told = {"reason": r.reason} if r.reason else {"value": r.value, "low": r.low, "high": r.high}
        scores = [{"column": s.column, "unit": s.unit, "rmse_before": _number(s.before), "rmse_after": _number(s.after), "minutes": s.minutes} for s in r.scores]
        rows.append(head | told | {"held_out": scores})
    typer.echo(json.dumps({"ok": True, "site": site.id, "file": str(target), "parameters": rows}))


def _table(site: Site, results: list[Result], target: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{site.model.name}: factors on the datasheet", title_justify="left", box=None)
    for name in ("asset", "parameter"):
        table.add_column(name)
    for name in ("factor", "95 % interval"):
        table.add_column(name, justify="right")
    table.add_column("held out: RMSE by datasheet -> fitted")
    for r in results:
        told = ("-", "-", r.reason) if r.reason else (f"{r.value:.3f}", f"{r.low:.3f} .. {r.high:.3f}", _scores(r))
        table.add_row(r.asset, r.title, *told)
    Console().print(table)
    typer.echo(f"written: {target}")


def _scores(r: Result) -> str:
    return ", ".join(f"{s.column} {s.before:.3g} -> {s.after:.3g} {s.unit}" for s in r.scores if s.minutes)
