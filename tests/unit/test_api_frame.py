"""What a live frame says: boundary units, null for unknown, verdicts, the worst state of a rack."""
from __future__ import annotations

import json

import numpy as np
import pytest

from config.classes import CLASSES
from config.load import load_site
from config.site import Site
from twin.api.frame import encode
from twin.api.view import HallView, halls
from twin.events import ACTUAL, BELIEVED, GOOD, STALE, SUSPECT, Reading, Snapshot
from twin.service.hub import Hub

TS = 1_700_000_000_000


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site("valence")


def blank(site: Site, **columns: dict[str, float]) -> Snapshot:
    """A snapshot where only the named SI columns are known."""
    values, quality = {}, {}
    for cls, spec in CLASSES.items():
        values[cls] = np.full((site.count(cls), len(spec.columns)), np.nan)
        quality[cls] = np.full((site.count(cls), len(spec.measured)), BELIEVED, np.uint8)
        for name, value in columns.get(cls, {}).items():
            values[cls][:, spec.column(name)] = value
    gpus = np.full((site.count("rack"), site.gpus_per_rack), 60.0)
    residual = {c: np.full_like(v[:, : len(CLASSES[c].measured)], np.nan) for c, v in values.items()}
    return Snapshot(TS, ACTUAL, values, {c: np.full_like(v, np.nan) for c, v in values.items()}, residual, quality, gpus, gpus)


def reading(cls: str, row: int, **columns: float) -> Reading:
    spec = CLASSES[cls]
    values = np.array([columns.get(c, np.nan) for c in spec.measured])
    return Reading(TS - 3_000, cls, row, 1, GOOD, values)


def decoded(hub: Hub, hall: str | None = None) -> dict:
    def refuse(token: str) -> None:
        raise AssertionError(f"{token} is not JSON")
    return json.loads(encode(hub, HallView(hub.site, hall or halls(hub.site)[0]), TS + 250), parse_constant=refuse)


def test_values_leave_in_the_unit_of_their_name(site: Site) -> None:
    hub = Hub(site, blank(site, loop={"flow_lpm": 0.25, "dp_kpa": 170_000.0, "supply_c": 38.004}, pump={"speed_pct": 0.8}))
    classes = decoded(hub)["c"]
    loop = dict(zip(CLASSES["loop"].columns, classes["loop"]["v"][0], strict=True))
    assert (loop["flow_lpm"], loop["dp_kpa"], loop["supply_c"]) == (15_000.0, 170.0, 38.0)
    assert classes["pump"]["v"][0][0] == 80.0
    assert loop["return_c"] is None


def test_measured_stands_beside_modelled_with_its_age(site: Site) -> None:
    hub = Hub(site, blank(site, loop={"supply_c": 38.0}))
    hub.readings[("loop", 0)] = reading("loop", 0, supply_c=38.5)
    loop = decoded(hub)["c"]["loop"]
    assert (loop["m"][0][0], loop["v"][0][0], loop["age"]) == (38.5, 38.0, [3.0])
    assert decoded(hub)["c"]["pump"]["age"] == [None]


def test_before_the_first_snapshot_a_frame_says_so(site: Site) -> None:
    frame = decoded(Hub(site))
    assert frame["ts"] is None and "c" not in frame


def test_a_suspect_sensor_is_named_with_both_values(site: Site) -> None:
    state = blank(site, cdu={"tcs_supply_c": 41.0})
    state.quality["cdu"][4, 0] = SUSPECT
    state.quality["rack"][7] = STALE
    hub = Hub(site, state)
    hub.readings[("cdu", 4)] = reading("cdu", 4, tcs_supply_c=48.5)
    doubt = decoded(hub)["doubt"]
    hall, cdu = site.assets["cdu"][4].hall, site.assets["cdu"][4].id
    assert doubt["list"] == [["cdu", hall, cdu, "tcs_supply_c", 48.5, 41.0]]
    assert (doubt["suspect"], doubt["stale"]) == (1, len(CLASSES["rack"].measured))


def test_an_unread_suspect_still_encodes(site: Site) -> None:
    state = blank(site)
    state.quality["cdu"][4, 0] = SUSPECT
    assert decoded(Hub(site, state))["doubt"]["list"][0][4:] == [None, None]


def test_rack_states_and_a_leak_from_a_sensor_that_is_not_believed(site: Site) -> None:
    state = blank(site)
    state.quality["rack"][1, 2] = SUSPECT
    state.quality["rack"][2] = STALE
    state.quality["rack"][3] = 0
    state.quality["rack"][4, CLASSES["rack"].column("leak_on")] = SUSPECT
    hub = Hub(site, state)
    hub.readings[("rack", 4)] = reading("rack", 4, leak_on=1.0)
    assert decoded(hub)["racks"]["state"].startswith("023140")


def test_hall_power_is_a_sum_and_unknown_when_many_racks_are(site: Site) -> None:
    hub = Hub(site, blank(site, rack={"power_kw": 100_000.0}))
    for row in range(site.count("rack") // 2):
        hub.readings[("rack", row)] = reading("rack", row, power_kw=90_000.0)
    assert decoded(hub)["racks"]["power_kw"] == [100.0 * site.count("rack"), None]


def test_halls_are_summed_apart() -> None:
    site = load_site("valence-2")
    state = blank(site, rack={"power_kw": 100_000.0, "gpu_margin_k": 20.0})
    names = halls(site)
    last = [a.row for a in site.assets["rack"] if a.hall == names[-1]]
    state.values["rack"][last[0], CLASSES["rack"].column("gpu_margin_k")] = 3.0
    frame = decoded(Hub(site, state), names[-1])
    assert frame["halls"]["it"][-1] == 100.0 * len(last)
    assert frame["halls"]["margin"] == [20.0] * (len(names) - 1) + [3.0]
    assert len(frame["racks"]["margin"]) == len(last)


def test_a_fleet_frame_does_not_grow_with_the_fleet(site: Site) -> None:
    fleet = load_site("fleet-2030")
    one, many = (len(encode(Hub(s, blank(s)), HallView(s, halls(s)[0]), TS)) for s in (site, fleet))
    assert many < 3 * one
