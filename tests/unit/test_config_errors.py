"""Bad site files: every one is a ConfigError at the right file, line and key, in words that say what is allowed."""
from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import load_site
from config.shelf import PACKAGE

BASE = """\
schema: 1
id: mini
name: Mini
place: {latitude: 45, longitude: 5, elevation_m: 100, timezone: Europe/Paris}
climate: {mean_c: 12, year_swing_k: 9, day_swing_k: 5, humidity_pct: 70}
feeds:
  - {id: a, transformer: dry-3150, transformers: 2, ups: ups-1500, ups_count: 2, genset: genset-3000, gensets: 2}
  - {id: b, transformer: dry-3150, transformers: 2, ups: ups-1500, ups_count: 2, genset: genset-3000, gensets: 2}
halls:
  - id: h
    racks: {equipment: nvl72, count: 16, feeds: [a, b]}
    cdus: {equipment: xdu1350, count: 2, feeds: [a, b]}
    pipes: {length_m: 50, diameter_mm: 300, loss_w_m_k: 1}
    pumps: {equipment: pump-7500, count: 2, needed: 1, feeds: [a, b]}
    coolers: {equipment: bac-tdfs1238n, count: 2, feeds: [a, b]}
    set_points: {fws_supply_c: 38, tcs_supply_c: 42, fws_dp_kpa: 150}
"""

MIXED = "halls:\n  - {template: nvl72-144, id: x, racks: {equipment: cray-ex-frontier}, heat_pump: null, district: null}\n"

