"""Install data source, folder and dashboards in a running Grafana through its HTTP API; a second time changes nothing.

Endpoints (Grafana documentation, HTTP API: data source, folder and dashboard pages): GET, POST, PUT `/api/datasources...`,
GET and POST `/api/folders...`, GET `/api/dashboards/uid/:uid`, POST `/api/dashboards/db`.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from twin.grafana.board import DATA_SOURCE_UID

FOLDER = {"uid": "boucle", "title": "Boucle"}
TIMEOUT_S = 15.0
GIVEN_BY_GRAFANA = ("id", "version")
NEEDS = "grafana-client is not installed: it comes with the extra `grafana` (uv pip install 'boucle[grafana]')"


class PushError(Exception):
    """Grafana could not be reached or refused; the message names what was asked."""


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to one thing: created, updated, unchanged, or kept because files provision it."""

    kind: str
    name: str
    action: str


def connect(url: str, credential: str | tuple[str, str] | None) -> Any:
    """A client of the Grafana at `url`. `credential` is a service account token or (user, password)."""
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
        raise PushError(f"{url}: not an address; wanted is http://host:3000 or https://host/path")
    try:
        from grafana_client import GrafanaApi
    except ImportError as error:
        raise PushError(NEEDS) from error
    return GrafanaApi.from_url(url.rstrip("/") + "/", credential=credential, timeout=TIMEOUT_S)


def push(api: Any, source: dict[str, Any] | None, dashboards: list[dict[str, Any]]) -> list[Change]:
    """Install everything; PushError at the first refusal. Without `source` the data source is left alone."""
    changes = [_source(api, source)] if source else []
    return [*changes, _folder(api), *(_dashboard(api, d) for d in dashboards)]


def _ask(what: str, call: Callable[[], Any], absent: bool = False) -> Any:
    """The answer of one request; None for 404 where the thing may be absent."""
    from grafana_client.client import GrafanaException
    from niquests.exceptions import RequestException

    try:
        return call()
    except GrafanaException as error:
        if absent and error.status_code == 404:
            return None
        raise PushError(f"{what}: {error.status_code} {error.message}") from error
    except RequestException as error:
        raise PushError(f"{what}: no answer from Grafana: {error}") from error


def _source(api: Any, source: dict[str, Any]) -> Change:
    name = str(source["name"])
    found = _ask("data source", lambda: api.datasource.get_datasource_by_uid(DATA_SOURCE_UID), absent=True)
    if found is None:
        _ask("create data source", lambda: api.datasource.create_datasource(source))
        return Change("data source", name, "created")
    if found.get("readOnly"):
        return Change("data source", name, "kept")
    wanted = {**source, "isDefault": found.get("isDefault", False)}  # whether it is the default is the owner's choice
    _ask("update data source", lambda: api.datasource.update_datasource_by_uid(DATA_SOURCE_UID, wanted))
    return Change("data source", name, "updated")  # secrets cannot be read back, so they are always written


def _folder(api: Any) -> Change:
    if _ask("folder", lambda: api.folder.get_folder(FOLDER["uid"]), absent=True):
        return Change("folder", FOLDER["title"], "unchanged")
    _ask("create folder", lambda: api.folder.create_folder(FOLDER["title"], uid=FOLDER["uid"]))
    return Change("folder", FOLDER["title"], "created")


def _bare(dashboard: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in dashboard.items() if k not in GIVEN_BY_GRAFANA}


def _dashboard(api: Any, dashboard: dict[str, Any]) -> Change:
    """Written only when it differs, so that Grafana's version history grows with real changes alone."""
    uid, title = dashboard["uid"], dashboard["title"]
    found = _ask(title, lambda: api.dashboard.get_dashboard(uid), absent=True)
    meta = (found or {}).get("meta", {})
    if meta.get("provisioned"):
        return Change("dashboard", title, "kept")
    if found and meta.get("folderUid") == FOLDER["uid"] and _bare(found["dashboard"]) == _bare(dashboard):
        return Change("dashboard", title, "unchanged")
    body = {"dashboard": dashboard, "folderUid": FOLDER["uid"], "overwrite": True, "message": "boucle grafana push"}
    _ask(f"save {title}", lambda: api.dashboard.update_dashboard(body))
    return Change("dashboard", title, "updated" if found else "created")
