"""Advice on set points: the whole answer, and what one tried point takes."""
from __future__ import annotations

from config.load import load_site
from twin.advise.advice import Advice
from twin.advise.advise import advise
from twin.advise.wish import Wish
from twin.bench.whatif import timed
from twin.whatif.ground import ground
from twin.whatif.start import designed


def run(site: str = "valence") -> dict[str, float | int | str]:
    """Seconds on the clock and of the core."""
    g = ground(load_site(site))
    start = designed(g)
    advise(g, start, Wish(knobs=("tcs_dp_kpa",), horizon_s=600.0))
    found, clock, cpu = timed(lambda: advise(g, start, Wish()))
    assert isinstance(found, Advice)
    return {"racks": len(g.m.rack), "points": found.tried, "answer_s": round(clock, 2), "answer_cpu_s": round(cpu, 2), "ms_point_cpu": round(cpu / found.tried * 1e3, 2)}