# name: (old text, new text, text of the line at fault, key, words of the message)
CASES = {
    "unknown key": ("name: Mini", "nmae: Mini", "nmae:", "nmae", "did you mean 'name'"),
    "missing key": ("name: Mini\n", "", "schema:", "name", "missing"),
    "unknown key in a hall": ("length_m: 50", "lenght_m: 50", "lenght_m", "halls.0.pipes.lenght_m", "did you mean 'length_m'"),
    "key lost in a hall": ("length_m: 50, ", "", "pipes:", "halls.0.pipes.length_m", "missing"),
    "wrong schema": ("schema: 1", "schema: 2", "schema:", "schema", "must be 1"),
    "id with capitals": ("id: mini", "id: Mini_1", "id: Mini_1", "id", "pattern"),
    "id with a slash": ("- id: h\n", "- id: a/b\n", "a/b", "halls.0.id", "pattern"),
    "hall called site": ("- id: h\n", "- id: site\n", "id: site", "halls.0.id", "kept"),
    "zero pipe": ("diameter_mm: 300", "diameter_mm: 0", "diameter_mm", "halls.0.pipes.diameter_mm", "greater than 0"),
    "negative length": ("length_m: 50", "length_m: -50", "length_m", "halls.0.pipes.length_m", "greater than 0"),
    "no racks": ("nvl72, count: 16", "nvl72, count: 0", "nvl72", "halls.0.racks.count", "greater than or equal to 1"),
    "half a rack": ("nvl72, count: 16", "nvl72, count: 16.5", "nvl72", "halls.0.racks.count", "integer"),
    "number in quotes": ("nvl72, count: 16", "nvl72, count: '16'", "nvl72", "halls.0.racks.count", "integer"),
    "yes for a number": ("length_m: 50", "length_m: true", "length_m", "halls.0.pipes.length_m", "number"),
    "not a number": ("length_m: 50", "length_m: .nan", "length_m", "halls.0.pipes.length_m", "finite"),
    "infinite": ("length_m: 50", "length_m: 1e999", "length_m", "halls.0.pipes.length_m", "finite"),
    "word for a number": ("latitude: 45", "latitude: north", "latitude", "place.latitude", "number"),
    "off the globe": ("latitude: 45", "latitude: 95", "latitude", "place.latitude", "less than or equal to 90"),
    "unknown time zone": ("Europe/Paris", "Europe/Lutetia", "Lutetia", "place.timezone", "IANA"),
    "time zone outside": ("Europe/Paris", "../../etc/passwd", "passwd", "place.timezone", "IANA"),
    "unknown equipment": ("equipment: nvl72", "equipment: nvl73", "nvl73", "halls.0.racks.equipment", "did you mean 'nvl72'"),
    "equipment outside": ("equipment: nvl72", "equipment: ../sites/valence", "valence", "halls.0.racks.equipment", "unknown equipment"),
    "wrong kind": ("equipment: xdu1350", "equipment: nvl72", "cdus:", "halls.0.cdus.equipment", "kind cdu is needed"),
    "wrong kind in a feed": ("{id: b, transformer: dry-3150", "{id: b, transformer: ups-1500", "id: b", "feeds.1.transformer",
                             "kind transformer is needed"),
    "rack without feed": ("nvl72, count: 16, feeds: [a, b]", "nvl72, count: 16", "nvl72", "halls.0.racks.feeds", "missing"),
    "no feed in the list": ("nvl72, count: 16, feeds: [a, b]", "nvl72, count: 16, feeds: []", "nvl72", "halls.0.racks.feeds", "at least 1"),
    "unknown feed": ("nvl72, count: 16, feeds: [a, b]", "nvl72, count: 16, feeds: [a, c]", "nvl72", "halls.0.racks.feeds.1",
                     "unknown feed 'c'"),
    "feed twice": ("nvl72, count: 16, feeds: [a, b]", "nvl72, count: 16, feeds: [a, a]", "nvl72", "halls.0.racks.feeds.1", "duplicate feed"),
    "racks without CDU": ("    cdus: {equipment: xdu1350, count: 2, feeds: [a, b]}\n", "", "- id: h", "halls.0.cdus", "missing"),
    "racks without loop": ("    pumps: {equipment: pump-7500, count: 2, needed: 1, feeds: [a, b]}\n", "", "- id: h", "halls.0.pumps",
                           "missing"),
    "nothing rejects heat": ("    coolers: {equipment: bac-tdfs1238n, count: 2, feeds: [a, b]}\n", "", "- id: h", "halls.0",
                             "coolers or tower"),
    "more CDUs than racks": ("xdu1350, count: 2", "xdu1350, count: 17", "xdu1350", "halls.0.cdus.count", "at most one CDU a rack"),
    "more pumps needed than there are": ("needed: 1", "needed: 3", "needed", "halls.0.pumps.needed", "at most count = 2"),
    "coolant colder than its source": ("tcs_supply_c: 42", "tcs_supply_c: 38", "tcs_supply_c", "halls.0.set_points.tcs_supply_c", "above"),
    "heat pump without network": ("    set_points", "    heat_pump: {equipment: heat-pump-4mw, count: 1, feeds: [a]}\n    set_points",
                                  "heat_pump:", "halls.0.heat_pump", "network"),
    "duplicate feed id": ("- {id: b,", "- {id: a,", "  - {id: a, transformer: dry-3150, transformers: 2", "feeds.1.id", "duplicate id"),
    "duplicate key": ("name: Mini", "name: Mini\nname: Maxi", "name: Maxi", "name", "first on line 3"),
    "tab": ("    pipes:", "\tpipes:", "\tpipes", "halls.0", "not valid YAML"),
    "open bracket": ("feeds: [a, b]}\n    cdus", "feeds: [a, b}\n    cdus", "[a, b}", "halls.0.racks.feeds.2", "not valid YAML"),
    "tag": ("name: Mini", "name: !!python/object:os.system Mini", "python", "name", "tag"),
    "alias of nothing": ("name: Mini", "name: *mini", "*mini", "name", "unknown alias"),
    "anchor inside itself": ("pipes: {length_m: 50", "pipes: &p {more: *p, length_m: 50", "&p", "halls.0.pipes.more", "cycle"),
    "unknown template": ("  - id: h\n", "  - {template: nvl72-145, id: x}\n  - id: h\n", "nvl72-145", "halls.0.template",
                         "did you mean 'nvl72-144'"),
    "no copies": ("  - id: h\n", "  - {template: nvl72-144, id: x, count: 0}\n  - id: h\n", "count: 0", "halls.0.count", "greater than"),
    "copies without number": ("  - id: h\n", "  - {template: nvl72-144, id: x, count: 1000000}\n  - id: h\n", "count: 1000000",
                              "halls.0.count", "less than or equal to"),
    "unknown key over a template": ("  - id: h\n", "  - {template: nvl72-144, id: x, rakcs: {count: 2}}\n  - id: h\n", "rakcs",
                                    "halls.0.rakcs", "did you mean 'racks'"),
    "unknown included site": ("halls:", "include: [valenz]\nhalls:", "include", "include.0", "did you mean 'valence'"),
    "site included twice": ("halls:", "include: [valence, valence]\nhalls:", "include", "include.1", "duplicate site"),
    "site includes itself": ("halls:", "include: [mini]\nhalls:", "include", "include.0", "cycle"),
    "include is no list": ("halls:", "include: valence\nhalls:", "include", "include", "list"),
    "two sizes of rack": ("halls:\n", MIXED, "equipment: nvl72,", "halls.1.racks.equipment", "one size"),
}


