"""A site without coolers, district, heat pump or tank, with towers instead, is followed like any other."""
from __future__ import annotations

import numpy as np

from config.classes import CLASSES
from config.load import load_site
from twin.engine.fold import advance
from twin.engine.twin import start
from twin.events import GOOD, Emit, Reading, Tick


def test_a_site_of_towers_alone_is_shown_after_a_reading() -> None:
    site = load_site("frontier")
    values = np.full(len(CLASSES["tower"].measured), np.nan)
    values[CLASSES["tower"].measured.index("supply_c")] = 14.0
    twin, effects = advance(site, start(site), Reading(1_000_000, "tower", 0, 0, GOOD, values))
    _, more = advance(site, twin, Tick(1_120_000))
    shown = [e.snapshot for e in (*effects, *more) if isinstance(e, Emit)]
    assert shown and "cooler" not in shown[-1].values
    for cls in ("loop", "tower"):
        assert np.isfinite(shown[-1].values[cls][:, CLASSES[cls].column("supply_c")]).all()
