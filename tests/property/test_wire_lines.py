"""Line protocol reads back to what was written, by a parser written from the reference; aggregates do not know the order."""
from __future__ import annotations

import math
import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.classes import CLASSES
from config.load import load_site
from config.site import Asset
from twin.events import ACTUAL, Reading, Snapshot
from twin.wire.lines import SENSOR, TWIN, prefix, reading_lines, snapshot_lines
from twin.wire.rollup import Key, Rollup, window_lines

SITE = load_site("valence")
T0 = 1_712_000_000_000 - 1_712_000_000_000 % 3_600_000
TAGS = ["site", "hall", "id", "src", "scenario"]


def split(text: str, at: str) -> list[str]:
    """Split at a character that no backslash precedes."""
    parts, part, escaped = [], "", False
    for c in text:
        if escaped:
            part += c if c in ",= " else "\\" + c
            escaped = False
        elif c == "\\":
            escaped = True
        elif c == at:
            parts, part = [*parts, part], ""
        else:
            part += c
    return [*parts, part + "\\" * escaped]


def escaped_at(text: str, at: str) -> list[str]:
    """As `split`, the parts still escaped."""
    parts, part, escaped = [], "", False
    for c in text:
        if c == at and not escaped:
            parts, part = [*parts, part], ""
        else:
            part += c
        escaped = c == "\\" and not escaped
    return [*parts, part]


def parse(line: bytes) -> tuple[str, dict[str, str], dict[str, float], int]:
    """(measurement, tags, fields, time in ns) by the line protocol reference."""
    head, fields, ts = escaped_at(line.decode(), " ")
    name, *tags = escaped_at(head, ",")
    pairs = dict(tuple(split(t, "=")) for t in tags)
    return split(name, "\0")[0], pairs, {k: float(v) for k, v in (f.split("=") for f in fields.split(","))}, int(ts)


tag = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1).filter(lambda t: not t.endswith("\\") and "\\" not in t)


@settings(max_examples=200, deadline=None)
@given(tag, tag, tag, tag, tag)
def test_any_tag_value_reads_back(site: str, hall: str, id: str, src: str, scenario: str) -> None:
    line = prefix("rack", site, Asset(hall, "rack", id, 0), src, scenario) + "v=1.0 1"
    assert parse(line.encode())[1] == dict(zip(TAGS, (site, hall, id, src, scenario), strict=True))


@pytest.mark.parametrize("bad", ["", "a\nb", "a\rb", "ends\\"])
def test_what_a_line_cannot_carry_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="tag value"):
        prefix("rack", "s", Asset(bad, "rack", "r", 0), SENSOR, ACTUAL)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9) | st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 1e-9]), min_size=5, max_size=5))
def test_a_reading_is_one_line_with_its_finite_numbers(cells: list[float]) -> None:
    values = np.array(cells) * CLASSES["rack"].factors()[:5]
    lines = reading_lines(SITE, Reading(T0, "rack", 2, 0, 1, values))
    finite = {n: v for n, v in zip(CLASSES["rack"].measured, cells, strict=True) if math.isfinite(v)}
    assert len(lines) == (1 if finite else 0)
    if finite:
        name, tags, fields, ts = parse(lines[0])
        assert (name, ts, fields.pop("q")) == ("rack", T0 * 1_000_000, 1.0)
        assert list(tags.items()) == [("site", "valence"), ("hall", "h1"), ("id", "r003"), ("src", SENSOR), ("scenario", ACTUAL)]
        assert fields == pytest.approx(finite, rel=1e-9, abs=6e-7)
        assert b"-0.0," not in lines[0] and b"=1 " not in lines[0]


def snapshot(ts_ms: int, rng: np.random.Generator) -> Snapshot:
    """A snapshot with holes."""

    def block(cls: str, columns: int) -> np.ndarray:
        values = rng.uniform(0.0, 100.0, (SITE.count(cls), columns))
        return np.where(rng.uniform(size=values.shape) < 0.1, np.nan, values)

    values = {c: block(c, len(k.columns)) for c, k in CLASSES.items()}
    measured = {c: block(c, len(k.measured)) for c, k in CLASSES.items()}
    quality = {c: rng.integers(0, 4, v.shape).astype(np.uint8) for c, v in measured.items()}
    racks = (SITE.count("rack"), SITE.gpus_per_rack)
    return Snapshot(ts_ms, ACTUAL, values, values, measured, quality, rng.uniform(20, 90, racks), rng.uniform(100, 1200, racks))