def write(folder: Path, text: str, name: str = "mini.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def problems(path: Path) -> list:
    with pytest.raises(ConfigError) as caught:
        load_site(path)
    return caught.value.problems


def test_the_base_of_all_cases_is_sound(tmp_path):
    assert load_site(write(tmp_path, BASE)).count("rack") == 16


@pytest.mark.parametrize("name", CASES)
def test_bad_file_is_told_with_line_and_key(tmp_path, name):
    old, new, at, key, words = CASES[name]
    assert old in BASE
    text = BASE.replace(old, new, 1)
    found = problems(write(tmp_path, text))
    lines = [i for i, line in enumerate(text.splitlines(), 1) if at in line]
    hits = [p for p in found if p.key == key and words in p.message]
    assert hits and hits[0].line in lines and hits[0].file.endswith("mini.yaml"), [str(p) for p in found]


def test_duplicate_hall_is_told_at_the_second(tmp_path):
    hall = BASE[BASE.index("  - id: h"):]
    found = problems(write(tmp_path, BASE + hall))
    assert [(p.line, p.key) for p in found] == [(len(BASE.splitlines()) + 1, "halls.1.id")]


def test_all_errors_at_once(tmp_path):
    text = BASE.replace("name: Mini", "nmae: Mini").replace("nvl72", "nvl99").replace("diameter_mm: 300", "diameter_mm: 0")
    keys = {p.key for p in problems(write(tmp_path, text.replace("feeds: [a, b]}\n    cdus", "feeds: [z]}\n    cdus")))}
    assert {"name", "nmae", "halls.0.racks.equipment", "halls.0.pipes.diameter_mm", "halls.0.racks.feeds.0"} <= keys


@pytest.mark.parametrize(("text", "words"), [
    ("", "empty"), ("# nothing\n", "empty"), ("- a\n- b\n", "not a mapping"), ("just words\n", "not a mapping"),
    ("a: 1\n---\nb: 2\n", "several documents"), ("[" * 500, "too deeply"), ("a: " + "x" * 1_000_001, "larger than"),
    ("a: &a [1,2,3,4,5,6,7,8,9]\n" + "".join(f"{k}: &{k} [{','.join(['*' + p] * 9)}]\n" for p, k in zip("abcdefg", "bcdefgh", strict=True)),
     "too many values"),
    ("? [a, b]\n: 1\n", "a key must be a plain word"), ("a: \x00", "not valid YAML"),
])
def test_file_that_is_no_site_at_all(tmp_path, text, words):
    assert words in problems(write(tmp_path, text))[0].message


def test_bytes_that_are_no_text(tmp_path):
    path = tmp_path / "mini.yaml"
    path.write_bytes(b"name: \xff\xfe\x00\x01")
    assert problems(path)[0].file == str(path)


def test_missing_file_and_folder(tmp_path):
    assert "cannot be read" in problems(tmp_path / "none.yaml")[0].message
    assert "cannot be read" in problems(Path(str(tmp_path) + "/"))[0].message


def test_unknown_name_lists_the_known():
    found = problems(Path("valenc"))
    assert "did you mean 'valence'" in found[0].message and "fleet-2030" in found[0].message


def test_templates_in_a_circle(tmp_path):
    write(tmp_path, "template: two\n", "halls/one.yaml")
    write(tmp_path, "template: one\n", "halls/two.yaml")
    found = problems(write(tmp_path, BASE.replace("  - id: h\n", "  - {template: one, id: x}\n  - id: h\n")))
    assert [(Path(p.file).name, p.line, p.key) for p in found] == [("two.yaml", 1, "template")]
    assert "one -> two -> one" in found[0].message


def test_sites_in_a_circle(tmp_path):
    write(tmp_path, BASE.replace("id: mini", "id: other") + "include: [mini]\n", "other.yaml")
    found = problems(write(tmp_path, BASE + "include: [other]\n"))
    assert [Path(p.file).name for p in found] == ["other.yaml"] and "cycle" in found[0].message


def test_error_in_a_template_is_told_once_and_there(tmp_path):
    own = (PACKAGE / "halls" / "nvl72-144.yaml").read_text().replace("heat_pump:", "#").replace("district:", "#")
    write(tmp_path, own.replace("length_m: 120", "length_m: -1"), "halls/mine.yaml")
    found = problems(write(tmp_path, BASE.replace("  - id: h\n", "  - {template: mine, id: x, count: 9}\n  - id: h\n")))
    assert [(Path(p.file).name, p.key) for p in found] == [("mine.yaml", "pipes.length_m")]


@pytest.mark.parametrize(("old", "new", "key", "words"), [
    ('{value: 1368, source: "Vertiv CoolChip', '{value: 0, source: "Vertiv CoolChip', "heat_kw", "greater than 0"),
    ("approach_k: {value: 4, ", "approach_k: {value: four, ", "approach_k", "number"),
    ("fws_dp_kpa:", "fws_dp_pa:", "fws_dp_pa", "did you mean 'fws_dp_kpa'"),
    ("kind: cdu", "kind: cud", "kind", "did you mean 'cdu'"),
])
def test_bad_datasheet(tmp_path, old, new, key, words):
    sheet = (PACKAGE / "equipment" / "xdu1350.yaml").read_text()
    assert old in sheet
    write(tmp_path, sheet.replace(old, new, 1), "equipment/mine.yaml")
    found = problems(write(tmp_path, BASE.replace("xdu1350", "mine")))
    hits = [p for p in found if p.key == key and words in p.message]
    line = [i for i, t in enumerate(sheet.replace(old, new, 1).splitlines(), 1) if t.startswith(key)]
    assert hits and [hits[0].line] == line and hits[0].file.endswith("mine.yaml"), [str(p) for p in found]


@pytest.mark.parametrize(("pair", "words"), [
    ("4", "without its source"), ("{value: 4}", "say where"), ("{value: 4, source: ''}", "say where"), ("{source: book}", "missing"),
    ("{value: 4, source: book, page: 3}", "unknown key 'page'"),
])
def test_number_without_source(tmp_path, pair, words):
    lines = (PACKAGE / "equipment" / "xdu1350.yaml").read_text().splitlines()
    at = next(i for i, t in enumerate(lines) if t.startswith("approach_k"))
    lines[at] = f"approach_k: {pair}"
    write(tmp_path, "\n".join(lines), "equipment/mine.yaml")
    found = problems(write(tmp_path, BASE.replace("xdu1350", "mine")))
    assert any(p.line == at + 1 and p.key.startswith("approach_k") and words in p.message for p in found), [str(p) for p in found]


@pytest.mark.parametrize("part", ["null", "7", "[]", "words"])
def test_hall_that_is_no_mapping(tmp_path, part):
    found = problems(write(tmp_path, BASE[:BASE.index("  - id: h\n")] + f"  - {part}\n"))
    assert ("halls.0", len(BASE[:BASE.index("  - id: h")].splitlines()) + 1) in [(p.key, p.line) for p in found]
