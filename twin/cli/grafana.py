"""Build the Grafana dashboards, or install them in a running Grafana."""
from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

FAILED, STALE = 1, 1


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Build the Grafana dashboards, or install them in a running Grafana.", no_args_is_help=True)
    group.command("build")(build)
    group.command("push")(push)
    app.add_typer(group, name="grafana")


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def build(
    out: Annotated[Path | None, typer.Option(help="Folder for the files; deploy/grafana/dashboards of the source tree by default.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when a file is not what would be written.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write every dashboard as JSON, generated from the quantity table."""
    from twin.grafana import build as files

    folder = out or files.FOLDER
    if check:
        names = files.stale(folder)
        _tell(as_json, {"ok": not names, "folder": str(folder), "stale": names}, [f"stale: {folder / n}" for n in names] or ["current"])
        raise typer.Exit(STALE if names else 0)
    written = [str(p) for p in files.write(folder)]
    _tell(as_json, {"ok": True, "folder": str(folder), "written": written}, written)


def push(
    url: Annotated[str, typer.Option(envvar="GRAFANA_URL", help="Address of Grafana.")] = "http://localhost:3000",
    token: Annotated[str, typer.Option(envvar="GRAFANA_TOKEN", help="Service account token.")] = "",
    user: Annotated[str, typer.Option(envvar="GRAFANA_USER", help="User, where there is no token; GRAFANA_PASSWORD or asked.")] = "",
    influx: Annotated[str, typer.Option(envvar="INFLUX_URL", help="InfluxDB as Grafana reaches it.")] = "http://localhost:8086",
    bucket: Annotated[str, typer.Option(envvar="INFLUX_BUCKET", help="Bucket, or database on 1.x.")] = "boucle",
    influx_token: Annotated[str, typer.Option(envvar="INFLUX_TOKEN", help="Token (2.x and 3).")] = "",
    influx_user: Annotated[str, typer.Option(envvar="INFLUX_USER", help="User (1.x with passwords).")] = "",
    keep_source: Annotated[bool, typer.Option("--keep-source", help="Leave the data source alone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Install data source, folder and dashboards in a running Grafana; repeating it changes nothing."""
    from twin.grafana.build import dashboards
    from twin.grafana.push import PushError, connect
    from twin.grafana.push import push as install
    from twin.grafana.source import Influx, data_source

    store = Influx(influx, bucket, influx_token, influx_user, "" if influx_token else _password("INFLUX_PASSWORD", influx_user))
    try:
        api = connect(url, _credential(token, user))
        changes = install(api, None if keep_source else data_source(store), list(dashboards().values()))
    except PushError as error:
        _tell(as_json, {"ok": False, "error": str(error)}, [str(error)], err=not as_json)
        raise typer.Exit(FAILED) from None
    listed = [{"kind": c.kind, "name": c.name, "action": c.action} for c in changes]
    _tell(as_json, {"ok": True, "url": url, "changes": listed}, [f"{c.action:9} {c.kind} {c.name}" for c in changes])


def _credential(token: str, user: str) -> str | tuple[str, str] | None:
    """The token where both are known."""
    return token or ((user, _password("GRAFANA_PASSWORD", user)) if user else None)


def _password(variable: str, user: str) -> str:
    """From the environment, else typed; never an argument, which other users of the machine could read."""
    import os

    if not user or variable in os.environ:
        return os.environ.get(variable, "")
    if not sys.stdin.isatty():
        raise typer.BadParameter(f"no terminal to ask for the password of {user}: set {variable}")
    return str(typer.prompt(f"Password of {user}", hide_input=True))


def _tell(as_json: bool, report: dict[str, Any], lines: list[str], err: bool = False) -> None:
    typer.echo(json.dumps(report) if as_json else "\n".join(lines), err=err)
