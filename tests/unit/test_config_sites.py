"""Every file that ships loads; what a site adds up to is the product of its few lines."""
from __future__ import annotations

from math import isclose, pi

import pytest

from config.check import totals
from config.classes import CLASSES
from config.load import known_sites, load_site
from config.shelf import PACKAGE, read_sheet
from config.site import Site

SITES = known_sites()
SHEETS = sorted((PACKAGE / "equipment").glob("*.yaml"))


@pytest.fixture(scope="module")
def valence() -> Site:
    return load_site("valence")


@pytest.mark.parametrize("name", SITES)
def test_rows_parents_and_ids_of_every_site(name):
    site = load_site(name)
    assert set(site.assets) == set(CLASSES)
    feeds = {f.id for f in site.model.feeds}
    for cls, assets in site.assets.items():
        assert [a.row for a in assets] == list(range(len(assets))) and {a.cls for a in assets} <= {cls}
        for a in assets:
            assert site.at[(a.hall, cls, a.id)] == a.row and set(a.feeds) <= feeds
            assert a.parent is None or (p := site.assets[a.parent[0]][a.parent[1]]).hall in (a.hall, "site") and p.row == a.parent[1]
    assert len(site.at) == sum(map(len, site.assets.values()))


@pytest.mark.parametrize("name", SITES)
def test_racks_of_a_cdu_are_contiguous_and_hang_as_the_rule_says(name):
    site, first_rack, first_cdu = load_site(name), 0, 0
    for hall in site.model.halls:
        n, m = hall.racks.count, hall.cdus.count
        parents = [a.parent[1] for a in site.assets["rack"][first_rack:first_rack + n]]
        assert parents == [first_cdu + i * m // n for i in range(n)] and set(parents) == set(range(first_cdu, first_cdu + m))
        first_rack, first_cdu = first_rack + n, first_cdu + m


@pytest.mark.parametrize("path", SHEETS, ids=lambda p: p.stem)
def test_every_number_of_every_datasheet_has_a_source(path):
    sheet = read_sheet(path)
    given = {k for k in sheet.model.model_fields_set if k not in ("kind", "title")}
    assert given == set(sheet.quotes) and all(len(q.source) > 10 for q in sheet.quotes.values())


@pytest.mark.parametrize("name", SITES)
def test_a_site_is_a_few_dozen_lines(name):
    assert len((PACKAGE / "sites" / f"{name}.yaml").read_text().splitlines()) <= 40


def test_assets_of_valence(valence):
    names = {c: [a.id for a in rows] for c, rows in valence.assets.items()}
    assert names["rack"][0] == "r001" and names["rack"][-1] == "r144" and names["cdu"][-1] == "cdu-18"
    assert names["feed"] == ["a", "b"] and names["ups"] == ["ups-a", "ups-b"] and names["genset"] == ["genset-a", "genset-b"]
    assert [names[c] for c in ("loop", "pump", "cooler", "tank", "weather", "tower")] == [
        ["fws"], ["pumps"], ["coolers"], ["tank"], ["outdoor"], []]
    assert valence.assets["rack"][8].parent == ("cdu", 1) and valence.assets["rack"][8].feeds == ("a", "b")


def test_totals_of_valence_against_products(valence):
    t = totals(valence)
    assert (t.gpus, t.racks, t.cdus, t.dry_coolers, t.cdu_pumps, t.feeds) == (72 * 144, 144, 18, 12, 18 * 3, 2)
    assert isclose(t.it_full_mw, 144 * (72 * 1.2 + 33.6 + 17.0) / 1000)
    assert isclose(t.cdu_mw, 18 * 1.368) and isclose(t.rejection_mw, 12 * 2.931)
    water = 144 * 30 + 18 * 240 + 200_000 + 12 * 900 + 2 * 1500 + 600 + 2 * 120 * pi / 4 * 0.489**2 * 1000
    assert isclose(t.water_l, water)


def test_operators_own_figures():
    """10,368 GPUs on about 13 MW and about 20 MW of IT at full load; 1.25 kW a GPU all in; 600 MW for half a million; 1.5 GW in all."""
    v, g, f = (totals(load_site(n)) for n in ("valence", "grand-est", "fleet-2030"))
    assert abs(v.site_average_mw - 13.0) < 0.3 and abs(v.it_full_mw - 20.0) < 0.5 and abs(v.average_kw_gpu - 1.25) < 0.01
    assert abs(g.gpus - 500_000) < 2_500 and abs(g.site_average_mw - 600) < 6
    assert abs(f.gpus - 1_200_000) < 6_000 and abs(f.site_average_mw - 1500) < 15


def test_fleet_is_the_sum_of_its_halls():
    fleet = load_site("fleet-2030")
    counted = [totals(load_site(n)) for n in ("valence-2", "marseille", "grand-est")]
    t = totals(fleet)
    assert t.gpus == sum(c.gpus for c in counted) + 72 * (48 * 144 + 6 * 232) == 72 * 16_704
    assert t.cdus == sum(c.cdus for c in counted) + 48 * 18 + 6 * 29
    assert t.halls == 2 + 8 + 30 + 54 and t.feeds == 2 * 5
    assert isclose(t.it_full_mw, 16_704 * 0.137, rel_tol=1e-12)


def test_ids_of_included_sites_carry_the_site_that_declares_them():
    fleet = load_site("fleet-2030")
    halls = {h.id: h for h in fleet.model.halls}
    assert halls["grand-est-1-h1"].racks.feeds == ("grand-est-1-a", "grand-est-1-b")
    assert halls["valence-2-h2"].pumps.feeds == ("valence-2-a", "valence-2-b") and halls["new48"].racks.feeds == ("a", "b")


def test_either_feed_carries_the_whole_of_valence_with_one_unit_to_spare(valence):
    t, pumps = totals(valence), valence.sheets["heat-pump-4mw"]
    whole = t.site_full_mw + 2 * pumps.source_kw / (pumps.cop - 1) * 1e-3
    for feed in valence.model.feeds:
        assert (feed.transformers - 1) * valence.sheets[feed.transformer].rating_kva * 1e-3 >= whole
        assert (feed.ups_count - 1) * valence.sheets[feed.ups].rating_kw * 1e-3 >= t.it_full_mw + 18 * 0.0137
        assert (feed.gensets - 1) * valence.sheets[feed.genset].rating_kw * 1e-3 >= whole


def test_facility_water_of_valence_warms_by_eleven_kelvin(valence):
    hall = valence.model.halls[0]
    flow = hall.cdus.count * valence.sheets["xdu1350"].fws_flow_lpm / 60_000  # m3/s
    rise = 144 * 120e3 / (flow * 4.15e6)  # volumetric heat capacity of water near 45 degC, J/(m3 K)
    assert abs(rise - 11.2) < 0.3
    pumps = hall.pumps.needed * valence.sheets[hall.pumps.equipment].flow_lpm
    assert pumps >= hall.cdus.count * valence.sheets["xdu1350"].fws_flow_lpm


@pytest.mark.parametrize("name", ["nvl72", "cray-ex-frontier"])
def test_cold_plate_passes_the_published_points(name):
    """Chen et al. 2023, OCP cold plate, PG25: 0.0389, 0.0255, 0.0197 K/W at 0.4, 0.9, 2.4 L/min."""
    s = read_sheet(PACKAGE / "equipment" / f"{name}.yaml").model
    for flow, r in ((0.4, 0.0389), (0.9, 0.0255), (2.4, 0.0197)):
        moved = (s.plate_k_w - s.plate_base_k_w) * (flow / s.plate_flow_lpm) ** -s.plate_flow_exponent
        assert s.plate_base_k_w + moved == pytest.approx(r, rel=1e-3)


def test_override_and_removal_over_a_template(tmp_path):
    text = (PACKAGE / "sites" / "valence.yaml").read_text()
    (tmp_path / "mine.yaml").write_text(text.replace("id: h}", "id: h, racks: {count: 16}, cdus: {count: 2}, tank: null}"))
    site = load_site(tmp_path / "mine.yaml")
    assert (site.count("rack"), site.count("cdu"), site.count("tank")) == (16, 2, 0) and site.model.halls[0].racks.feeds == ("a", "b")


def test_equipment_beside_the_file_comes_first(tmp_path):
    sheet = (PACKAGE / "equipment" / "nvl72.yaml").read_text().replace("gpus: {value: 72", "gpus: {value: 8")
    (tmp_path / "equipment").mkdir()
    (tmp_path / "equipment" / "nvl72.yaml").write_text(sheet)
    (tmp_path / "mine.yaml").write_text((PACKAGE / "sites" / "valence.yaml").read_text())
    assert load_site(tmp_path / "mine.yaml").gpus_per_rack == 8 and load_site("valence").gpus_per_rack == 72
