"""The routes: answers, errors that say what is allowed, headers that keep the page on its own host."""
from __future__ import annotations

import hashlib
import re

import numpy as np
import pytest
from starlette.testclient import TestClient

from config.classes import CLASSES
from config.load import load_site
from tests.browser.console_feeder import forecast
from tests.unit.test_api_frame import TS, blank, reading
from twin.api import live
from twin.console.app import STATIC, create_app
from twin.events import Rejected
from twin.service.hub import Hub


def fake_history(path, cls, hall, id, field, src, scenario, start_ms, end_ms, max_points):
    if src == "sensor":
        return np.array([start_ms, end_ms]), np.array([1.0, np.nan])
    return np.array([start_ms]), np.array([0.25 if field.endswith("_std") else 2.0])


@pytest.fixture
def hub() -> Hub:
    site = load_site("valence")
    hub = Hub(site, blank(site, rack={"power_kw": 120_000.0, "gpu_max_c": 71.5}))
    hub.readings[("rack", 16)] = reading("rack", 16, power_kw=119_000.0)
    hub.counters.update({"received": 10, "rejected_not_json": 2, "rejected_range": 5})
    hub.rejected.append(Rejected(TS, "not_json", "t" * 900, "", "cut"))
    hub.rejected.append(Rejected(TS + 1, "range", "dc/x", "supply_c", "<script>"))
    hub.health["store"] = {"ok": True, "detail": "fine"}
    return hub


@pytest.fixture
def client(hub: Hub) -> TestClient:
    return TestClient(create_app(hub, "x.db", clock_ms=lambda: TS + 400, history=fake_history))


def test_site_lists_columns_in_array_order_and_parts_of_each_hall(client: TestClient, hub: Hub) -> None:
    site = client.get("/api/site").json()
    assert site["classes"]["rack"]["measured"] == list(CLASSES["rack"].measured)
    assert {len(rows) for cls, rows in site["assets"].items() if cls == "rack"} == {hub.site.count("rack")}
    assert {"district", "heatpump", "cooler", "tank"} <= set(site["halls"][0]["parts"])
    assert "tower" not in site["classes"]
    assert set(site["quantities"]) >= {c for cls in site["classes"].values() for c in cls["measured"] + cls["virtual"]}


def test_rack_puts_measured_beside_modelled(client: TestClient, hub: Hub) -> None:
    rack = client.get("/api/rack/h1/r017").json()
    columns = {c["name"]: c for c in rack["columns"]}
    assert (columns["power_kw"]["measured"], columns["power_kw"]["modelled"]) == (119.0, 120.0)
    assert columns["gpu_max_c"]["verdict"] == "virtual"
    assert len(rack["gpu_c"]) == hub.site.gpus_per_rack and rack["cdu"] == "cdu-03"


@pytest.mark.parametrize(("url", "status", "said", "allowed"), [
    ("/api/rack/h1/r999", 404, "r999", "r001"),
    ("/api/rack/nowhere/r001", 404, "nowhere", "h1"),
    ("/api/live?hall=nowhere", 404, "nowhere", "h1"),
    ("/api/history?class=lop&hall=h1&id=fws&field=supply_c", 404, "lop", "loop"),
    ("/api/history?class=loop&hall=h1&id=fws&field=speed", 404, "speed", "supply_c"),
    ("/api/history?class=loop&hall=h1&id=fws&field=supply_c&start_ms=5&end_ms=5", 422, "end_ms", "end_ms"),
    ("/api/history?class=loop&hall=h1&id=fws&field=supply_c&max_points=x", 422, "max_points", "max_points"),
    ("/api/history", 422, "class", "class"),
    ("/nothing", 404, "Not Found", "/api/site"),
    ("/charts/../../etc/passwd", 404, "Not Found", "/api/site"),
    ("/charts/x.js", 404, "x.js", "uplot.js"),
])
def test_errors_say_what_is_allowed(client: TestClient, url: str, status: int, said: str, allowed: str) -> None:
    answer = client.get(url)
    assert answer.status_code == status
    assert said in answer.json()["error"] and allowed in answer.json()["allowed"]


def test_history_gives_sensor_twin_and_std_without_nan(client: TestClient) -> None:
    answer = client.get("/api/history?class=loop&hall=h1&id=fws&field=supply_c&start_ms=100&end_ms=200").json()
    assert answer == {"unit": "degC", "title": "Supply temperature", "sensor": {"t": [100, 200], "v": [1.0, None]},
                      "twin": {"t": [100], "v": [2.0]}, "std": {"t": [100], "v": [0.25]}}


