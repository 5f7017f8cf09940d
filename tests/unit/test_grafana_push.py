"""`boucle grafana push` against a server that records every request and answers as Grafana's HTTP API is documented to.

Documentation: grafana.com/docs/grafana/latest/developers/http_api, pages data_source, folder, dashboard.
"""
from __future__ import annotations

import base64
import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from typer.testing import CliRunner

from twin.cli.grafana import register
from twin.grafana.build import dashboards
from twin.grafana.push import PushError, connect, push
from twin.grafana.source import Influx, data_source

pytest.importorskip("grafana_client", reason="the extra `grafana` is not installed")

TOKEN = "glsa_for_this_test"
PROVISIONING = Path(__file__).parents[2] / "deploy" / "grafana"
OLD_SECRET = {"httpHeaderValue1": True}


class Grafana(ThreadingHTTPServer):
    """What a Grafana remembers: data sources, folders, dashboards by uid; and each request: method, path, body, authorisation."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[tuple[str, str, Any, str]] = []
        self.sources: dict[str, dict[str, Any]] = {}
        self.folders: dict[str, dict[str, Any]] = {}
        self.boards: dict[str, dict[str, Any]] = {}
        self.broken = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def asked(self, *methods: str) -> list[str]:
        return [f"{m} {p}" for m, p, _, _ in self.seen if m in methods]

    def bodies(self, method: str, path: str) -> list[Any]:
        return [b for m, p, b, _ in self.seen if (m, p) == (method, path)]

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        kind, _, uid = path.removeprefix("/api/").rpartition("/")
        if self.broken:
            return 500, {"message": "database is locked"}
        if method == "GET":
            held = {"datasources/uid": self.sources, "folders": self.folders, "dashboards/uid": self.boards}[kind]
            return (200, held[uid]) if uid in held else (404, {"message": "not found"})
        return getattr(self, f"{method}_{kind or uid}".replace("/", "_").lower())(uid, body)

    def post_datasources(self, _uid: str, body: Any) -> tuple[int, Any]:
        if not {"name", "type", "access", "url"} <= body.keys():
            return 400, {"message": "bad request data"}
        if body["uid"] in self.sources:
            return 409, {"message": "data source with the same name already exists"}
        self.sources[body["uid"]] = {**body, "id": 1, "readOnly": False, "secureJsonFields": OLD_SECRET}
        return 200, {"id": 1, "message": "Datasource added", "name": body["name"]}

    def put_datasources_uid(self, uid: str, body: Any) -> tuple[int, Any]:
        if body.get("uid") != uid:
            return 400, {"message": "uid in the body differs from the one in the path"}
        self.sources[uid] = {"id": 1, "readOnly": False, **body}
        return 200, {"id": 1, "message": "Datasource updated", "name": body["name"]}

    def post_folders(self, _uid: str, body: Any) -> tuple[int, Any]:
        if body["uid"] in self.folders:
            return 409, {"message": "a folder with the same name already exists"}
        self.folders[body["uid"]] = {**body, "id": 2}
        return 200, self.folders[body["uid"]]

    def post_dashboards(self, _uid: str, body: Any) -> tuple[int, Any]:
        board = body["dashboard"]
        held = self.boards.get(board["uid"])
        if held and not body.get("overwrite"):
            return 412, {"status": "version-mismatch", "message": "The dashboard has been changed by someone else"}
        version = held["dashboard"]["version"] + 1 if held else 1
        self.boards[board["uid"]] = {"dashboard": {**board, "id": 7, "version": version},
                                     "meta": {"folderUid": body["folderUid"], "provisioned": False}}
        return 200, {"status": "success", "uid": board["uid"], "version": version}


class Handler(BaseHTTPRequestHandler):
    server: Grafana

    def handle_any(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else None
        grafana, authorisation = self.server, self.headers.get("Authorization", "")
        grafana.seen.append((self.command, self.path, body, authorisation))
        known = (f"Bearer {TOKEN}", "Basic " + base64.b64encode(b"ada:secret").decode())
        status, answer = grafana.answer(self.command, self.path, body) if authorisation in known else (401, {"message": "Unauthorized"})
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = handle_any

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    server = Grafana()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


SOURCE = data_source(Influx("http://influxdb:8086", "boucle", token="influx-token"))
BOARDS = list(dashboards().values())


def actions(grafana: Grafana, **more: Any) -> list[str]:
    return [c.action for c in push(connect(grafana.url, TOKEN), more.get("source", SOURCE), BOARDS)]


def test_first_push_creates_everything_through_the_documented_endpoints(grafana: Grafana) -> None:
    assert actions(grafana) == ["created"] * (2 + len(BOARDS))
    assert grafana.asked("POST", "PUT") == ["POST /api/datasources", "POST /api/folders"] + ["POST /api/dashboards/db"] * len(BOARDS)
    assert grafana.asked("GET") == ["GET /api/datasources/uid/boucle", "GET /api/folders/boucle",
                                    *(f"GET /api/dashboards/uid/{b['uid']}" for b in BOARDS)]
    assert {a for *_, a in grafana.seen} == {f"Bearer {TOKEN}"}


def test_bodies_are_those_the_api_documents(grafana: Grafana) -> None:
    actions(grafana)
    (source,) = grafana.bodies("POST", "/api/datasources")
    assert source == json.loads(json.dumps(SOURCE))
    assert grafana.bodies("POST", "/api/folders") == [{"title": "Boucle", "uid": "boucle"}]
    for sent, board in zip(grafana.bodies("POST", "/api/dashboards/db"), BOARDS, strict=True):
        assert sent.keys() == {"dashboard", "folderUid", "overwrite", "message"}
        assert sent["folderUid"] == "boucle" and sent["overwrite"] is True
        assert sent["dashboard"] == json.loads(json.dumps(board)) and sent["dashboard"]["id"] is None


def test_second_push_leaves_folder_and_dashboards_alone(grafana: Grafana) -> None:
    actions(grafana)
    grafana.seen.clear()
    assert actions(grafana) == ["updated", *["unchanged"] * (1 + len(BOARDS))]
    assert grafana.asked("POST", "PUT") == ["PUT /api/datasources/uid/boucle"]
    assert {b["dashboard"]["version"] for b in grafana.boards.values()} == {1}


def test_second_push_keeps_the_owners_default_source(grafana: Grafana) -> None:
    actions(grafana)
    grafana.sources["boucle"]["isDefault"] = True
    actions(grafana)
    assert grafana.sources["boucle"]["isDefault"] is True


def test_a_dashboard_edited_by_hand_is_put_right(grafana: Grafana) -> None:
    actions(grafana)
    grafana.boards["boucle-heat"]["dashboard"]["title"] = "mine"
    assert actions(grafana).count("updated") == 2  # the data source and this one
    assert grafana.boards["boucle-heat"]["dashboard"]["title"] != "mine"


def test_what_files_provision_is_kept(grafana: Grafana) -> None:
    actions(grafana)
    grafana.sources["boucle"]["readOnly"] = True
    for board in grafana.boards.values():
        board["meta"]["provisioned"] = True
    grafana.seen.clear()
    assert actions(grafana) == ["kept", "unchanged", *["kept"] * len(BOARDS)]
    assert grafana.asked("POST", "PUT") == []


def test_the_data_source_can_be_left_alone(grafana: Grafana) -> None:
    actions(grafana, source=None)
    assert not [p for p in grafana.asked("GET", "POST", "PUT") if "datasources" in p]


def test_user_and_password(grafana: Grafana) -> None:
    push(connect(grafana.url, ("ada", "secret")), SOURCE, BOARDS)
    assert {a.split()[0] for *_, a in grafana.seen} == {"Basic"}


def test_a_prefix_in_the_address_is_kept() -> None:
    assert connect("https://example.org/grafana", TOKEN).client.url == "https://example.org/grafana/api"


@pytest.mark.parametrize(("credential", "broken", "message"), [("wrong", False, "401"), (TOKEN, True, "500.*database is locked")])
def test_refusals_name_what_was_asked(grafana: Grafana, credential: str, broken: bool, message: str) -> None:
    grafana.broken = broken
    with pytest.raises(PushError, match=f"data source: {message}"):
        push(connect(grafana.url, credential), SOURCE, BOARDS)


@pytest.mark.parametrize("url", ["localhost:3000", "ftp://host", "http://", ""])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(PushError, match="not an address"):
        connect(url, TOKEN)


# ------------------------------------------------------------ the command

APP = typer.Typer()
APP.callback()(lambda: None)
register(APP)


def run(*arguments: str, **environment: str) -> tuple[int, Any]:
    result = CliRunner().invoke(APP, ["grafana", *arguments, "--json"], env=environment)
    return result.exit_code, json.loads(result.stdout)


def test_command_reports_each_change(grafana: Grafana) -> None:
    code, report = run("push", "--url", grafana.url, "--token", TOKEN, "--influx", "http://db:8086", "--influx-token", "t")
    assert (code, report["ok"]) == (0, True)
    assert [c["kind"] for c in report["changes"]] == ["data source", "folder", *["dashboard"] * len(BOARDS)]
    assert grafana.sources["boucle"]["url"] == "http://db:8086"


def test_command_takes_the_password_from_the_environment(grafana: Grafana) -> None:
    code, _ = run("push", "--url", grafana.url, "--user", "ada", GRAFANA_PASSWORD="secret")
    assert code == 0


def test_command_does_not_wait_for_a_password_without_a_terminal(grafana: Grafana) -> None:
    result = CliRunner().invoke(APP, ["grafana", "push", "--url", grafana.url, "--user", "ada"])
    assert result.exit_code != 0 and grafana.seen == []


def test_command_fails_plainly_where_no_grafana_is() -> None:
    code, report = run("push", "--url", "http://127.0.0.1:9", "--token", TOKEN)
    assert code == 1 and "no answer from Grafana" in report["error"]


def test_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "grafana_client", None)
    code, report = run("push", "--token", TOKEN)
    assert code == 1 and "grafana-client is not installed" in report["error"]


def test_build_writes_and_checks(tmp_path: Path) -> None:
    assert run("build", "--out", str(tmp_path), "--check")[0] == 1
    assert run("build", "--out", str(tmp_path))[0] == 0
    assert run("build", "--out", str(tmp_path), "--check") == (0, {"ok": True, "folder": str(tmp_path), "stale": []})
    (tmp_path / "heat.json").write_text("{}")
    (tmp_path / "gone.json").write_text("{}")
    assert run("build", "--out", str(tmp_path), "--check")[1]["stale"] == ["gone.json", "heat.json"]


# ------------------------------------------------------------ provisioning files

def provisioned(path: str) -> dict[str, Any]:
    return yaml.safe_load((PROVISIONING / path).read_text(encoding="utf-8"))


@pytest.mark.parametrize(("path", "influx"), [
    ("provisioning/datasources/influxdb.yaml", Influx("${INFLUX_URL}", "${INFLUX_BUCKET}", token="${INFLUX_TOKEN}")),
    ("influxdb1/datasource.yaml", Influx("${INFLUX_URL}", "${INFLUX_BUCKET}", user="${INFLUX_USER}", password="${INFLUX_PASSWORD}")),
])
def test_provisioned_source_is_the_pushed_one(path: str, influx: Influx) -> None:
    (source,) = provisioned(path)["datasources"]
    assert source == {**data_source(influx), "editable": False}


def test_provider_reads_the_folder_that_compose_mounts() -> None:
    (provider,) = provisioned("provisioning/dashboards/boucle.yaml")["providers"]
    compose = yaml.safe_load((PROVISIONING.parent / "compose.yaml").read_text(encoding="utf-8"))
    mounts = dict(v.split(":")[:2] for v in compose["services"]["grafana"]["volumes"])
    assert mounts["./grafana/dashboards"] == provider["options"]["path"]
    assert mounts["./grafana/provisioning"] == "/etc/grafana/provisioning"
    assert provider["folderUid"] == "boucle"
    assert {"INFLUX_URL", "INFLUX_BUCKET", "INFLUX_TOKEN"} <= compose["services"]["grafana"]["environment"].keys()
