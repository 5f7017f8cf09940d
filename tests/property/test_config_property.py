"""Whatever is in a site file, loading it gives a Site or a ConfigError, never anything else."""
from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from config.errors import ConfigError
from config.load import load_site
from config.shelf import PACKAGE
from config.site import Site
from config.yaml_lines import parse

HALL = (PACKAGE / "halls" / "nvl72-144.yaml").read_text()
SITE = (PACKAGE / "sites" / "frontier.yaml").read_text()
SHEET = (PACKAGE / "equipment" / "cray-ex-cdu.yaml").read_text()
BITS = st.sampled_from(["", "\t", ":", "- ", "[", "]", "{", "}", "&a ", "*a", "!!set ", "? ", "|", ">", "'", '"', "#", "---\n", "%", "@", "0",
                        "-1", ".nan", "1e999", "null", "true", "~", "<<: ", "\u0000", "\ufeff", "é", "9" * 400, "2024-01-01", "0x1f"])
EDITS = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 12), BITS | st.text(max_size=6)), min_size=1, max_size=4)


def edited(text: str, edits: list[tuple[float, int, str]]) -> str:
    for place, cut, put in edits:
        at = int(place * len(text))
        text = text[:at] + put + text[at + cut:]
    return text


def load(files: dict[str, str]) -> Site | None:
    """The site of `site.yaml` among `files`, None where it is refused; every problem must say where and what."""
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8", errors="surrogatepass")
        try:
            return load_site(Path(folder, "site.yaml"))
        except ConfigError as error:
            assert error.problems and all(p.file and p.line >= 1 and p.message for p in error.problems)
            return None


def test_the_unedited_files_load():
    assert load({"site.yaml": SITE, "equipment/cray-ex-cdu.yaml": SHEET}) is not None


@settings(max_examples=150, deadline=None)
@given(EDITS)
def test_edited_site(edits):
    site = load({"site.yaml": edited(SITE, edits)})
    assert site is None or site.count("rack") == sum(h.racks.count for h in site.model.halls)


@settings(max_examples=60, deadline=None)
@given(EDITS)
def test_edited_datasheet(edits):
    load({"site.yaml": SITE, "equipment/cray-ex-cdu.yaml": edited(SHEET, edits)})


@settings(max_examples=60, deadline=None)
@given(EDITS)
def test_edited_template(edits):
    site = SITE[:SITE.index("  - id: e102")] + "  - {template: mine, id: x, count: 2}\n"
    load({"site.yaml": site, "halls/mine.yaml": edited(HALL, edits)})


def leaves(tree, path=()):
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    yield path
    for key, value in items:
        yield from leaves(value, (*path, key))


PATHS = [p for p in leaves(parse(SITE, "site")) if p]
VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(-1e9, 1e9) | st.text("ab-/ ", max_size=5),
                      lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=5)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PATHS), VALUES)
def test_any_value_at_any_place(path, value):
    tree = parse(SITE, "site")
    box = tree
    for step in path[:-1]:
        box = box[step]
    box[path[-1]] = value
    load({"site.yaml": json.dumps(tree)})


@settings(max_examples=100, deadline=None)
@given(VALUES.filter(lambda v: isinstance(v, dict) and v))
def test_what_json_writes_is_read_back(value):
    assert parse(json.dumps(value), "x") == value