def test_history_without_a_store_is_a_clear_answer(hub: Hub) -> None:
    client = TestClient(create_app(hub, None, clock_ms=lambda: TS))
    assert client.get("/api/history?class=loop&hall=h1&id=fws&field=supply_c").status_code == 503


def test_the_real_store_answers_empty_before_anything_is_written(hub: Hub, tmp_path) -> None:
    client = TestClient(create_app(hub, str(tmp_path / "none.db"), clock_ms=lambda: TS))
    assert client.get("/api/history?class=loop&hall=h1&id=fws&field=supply_c").json()["twin"] == {"t": [], "v": []}


def test_rejected_input_by_reason_newest_first_and_cut(client: TestClient) -> None:
    answer = client.get("/api/rejected").json()
    assert (answer["total"], list(answer["by_reason"])) == (7, ["range", "not_json"])
    assert [r["reason"] for r in answer["last"]] == ["range", "not_json"] and len(answer["last"][1]["topic"]) == 200


def test_health_is_503_when_a_part_is_not_well(client: TestClient, hub: Hub) -> None:
    assert client.get("/api/health").json()["lag_ms"] == 400
    hub.health["store"] = {"ok": False, "detail": "disk full"}
    answer = client.get("/api/health")
    assert answer.status_code == 503 and answer.json()["parts"]["store"]["detail"] == "disk full"


def test_metrics_own_and_brought(client: TestClient, hub: Hub) -> None:
    assert 'boucle_rejected_total{reason="range"} 5' in client.get("/metrics").text
    assert TestClient(create_app(hub, None, clock_ms=lambda: 0, metrics=lambda: "brought 1\n")).get("/metrics").text == "brought 1\n"


def test_too_many_readers_are_refused(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MAX_READERS", 0)
    assert client.get("/api/live").status_code == 503


@pytest.mark.parametrize("url", ["/", "/api/site", "/nothing", "/static/main.js", "/charts/uplot.js"])
def test_every_answer_carries_the_policy(client: TestClient, url: str) -> None:
    headers = client.get(url).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "DENY"


def test_the_page_names_no_other_host_and_no_inline_code() -> None:
    for file in STATIC.iterdir():
        text = file.read_text().replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|//cdn|innerHTML|style=|\son\w+=", text), file.name


def test_chart_library_is_what_its_author_published(client: TestClient) -> None:
    """SHA-256 of dist/uPlot.iife.min.js as published by uPlot's author in release 1.6.31: the package that carries it adds nothing."""
    digest = hashlib.sha256(client.get("/charts/uplot.js").content).hexdigest()
    assert digest == "2d27e8ad3d228164525ce213f9dc716f39b4e3aee0cc773fb3491c96cf4921a2"


def test_openapi_describes_every_route(client: TestClient) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    assert {"/api/site", "/api/live", "/api/history", "/api/health", "/api/rejected", "/metrics", "/api/rack/{hall}/{id}",
            "/api/faults", "/api/alarms", "/api/alarms/{id}/{verb}", "/api/whatif", "/api/whatif/{id}", "/api/advise", "/api/forecast", "/api/forecast/skill"} == set(paths)
    assert all(r["summary"] and r["description"] for route in paths.values() for r in route.values())


def test_a_forecast_is_told_with_its_band_and_its_scores(client: TestClient, hub: Hub) -> None:
    assert client.get("/api/forecast/skill").json()["made_ms"] is None
    hub.forecast = forecast(hub.site, TS)
    found = client.get("/api/forecast", params={"class": "site", "hall": "site", "id": "totals", "field": "it_kw"}).json()
    assert len(found["t"]) == 240
    assert found["t"][0] == found["made_ms"] + 60_000
    assert all(low < middle < high for low, middle, high in zip(found["low"], found["v"], found["high"], strict=True))
    assert [s["horizon"] for s in found["skill"]] == ["15min", "1h"]
    assert found["skill"][0] | {"rmse": 0, "persistence_rmse": 0} == {"column": "site.it_kw", "horizon": "15min", "skill": 0.31, "coverage": 0.88, "rmse": 0,
                                                                      "persistence_rmse": 0, "n": 200.0}
    assert client.get("/api/forecast", params={"class": "ups", "hall": "site", "id": "ups-a", "field": "charge_pct"}).json()["t"] == []
    assert client.get("/api/forecast", params={"class": "site", "hall": "h9", "id": "totals", "field": "it_kw"}).status_code == 404
    assert len(client.get("/api/forecast/skill").json()["scores"]) == 8