def test_every_number_of_a_snapshot_is_in_a_line_and_nothing_else() -> None:
    s = snapshot(T0, np.random.default_rng(1))
    lines = [parse(line) for line in snapshot_lines(SITE, s)]
    written = {(name, tags["hall"], tags["id"], field): v for name, tags, fields, _ in lines for field, v in fields.items()}
    blocks = [(cls, f"{column}{suffix}", by_class[cls][:, i] / (1.0 if suffix == "_quality" else CLASSES[cls].factors()[i]))
              for suffix, by_class in (("", s.values), ("_std", s.std), ("_residual", s.residual), ("_quality", s.quality))
              for cls in CLASSES for i, column in enumerate(CLASSES[cls].columns[: by_class[cls].shape[1]])]
    expected = {(cls, a.hall, a.id, field): cells[a.row] for cls, field, cells in blocks for a in SITE.assets[cls]
                if math.isfinite(cells[a.row]) and not (field.endswith("_quality") and cells[a.row] == 0)}
    gpu = {("gpu", a.hall, a.id, f"{stem}_{i:02d}_{unit}"): cells[a.row, i]
           for stem, unit, cells in (("temp", "c", s.gpu_c), ("power", "w", s.gpu_w))
           for a in SITE.assets["rack"] for i in range(SITE.gpus_per_rack)}
    assert written == pytest.approx(expected | gpu, abs=6e-7)
    assert all(list(tags) == TAGS and tags["src"] == TWIN for _, tags, _, _ in lines)
    assert snapshot_lines(SITE, s) == snapshot_lines(load_site("valence"), s)


# aggregates


def rows(rng: random.Random, count: int) -> list[Reading]:
    times = sorted(rng.randrange(0, 7_200_000) for _ in range(count))
    return [Reading(T0 + t, "tank", 0, n, 1, np.array([rng.uniform(0, 100), math.nan if n % 7 == 0 else rng.uniform(-20, 100), 0.5]))
            for n, t in enumerate(times)]


def aggregate(items: list[Reading], lateness_ms: int = 0, batch: int = 10**9) -> list[bytes]:
    rollup, out, newest = Rollup(SITE), [], 0
    for i in range(0, len(items), batch):
        part = items[i : i + batch]
        newest = max(newest, *(p.ts_ms for p in part)) if len(part) > 1 else max(newest, part[0].ts_ms)
        rollup.add(part)
        out += [line for w in rollup.close(newest - lateness_ms) for line in window_lines(SITE, w)]
    out += [line for w in rollup.close(newest + 7_200_000) for line in window_lines(SITE, w)]
    assert rollup.late == 0
    return sorted(out)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 60_000), st.integers(1, 50))
def test_order_within_the_lateness_does_not_change_a_byte(seed: int, lateness_ms: int, batch: int) -> None:
    rng = random.Random(seed)
    items = rows(rng, 200)
    delayed = sorted(items, key=lambda r: r.ts_ms + rng.uniform(0, lateness_ms))
    assert aggregate(delayed, lateness_ms, batch) == aggregate(items)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_windows_hold_mean_extremes_and_count(seed: int) -> None:
    items = rows(random.Random(seed), 300)
    found = [parse(line) for line in aggregate(items)]
    for period, name in ((60_000, "tank_1m"), (3_600_000, "tank_1h")):
        windows = {ts // 1_000_000: fields for n, _, fields, ts in found if n == name}
        for start in {r.ts_ms - r.ts_ms % period for r in items}:
            cells = np.array([r.values[1] for r in items if start <= r.ts_ms < start + period])
            cells = cells[~np.isnan(cells)]
            got = [windows[start].get(f"bottom_c_{s}") for s in ("mean", "min", "max", "n")]
            want = [cells.mean(), cells.min(), cells.max(), len(cells)] if len(cells) else [None] * 4
            assert got == pytest.approx(want, abs=1e-5) if len(cells) else got == want
        assert len(windows) == len({r.ts_ms // period for r in items})
    assert sum(fields["top_c_n"] for n, _, fields, _ in found if n == "tank_1h") == len(items)


def test_a_window_is_written_once_and_a_straggler_is_counted() -> None:
    rollup = Rollup(SITE)
    rollup.add([Reading(T0, "tank", 0, 0, 1, np.array([50.0, 40.0, 0.5]))])
    assert rollup.close(T0 + 59_999) == []
    (window,) = rollup.close(T0 + 60_000)
    assert (window.start_ms, window.measurement, window.key) == (T0, "tank_1m", Key("tank", SENSOR, ACTUAL))
    rollup.add([Reading(T0 + 1, "tank", 0, 1, 1, np.array([50.0, 40.0, 0.5]))])
    assert rollup.late == 1 and rollup.close(T0 + 120_000) == []


def test_snapshots_are_aggregated_beside_readings() -> None:
    rollup, rng = Rollup(SITE), np.random.default_rng(5)
    shots = [snapshot(T0 + 1000 * n, rng) for n in range(3)]
    rollup.add(shots)
    lines = [parse(line) for w in rollup.close(T0 + 60_000) for line in window_lines(SITE, w)]
    racks = {tags["id"]: fields for name, tags, fields, _ in lines if name == "rack_1m" and tags["src"] == TWIN}
    cells = np.array([s.values["rack"][4, 0] for s in shots])
    assert racks["r005"]["supply_c_mean"] == pytest.approx(np.nanmean(cells), abs=1e-5)
    assert racks["r005"]["supply_c_n"] == np.isfinite(cells).sum()
